package io.duotone.examples.kv

import io.duotone.examples.onOwnThread
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeGreaterThanOrEqual
import io.kotest.matchers.longs.shouldBeLessThan
import io.kotest.matchers.shouldBe
import java.util.concurrent.TimeUnit
import kotlin.random.Random
import kotlin.time.Duration.Companion.milliseconds

/** Clients that misbehave, and what becomes of the others. */
class KvHardeningTest : FunSpec({
    test("a request beyond the limit is refused, whatever its shape") {
        RunningKv(KvOptions(maxRequest = 10_000)).use { kv ->
            RawClient(kv.port).use { other ->
                listOf(
                    request("SET", "a", "x".repeat(10_001)),
                    "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$500000000\r\n",
                    request("MSET", *Array(2000) { "0123456789" }),
                ).forEach { tooLarge ->
                    RawClient(kv.port).use { client ->
                        client.send(tooLarge)
                        client.readAll() shouldBe "-ERR Protocol error: invalid bulk length\r\n"
                    }
                    other.call("PING") shouldBe "+PONG\r\n"
                }
                other.call("SET", "a", "x".repeat(9000)) shouldBe "+OK\r\n"
            }
        }
    }

    test("an idle connection is closed, one that asks is not, nor is a subscriber") {
        RunningKv(KvOptions(idle = 400.milliseconds)).use { kv ->
            val busy = RawClient(kv.port)
            val subscriber = RawClient(kv.port).also { it.send(request("SUBSCRIBE", "a")) }
            val halfway = RawClient(kv.port).also { it.send("*2\r\n") }
            val idle = RawClient(kv.port).also { it.call("PING") }
            val ended = onOwnThread { idle.readAll() + halfway.readAll() }
            eventually("both are closed") {
                busy.call("PING") shouldBe "+PONG\r\n"
                ended.isDone
            }
            ended.get() shouldBe ""
            busy.call("PUBLISH", "a", "x") shouldBe ":1\r\n"
            subscriber.exchange("").endsWith(message("a", "x")) shouldBe true
            listOf(busy, subscriber, halfway, idle).forEach(RawClient::close)
        }
    }

    test("a client that reads nothing is made to wait, alone") {
        RunningKv().use { kv ->
            RawClient(kv.port).use { slow ->
                slow.call("SET", "large", "x".repeat(1_000_000)) shouldBe "+OK\r\n"
                slow.send(request("GET", "large").repeat(100))
                RawClient(kv.port).use { other -> repeat(1000) { other.call("INCR", "n") shouldBe ":${it + 1}\r\n" } }
                // And then it gets all of it.
                repeat(100) { slow.readReply()?.length shouldBe 1_000_000 + "$1000000\r\n\r\n".length }
            }
        }
    }

    test("a slow client that never reads is closed when idle time is limited") {
        RunningKv(KvOptions(idle = 300.milliseconds)).use { kv ->
            RawClient(kv.port).use { slow ->
                slow.call("SET", "large", "x".repeat(1_000_000))
                slow.send(request("GET", "large").repeat(100))
                eventually("it is closed") { connectedClients(kv.port) == 1 }
            }
        }
    }

    test("a subscriber that does not read is cut off; publishers never wait, and others get every message") {
        RunningKv(KvOptions(subscriberLimit = 1_000_000)).use { kv ->
            val slow = RawClient(kv.port).also { it.send(request("SUBSCRIBE", "a")) }
            val reading = RawClient(kv.port).also { it.send(request("SUBSCRIBE", "a")) }
            val publisher = RawClient(kv.port)
            eventually("both listen") { publisher.call("PUBLISH", "a", "start") == ":2\r\n" }
            val payload = "x".repeat(50_000)
            val received = onOwnThread {
                generateSequence { reading.readReply() }.takeWhile { it != message("a", "end") }.count { it == message("a", payload) }
            }
            var sent = 0
            eventually("the slow one is cut off") {
                sent++
                publisher.call("PUBLISH", "a", payload) == ":1\r\n"
            }
            publisher.call("PUBLISH", "a", "end") shouldBe ":1\r\n"
            received.get(30, TimeUnit.SECONDS) shouldBe sent
            listOf(slow, reading, publisher).forEach(RawClient::close)
        }
    }

    test("messages and replies of one connection never mix") {
        RunningKv().use { kv ->
            val listeners = List(4) { RawClient(kv.port).also { it.exchange(request("SUBSCRIBE", "a", "b") + request("PSUBSCRIBE", "*")) } }
            val publishers = List(3) { number ->
                onOwnThread {
                    RawClient(kv.port).use { client ->
                        repeat(300) { client.call("PUBLISH", if (it % 2 == 0) "a" else "b", "p$number.$it") shouldBe ":8\r\n" }
                    }
                }
            }
            val heard = listeners.map { client ->
                onOwnThread {
                    val messages = ArrayList<String>()
                    var pongs = 0
                    repeat(200) { client.send(request("PING", "pong-$it")) }
                    while (messages.size < 900 || pongs < 200) {
                        val reply = checkNotNull(client.readReply())
                        when {
                            "pmessage" in reply -> Unit
                            "message" in reply -> messages += reply.substringAfterLast('p').trim()
                            else -> pongs++
                        }
                    }
                    messages
                }
            }
            publishers.forEach { it.get(30, TimeUnit.SECONDS) }
            val orders = heard.map { it.get(30, TimeUnit.SECONDS) }
            // All in the same order, and those of one publisher in its own.
            orders.distinct().size shouldBe 1
            repeat(3) { number -> orders[0].filter { it.startsWith("$number.") } shouldBe List(300) { "$number.$it" } }
            listeners.forEach(RawClient::close)
        }
    }

    test("clients that leave in the middle of everything") {
        RunningKv().use { kv ->
            val random = Random(Random.nextLong())
            RawClient(kv.port).use { it.call("SET", "large", "x".repeat(100_000)) }
            repeat(200) {
                val client = RawClient(kv.port)
                val conversation = request("SUBSCRIBE", "c$it") + request("GET", "large").repeat(20) + request("PUBLISH", "c$it", "x")
                client.send(conversation.take(random.nextInt(conversation.length)))
                if (random.nextBoolean()) client.socket.setSoLinger(true, 0)
                client.close()
            }
            eventually("all have been noticed") { connectedClients(kv.port) == 1 }
            RawClient(kv.port).use { it.call("PUBLISH", "c1", "x") shouldBe ":0\r\n" }
        }
    }

    test("garbage hurts nobody else") {
        RunningKv().use { kv ->
            val seed = Random.nextLong()
            val random = Random(seed)
            RawClient(kv.port).use { other ->
                repeat(200) { round ->
                    RawClient(kv.port).use { client ->
                        client.send(random.nextBytes(random.nextInt(1, 400)).latin())
                        client.endOutput()
                        client.readAll()
                    }
                    other.call("SET", "k", "$round") shouldBe "+OK\r\n"
                    other.call("GET", "k") shouldBe "$${"$round".length}\r\n$round\r\n"
                }
            }
        }
    }

    test("1000 connections at a time") {
        RunningKv().use { kv ->
            val clients = List(1000) { RawClient(kv.port) }
            clients.forEach { it.send(request("INCR", "n")) }
            clients.map { checkNotNull(it.readReply()).drop(1).trim().toInt() }.sorted() shouldBe (1..1000).toList()
            clients.forEachIndexed { number, client -> client.send(request("SUBSCRIBE", "all") + request("PING", "$number")) }
            clients.forEach { client -> repeat(2) { client.readReply() } }
            RawClient(kv.port).use { it.call("PUBLISH", "all", "hello") shouldBe ":1000\r\n" }
            clients.forEach { it.readReply() shouldBe message("all", "hello") }
            clients.forEach(RawClient::close)
            eventually("all have left") { connectedClients(kv.port) == 1 }
        }
    }

    test("too many connections are told so, until some have left") {
        RunningKv(KvOptions(maxClients = 3)).use { kv ->
            val clients = List(3) { RawClient(kv.port).also { client -> client.call("PING") shouldBe "+PONG\r\n" } }
            RawClient(kv.port).use { it.readAll() shouldBe "-ERR max number of clients reached\r\n" }
            clients[0].call("QUIT") shouldBe "+OK\r\n"
            clients[0].close()
            eventually("there is room again") { RawClient(kv.port).use { runCatching { it.call("PING") }.getOrNull() == "+PONG\r\n" } }
            clients.forEach(RawClient::close)
        }
    }

    test("KEYS over very many keys lets others work meanwhile, and answers in its turn") {
        RunningKv().use { kv ->
            RawClient(kv.port).use { client ->
                (0 until 200_000).chunked(1000).forEach { chunk ->
                    client.call("MSET", *chunk.flatMap { listOf("key:$it", "v") }.toTypedArray()) shouldBe "+OK\r\n"
                }
                client.send(request("KEYS", "key:1?") + request("PING"))
                checkNotNull(client.readReply()).lines().filter { it.startsWith("key") }.sorted() shouldBe (10..19).map { "key:$it" }
                client.readReply() shouldBe "+PONG\r\n"
                client.call("FLUSHALL") shouldBe "+OK\r\n"
            }
        }
    }

    test("memory of keys that have expired comes back, though nobody asks for them") {
        RunningKv().use { kv ->
            RawClient(kv.port).use { client ->
                repeat(5000) { client.send(request("SET", "k$it", "v", "PX", "${1 + it % 300}")) }
                repeat(5000) { client.readReply() shouldBe "+OK\r\n" }
                eventually("all are gone") { client.call("DBSIZE") == ":0\r\n" }
                val expired = Regex("expired_keys:(\\d+)").find(checkNotNull(client.call("INFO")))?.groupValues?.get(1)
                checkNotNull(expired).toInt() shouldBeGreaterThanOrEqual 4000
            }
        }
    }

    test("a lone request is answered promptly") {
        RunningKv().use { kv ->
            RawClient(kv.port).use { client ->
                repeat(2000) { client.call("PING") }
                val begun = System.nanoTime()
                repeat(200) { client.call("PING") }
                // Nagle and delayed acknowledgements together would make this 8 s.
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) shouldBeLessThan 4000
            }
        }
    }
})

private fun message(channel: String, text: String) = request("message", channel, text)

private fun connectedClients(port: Int): Int = RawClient(port).use { client ->
    val info = checkNotNull(client.call("INFO", "clients"))
    checkNotNull(Regex("connected_clients:(\\d+)").find(info)).groupValues[1].toInt()
}
