package io.duotone.examples.kv

private fun withoutId(replies: String) = Regex("\\$2\r\nid\r\n:\\d+").replace(replies, "id:?")

private val CONNECTION = commands(
    "the connection",
    """
    PING
    ping
    PING hello
    PING ""
    PING a b
    ECHO hello
    ECHO
    ECHO a b
    CLIENT GETNAME
    CLIENT SETNAME me
    CLIENT GETNAME
    client getname
    CLIENT SETNAME "with blank"
    CLIENT SETNAME ""
    CLIENT GETNAME
    CLIENT
    CLIENT NOSUCH
    CLIENT NOSUCH with arguments
    CLIENT SETNAME
    CLIENT SETNAME a b
    CLIENT GETNAME x
    HELLO
    HELLO 2
    HELLO 1
    HELLO 4
    HELLO x
    HELLO 2 SETNAME you
    CLIENT GETNAME
    HELLO 2 FOO
    HELLO 2 SETNAME
    HELLO 2 SETNAME "not good"
    SELECT 3
    SET in three
    RESET
    GET in
    CLIENT GETNAME
    RESET x
    CONFIG
    CONFIG NOSUCH
    CONFIG GET
    CONFIG GET nosuchparameter
    CONFIG GET appendonly
    CONFIG GET SAVE
    CONFIG GET appendonl[xy]
    CONFIG GET databases databases
    COMMAND NOSUCH
    COMMAND COUNT x
    COMMAND INFO nosuch
    COMMAND DOCS nosuch
    INFO nosuch
    """,
    ::withoutId,
) + commands("quit", "PING\nQUIT\nPING") + commands("quit with arguments", "QUIT now please\nPING")

private val UNKNOWN = commands(
    "unknown commands",
    """
    FOO
    foo bar
    Foo bar "baz qux"
    ${"LONG".repeat(60)} a
    FOO ${"argument ".repeat(40)}
    FOO ${"x".repeat(300)} y
    PINGG
    PIN
    """,
) + listOf(
    ParityScript("an unknown command with line breaks", arrays("\"foo\\r\\nbar\" \"baz\\nqux\"\nPING")),
    ParityScript("an unknown command without a name", request("") + request("", "a") + "\"\"\r\n"),
    ParityScript("a browser that posts", "POST / HTTP/1.1\r\nHost: x\r\n\r\nSET a 1\r\n"),
    ParityScript("a browser's header", "Host: x\r\nPING\r\n"),
)

private val SUBSCRIBING = listOf(
    ParityScript(
        "subscriptions of one connection",
        arrays(
            """
            SUBSCRIBE a
            SUBSCRIBE a b
            PSUBSCRIBE x* y*
            PING
            PING hello
            GET a
            FOO
            GET
            CONFIG GET save
            PUBLISH a b
            CLIENT GETNAME
            HELLO
            UNSUBSCRIBE c
            UNSUBSCRIBE a
            PUNSUBSCRIBE x*
            PUNSUBSCRIBE z*
            UNSUBSCRIBE b
            PUNSUBSCRIBE y*
            PING
            GET a
            UNSUBSCRIBE
            PUNSUBSCRIBE
            UNSUBSCRIBE a b
            SUBSCRIBE a
            UNSUBSCRIBE
            PSUBSCRIBE a
            PUNSUBSCRIBE
            SUBSCRIBE again
            RESET
            GET a
            SUBSCRIBE
            PSUBSCRIBE
            PUBLISH
            PUBLISH a
            PUBLISH a b c
            PUBLISH nobody listens
            """,
        ),
    ),
    ParityScript("quit with subscriptions", arrays("SUBSCRIBE a\nQUIT\nPING")),
    ParityScript("a wrong request with subscriptions", arrays("SUBSCRIBE a") + "*x\r\n" + arrays("PING")),
)

/** Conversations about the connection and its subscriptions. */
internal val CONNECTION_SCRIPTS: List<ParityScript> = CONNECTION + UNKNOWN + SUBSCRIBING
