package io.duotone.coroutines.net

import io.duotone.ConcurrentOperationException
import io.duotone.coroutines.runDuotone
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.ints.shouldBeInRange
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.nio.ByteBuffer
import java.util.concurrent.CancellationException
import java.util.zip.CRC32
import kotlin.random.Random

class TcpStreamTest :
    FunSpec({
        test("T46 what one end sends the other receives, and -1 at the end") {
            runDuotone {
                tcpPair().use { pair ->
                    pair.client.sendAll("hällo")
                    pair.server.receiveText(6) shouldBe "hällo"
                    pair.client.close()
                    pair.server.receiveSome(ByteBuffer.allocate(10)) shouldBe -1
                    pair.server.receiveSome(ByteBuffer.allocate(10)) shouldBe -1
                    pair.server.receiveSome().size shouldBe 0
                }
            }
        }

        test("T46 a receive without room is 0, an empty send is nothing") {
            runDuotone {
                tcpPair().use { pair ->
                    pair.client.sendAll(ByteArray(0))
                    pair.client.sendAll("x")
                    pair.server.receiveSome(ByteBuffer.allocate(0)) shouldBe 0
                    pair.server.receiveText(1) shouldBe "x"
                }
            }
        }

        test("T46 an array holds what was there, at most max bytes") {
            runDuotone {
                tcpPair().use { pair ->
                    pair.client.sendAll("abcdef")
                    pair.server.receiveSome(max = 4).decodeToString() shouldBe "abcd"
                    pair.server.receiveSome(max = 1 shl 30).decodeToString() shouldBe "ef"
                    shouldThrow<IllegalArgumentException> { pair.server.receiveSome(max = 0) }.message shouldContain "max is 0"
                }
            }
        }

        test("T46 a buffer is used between its position and its limit, on the heap and off it") {
            runDuotone {
                tcpPair().use { pair ->
                    for (allocate in listOf<(Int) -> ByteBuffer>(ByteBuffer::allocate, ByteBuffer::allocateDirect)) {
                        val out = allocate(10).put("0123456789".encodeToByteArray()).position(2).limit(7)
                        pair.client.sendAll(out)
                        out.position() shouldBe 7
                        out.limit() shouldBe 7
                        val into = allocate(10).position(1).limit(6)
                        while (into.hasRemaining()) pair.server.receiveSome(into) shouldBeGreaterThan 0
                        into.limit() shouldBe 6
                        ByteArray(5).also { into.position(1).get(it) }.decodeToString() shouldBe "23456"
                    }
                }
            }
        }

        test("T46 half-close: the peer sees the end, and can still answer") {
            runDuotone {
                tcpPair().use { pair ->
                    launch {
                        pair.server.echo()
                        pair.server.sendAll("done")
                    }
                    pair.client.sendAll("work ")
                    pair.client.sendEof()
                    pair.client.sendEof()
                    pair.client.receiveText(9) shouldBe "work done"
                    val refused = shouldThrow<IllegalStateException> { pair.client.sendAll("more") }
                    refused.message shouldContain "sendEof"
                }
            }
        }

        test("C27 a second receive is refused, and the first goes on") {
            runDuotone {
                tcpPair().use { pair ->
                    val first = async(start = CoroutineStart.UNDISPATCHED) { pair.server.receiveText(3) }
                    shouldThrow<ConcurrentOperationException> { pair.server.receiveSome(ByteBuffer.allocate(1)) }
                    shouldThrow<ConcurrentOperationException> { pair.server.receiveSome() }.message shouldContain "receive"
                    pair.server.toString() shouldContain ", receiving"
                    pair.client.sendAll("abc")
                    first.await() shouldBe "abc"
                }
            }
        }

        test("C27 a second send and a sendEof are refused, and the first send goes on") {
            runDuotone {
                tcpPair().use { pair ->
                    val bytes = Random(1).nextBytes(20_000_000)
                    val first = async(start = CoroutineStart.UNDISPATCHED) { pair.client.sendAll(bytes) }
                    shouldThrow<ConcurrentOperationException> { pair.client.sendAll("x") }
                    shouldThrow<ConcurrentOperationException> { pair.client.sendEof() }
                    val received = ByteBuffer.allocate(bytes.size)
                    pair.server.receiveFull(received) shouldBe true
                    first.await()
                    received.array().contentEquals(bytes) shouldBe true
                    pair.client.sendEof()
                    pair.server.receiveSome(ByteBuffer.allocate(1)) shouldBe -1
                }
            }
        }

        test("T49 a cancelled receive loses no byte, and the stream stays usable") {
            runDuotone {
                tcpPair().use { pair ->
                    repeat(100) { round ->
                        val waiting = launch(start = CoroutineStart.UNDISPATCHED) { pair.server.receiveSome(ByteBuffer.allocate(8)) }
                        if (round % 2 == 0) yield()
                        waiting.cancelAndJoin()
                        pair.client.sendAll("round $round;")
                        pair.server.receiveText("round $round;".length) shouldBe "round $round;"
                    }
                }
            }
        }

        test("T49 a cancelled send says by the buffer's position how far it came") {
            runDuotone {
                tcpPair().use { pair ->
                    val out = ByteBuffer.wrap(Random(2).nextBytes(20_000_000))
                    val sending = launch(start = CoroutineStart.UNDISPATCHED) { pair.client.sendAll(out) }
                    sending.cancelAndJoin()
                    out.limit() shouldBe 20_000_000
                    out.position() shouldBeInRange 1..19_999_999
                    val received = ByteBuffer.allocate(20_000_000)
                    val rest = async { pair.client.sendAll(out) }
                    pair.server.receiveFull(received) shouldBe true
                    rest.await()
                    received shouldBe out.rewind()
                }
            }
        }

        test("a cancelled coroutine is stopped by an operation that would not have to wait") {
            runDuotone {
                tcpPair().use { pair ->
                    pair.client.sendAll("ready")
                    val ended = coroutineScope {
                        async(Dispatchers.Unconfined) {
                            coroutineContext[kotlinx.coroutines.Job]!!.cancel()
                            val refused = listOf<suspend () -> Unit>(
                                { pair.server.receiveSome(1) },
                                { pair.server.receiveSome(ByteBuffer.allocate(1)) },
                                { pair.server.sendAll("x") },
                                { pair.server.sendEof() },
                            ).count { runCatching { it() }.exceptionOrNull() is CancellationException }
                            refused shouldBe 4
                        }.also { it.join() }
                    }
                    ended.isCancelled shouldBe true
                    pair.server.receiveText(5) shouldBe "ready"
                }
            }
        }

        for (workers in listOf(1, 2)) {
            test("T46 20 MB each way at once, through small buffers, arrive whole: $workers workers") {
                runDuotone(workers(workers)) {
                    tcpPair().use { pair ->
                        val sums = listOf(pair.client, pair.server).flatMapIndexed { seed, stream ->
                            listOf(
                                async {
                                    val sum = CRC32()
                                    val random = Random(seed)
                                    var left = 20_000_000
                                    while (left > 0) {
                                        val bytes = random.nextBytes(minOf(left, random.nextInt(1, 60_000)))
                                        sum.update(bytes)
                                        stream.sendAll(bytes)
                                        left -= bytes.size
                                    }
                                    stream.sendEof()
                                    sum.value
                                },
                                async {
                                    val sum = CRC32()
                                    val buffer = if (seed == 0) ByteBuffer.allocate(1000) else ByteBuffer.allocateDirect(5000)
                                    while (stream.receiveSome(buffer.clear()) >= 0) sum.update(buffer.flip())
                                    sum.value
                                },
                            )
                        }.map { it.await() }
                        sums[0] shouldBe sums[3]
                        sums[2] shouldBe sums[1]
                    }
                }
            }
        }

        test("C30 a stream that always has bytes does not keep its worker from the others") {
            runDuotone(workers(1)) {
                tcpPair().use { pair ->
                    pair.client.sendAll(ByteArray(10_000))
                    var left = 10_000
                    var leftWhenOthersRan = 0
                    val other = launch { leftWhenOthersRan = left }
                    val one = ByteBuffer.allocate(1)
                    while (left > 0) left -= pair.server.receiveSome(one.clear())
                    other.join()
                    leftWhenOthersRan shouldBeGreaterThan 5_000
                }
            }
        }

        for ((name, dispatcher) in listOf(
            "Default" to Dispatchers.Default,
            "Unconfined" to Dispatchers.Unconfined,
            "IO" to Dispatchers.IO
        )) {
            test("streams of a runtime work from coroutines on Dispatchers.$name") {
                runDuotone {
                    tcpPair().use { pair ->
                        val echoing = launch(dispatcher) { pair.server.echo() }
                        withContext(dispatcher) {
                            repeat(200) {
                                pair.client.sendAll("message $it;")
                                pair.client.receiveText("message $it;".length) shouldBe "message $it;"
                            }
                            pair.client.sendEof()
                        }
                        echoing.join()
                    }
                }
            }
        }

        test("streams work without any runtime of one's own") {
            runBlocking {
                tcpPair().use { pair ->
                    val echoing = launch { pair.server.echo() }
                    repeat(200) {
                        pair.client.sendAll("message $it;")
                        pair.client.receiveText("message $it;".length) shouldBe "message $it;"
                    }
                    pair.client.sendEof()
                    echoing.join()
                }
            }
        }

        for (workers in listOf(1, 2, 4)) {
            test("1000 connections at once, each answered: $workers workers") {
                runDuotone(workers(workers)) {
                    TcpListener.listen(loopback()).use { listener ->
                        val serving = launch { listener.serve { it.echo() } }
                        val clients = List(1000) { TcpStream.connect(listener.localAddress) }
                        clients.mapIndexed { i, client ->
                            launch {
                                repeat(3) {
                                    client.sendAll("$i-$it;")
                                    client.receiveText("$i-$it;".length) shouldBe "$i-$it;"
                                }
                                client.sendEof()
                                client.receiveSome(1).size shouldBe 0
                                client.close()
                            }
                        }.joinAll()
                        listener.close()
                        serving.join()
                    }
                }
            }
        }
    })
