package io.duotone.examples.kv

/** A conversation of several connections: who says what, in this order. */
internal class PubSubScenario(val name: String, val steps: List<Pair<Int, String>>)

/** Lines that begin with the number of the connection. */
private fun scenario(name: String, lines: String) = PubSubScenario(
    name,
    lines.trimIndent().lines().map { it.substringBefore(' ').toInt() to it.substringAfter(' ') },
)

internal val PUB_SUB_SCENARIOS: List<PubSubScenario> = listOf(
    scenario(
        "a message reaches who subscribed, in the order of publishing",
        """
        1 PUBLISH news early
        2 SUBSCRIBE news
        1 PUBLISH news first
        3 SUBSCRIBE news sport
        1 PUBLISH news second
        1 PUBLISH sport third
        1 PUBLISH weather nobody
        2 UNSUBSCRIBE news
        1 PUBLISH news fourth
        3 UNSUBSCRIBE sport
        3 UNSUBSCRIBE
        1 PUBLISH news fifth
        """,
    ),
    scenario(
        "patterns and names count each on their own",
        """
        2 PSUBSCRIBE n* s*
        3 SUBSCRIBE news.a
        3 PSUBSCRIBE news.?
        1 PUBLISH news.a x
        1 PUBLISH news.c x
        1 PUBLISH sport x
        2 PUNSUBSCRIBE n*
        1 PUBLISH news.a y
        3 PUNSUBSCRIBE
        1 PUBLISH news.a z
        """,
    ),
    scenario(
        "a subscriber may publish to itself once it has left",
        """
        1 SUBSCRIBE a
        1 PUBLISH a x
        1 UNSUBSCRIBE a
        1 PUBLISH a y
        1 SUBSCRIBE a
        2 PUBLISH a z
        1 RESET
        2 PUBLISH a w
        1 PING
        """,
    ),
    scenario(
        "connections have their own database and name",
        """
        1 SELECT 1
        1 SET k one
        2 GET k
        2 CLIENT SETNAME two
        1 CLIENT GETNAME
        2 CLIENT GETNAME
        1 FLUSHALL
        2 SET k two
        1 GET k
        1 SELECT 0
        1 GET k
        """,
    ),
)

/** Plays the scenario; what each connection got after each step. */
internal fun play(port: Int, scenario: PubSubScenario): List<String> {
    val clients = scenario.steps.map { it.first }.distinct().associateWith { RawClient(port) }
    try {
        clients.values.first().call("FLUSHALL")
        return scenario.steps.map { (speaker, line) ->
            val answer = clients.getValue(speaker).exchange(arrays(line))
            val others = clients.filterKeys { it != speaker }.map { (number, client) -> "$number: ${client.exchange("")}" }
            "$speaker said $line: $answer; ${others.joinToString()}"
        }
    } finally {
        clients.values.forEach(RawClient::close)
    }
}
