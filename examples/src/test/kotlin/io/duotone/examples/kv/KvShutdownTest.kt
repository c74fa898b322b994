package io.duotone.examples.kv

import io.duotone.examples.onOwnThread
import io.kotest.core.spec.style.FunSpec
import io.kotest.datatest.withData
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.longs.shouldBeLessThan
import io.kotest.matchers.shouldBe
import java.io.IOException
import java.net.ConnectException
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger

/** The server as a program: what a signal does while clients are at work. */
class KvShutdownTest : FunSpec({
    context("a signal ends it with exit code 0, and no reply is cut off") {
        withData("TERM", "INT") { signal ->
            ForkedKv("--grace", "5000").use { kv ->
                val answered = AtomicInteger()
                val busy = List(8) { onOwnThread { askUntilClosed(kv.port, answered) } }
                val idle = RawClient(kv.port).also { it.call("PING") }
                val halfway = RawClient(kv.port).also { it.call("PING") }.also { it.send("*2\r\n$3\r\nGET\r\n$5\r\nab") }
                val listening = RawClient(kv.port).also { it.send(request("SUBSCRIBE", "a")) }
                eventually("all clients are at work") { answered.get() > 2000 }

                val begun = System.nanoTime()
                kv.signal(signal)
                kv.exitCode(seconds = 10) shouldBe 0
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) shouldBeLessThan 5000

                // Each has read whole replies to the end of the stream; readReply fails on half a one.
                busy.forEach { it.get(10, TimeUnit.SECONDS) shouldBeGreaterThan 0 }
                idle.readAll() shouldBe ""
                halfway.readAll() shouldBe ""
                listening.readAll() shouldBe "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"
                listOf(idle, halfway, listening).forEach(RawClient::close)
            }
        }
    }

    test("with nobody there it ends at once") {
        ForkedKv().use { kv ->
            kv.signal("TERM")
            kv.exitCode(seconds = 10) shouldBe 0
        }
    }

    test("a client that takes nothing does not keep it beyond the grace time") {
        ForkedKv("--grace", "500").use { kv ->
            RawClient(kv.port).use { client ->
                client.call("SET", "a", "x".repeat(8_000_000))
                client.send(request("GET", "a").repeat(20))
                eventually("the first bytes are on their way") { client.socket.getInputStream().available() > 0 }
                val begun = System.nanoTime()
                kv.signal("TERM")
                kv.exitCode(seconds = 20) shouldBe 0
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) shouldBeLessThan 10_000
            }
        }
    }

    test("a stopped server refuses connections") {
        RunningKv().use { kv ->
            kv.stop()
            // The system frees the port when the poller next looks, at once or a moment later.
            eventually("connections are refused") { runCatching { RawClient(kv.port).close() }.exceptionOrNull() is ConnectException }
        }
    }

    context("a wrong command line says what is wrong, and how it is right") {
        withData(
            nameFn = { (args, _) -> args.joinToString(" ") },
            listOf("--port", "70000") to "kv: --port must be 0 to 65535, but is 70000",
            listOf("--prot", "1") to "kv: there is no option --prot",
            listOf("--grace") to "kv: --grace needs a value",
            listOf("--threads", "many") to "kv: --threads must be a whole number, but is 'many'",
        ) { (args, message) ->
            val result = runKv(args)
            result.exitCode shouldBe 2
            result.output.lines().first() shouldBe message
            (Regex("--max-request BYTES") in result.output) shouldBe true
        }
    }

    test("--help explains and is no error") {
        val result = runKv(listOf("--help"))
        result.exitCode shouldBe 0
        result.output.lines().first() shouldBe "usage: kv [options]"
    }

    test("a port in use is said in one line") {
        RunningKv().use { kv ->
            val result = runKv(listOf("--port", "${kv.port}"))
            result.exitCode shouldBe 1
            result.output.startsWith("kv: cannot listen on 127.0.0.1:${kv.port}: ") shouldBe true
            result.output.trim().lines().size shouldBe 1
        }
    }
})

/** Asks in pipelines until the server ends the connection; gives the number of whole replies. */
private fun askUntilClosed(port: Int, answered: AtomicInteger): Int = RawClient(port).use { client ->
    client.call("SET", "large", "x".repeat(20_000))
    var replies = 0
    try {
        while (true) {
            client.send(request("GET", "large").repeat(5) + request("INCR", "n"))
            repeat(6) {
                client.readReply() ?: return replies
                replies++
                answered.incrementAndGet()
            }
        }
        @Suppress("UNREACHABLE_CODE")
        replies
    } catch (_: IOException) {
        // Refused while sending: the server had closed. What had come before was whole.
        replies
    }
}

private fun runKv(args: List<String>): ProgramResult = runProgram(
    listOf("${System.getProperty("java.home")}/bin/java", "-cp", System.getProperty("java.class.path"), KvMain::class.java.name) + args,
)
