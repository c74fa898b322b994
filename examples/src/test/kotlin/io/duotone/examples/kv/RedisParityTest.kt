package io.duotone.examples.kv

import io.kotest.core.spec.style.FunSpec
import io.kotest.datatest.withData
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import kotlin.random.Random

/** The same bytes to a real redis-server and to ours: the same bytes must come back. */
class RedisParityTest : FunSpec({
    lateinit var redis: RealRedis
    lateinit var kv: RunningKv

    beforeSpec {
        redis = RealRedis()
        kv = RunningKv()
    }

    afterSpec {
        redis.close()
        kv.close()
    }

    fun <T> onBoth(conversation: (port: Int) -> T): Pair<T, T> = conversation(redis.port) to conversation(kv.port)

    context("one connection, everything sent at once") {
        withData(nameFn = { it.name }, PARITY_SCRIPTS) { script ->
            val (expected, actual) = onBoth { port -> converse(port, script) { send(it) } }
            actual shouldBe expected
        }
    }

    context("one connection, in small pieces") {
        withData(nameFn = { it.name }, PARITY_SCRIPTS.filter { it.bytes.length < 10_000 }) { script ->
            val seed = Random.nextLong()
            val expected = converse(redis.port, script) { send(it) }
            val actual = converse(kv.port, script) { sendInPieces(it, Random(seed)) }
            if (actual != expected) println("seed $seed")
            actual shouldBe expected
        }
    }

    test("the table is as large as it should be, and its replies are replies") {
        val lines = PARITY_SCRIPTS.sumOf { script -> Regex("\r\n").findAll(converse(kv.port, script) { send(it) }).count() }
        lines shouldBeGreaterThan 1000
    }

    context("several connections") {
        withData(nameFn = { it.name }, PUB_SUB_SCENARIOS) { scenario ->
            val (expected, actual) = onBoth { port -> play(port, scenario) }
            actual shouldBe expected
        }
    }

    test("keys expire at the same time") {
        val (expected, actual) = onBoth { port ->
            RawClient(port).use { client ->
                client.call("FLUSHALL")
                client.exchange(arrays("SET a 1 PX 80\nSET b 1 EX 1\nSET c 1\nPEXPIRE c 80\nSET d 1 PX 100000\nMSET e 1 f 2\nPEXPIRE f 80"))
                eventually("a, c and f have expired") { client.call("EXISTS", "a", "c", "f") == ":0\r\n" }
                val soon = client.exchange(arrays("GET a\nTTL a\nMGET a b c d e f\nSET a 2 XX\nAPPEND c new\nINCR f\nTTL c\nGETDEL a"))
                eventually("what nobody asks for goes too") { client.call("DBSIZE") == ":4\r\n" }
                soon + client.exchange(arrays("KEYS c\nEXISTS b\nGET b\nPERSIST b\nTTL f"))
            }
        }
        actual shouldBe expected
    }

    test("redis-cli prints the same") {
        val input = CLI_INPUT.trimIndent() + "\n"
        val (expected, actual) = onBoth { port ->
            RawClient(port).use { it.call("FLUSHALL") }
            runProgram(listOf(RedisTools.cli, "-p", "$port"), input)
        }
        actual.output shouldBe expected.output
        actual.exitCode shouldBe expected.exitCode
        expected.output.lines().size shouldBeGreaterThan 40
    }

    test("redis-cli prints the same for a command of its own command line") {
        val (expected, actual) = onBoth { port ->
            listOf("SET cli 1 EX 100", "GET cli", "TTL cli", "INCRBY cli x", "NOSUCH", "MGET cli none", "PING").map { line ->
                runProgram(listOf(RedisTools.cli, "-p", "$port", "--no-raw") + line.split(' ')).run { "$exitCode $output" }
            }
        }
        actual shouldBe expected
    }

    test("INFO and COMMAND answer in the form clients expect") {
        RawClient(kv.port).use { client ->
            val info = checkNotNull(client.call("INFO"))
            listOf("# Server\r\n", "redis_version:7.", "connected_clients:1", "# Keyspace").forEach { (it in info) shouldBe true }
            ("# Clients" in checkNotNull(client.call("INFO", "keyspace"))) shouldBe false
            val count = checkNotNull(client.call("COMMAND", "COUNT")).drop(1).trim().toInt()
            checkNotNull(client.call("COMMAND")).startsWith("*$count\r\n*10\r\n") shouldBe true
            checkNotNull(client.call("COMMAND", "INFO", "get")).startsWith("*1\r\n*10\r\n$3\r\nget\r\n:2\r\n") shouldBe true
            checkNotNull(client.call("COMMAND", "LIST")).startsWith("*$count\r\n") shouldBe true
            client.call("HELLO", "3") shouldBe "-NOPROTO unsupported protocol version\r\n"
        }
    }
})

private fun converse(port: Int, script: ParityScript, send: RawClient.(String) -> Unit): String {
    RawClient(port).use { it.call("FLUSHALL") }
    return RawClient(port).use { client ->
        send(client, script.bytes)
        if (!script.endsItself) client.endOutput()
        script.normalise(client.readAll())
    }
}

private fun RawClient.sendInPieces(bytes: String, random: Random) {
    var sent = 0
    while (sent < bytes.length) {
        val count = minOf(random.nextInt(1, 60), bytes.length - sent)
        send(bytes.substring(sent, sent + count))
        sent += count
    }
}

private const val CLI_INPUT = """
    PING
    SET a 1
    GET a
    GET missing
    INCR a
    INCRBY a x
    MSET k1 v1 k2 "with blank" k3 'single'
    MGET k1 k2 k3 k4
    EXPIRE k1 100
    TTL k1
    TTL k2
    TTL k9
    PERSIST k1
    APPEND k1 more
    STRLEN k1
    EXISTS k1 k2 k9
    DEL k1 k9
    DBSIZE
    SELECT 2
    DBSIZE
    SET s "\x01\xff"
    GET s
    SELECT 0
    KEYS k2
    GETDEL k2
    SET opt 1 NX EX 100
    SET opt 2 NX
    SET opt 3 XX GET
    SET opt
    SET opt 1 FOO
    SETT opt 1
    ECHO "hello world"
    CLIENT SETNAME tester
    CLIENT GETNAME
    CONFIG GET appendonly
    PUBLISH nobody hears
    FLUSHALL
    DBSIZE
    GET
    PING PONG PANG
    DECR d
    PTTL d
    QUIT
"""
