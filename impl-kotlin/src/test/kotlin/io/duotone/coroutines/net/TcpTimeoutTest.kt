package io.duotone.coroutines.net

import io.duotone.coroutines.runDuotone
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.comparables.shouldBeGreaterThanOrEqualTo
import io.kotest.matchers.ints.shouldBeInRange
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import java.nio.ByteBuffer
import java.util.concurrent.TimeoutException
import kotlin.random.Random
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.measureTime

class TcpTimeoutTest :
    FunSpec({
        test("T46 a receive in vain fails with a timeout, which is no cancellation, and the stream stays usable") {
            runDuotone {
                tcpPair().use { pair ->
                    repeat(3) {
                        val waited = measureTime {
                            val failure =
                                shouldThrow<TimeoutException> { pair.server.receiveSome(ByteBuffer.allocate(9), timeout = 20.milliseconds) }
                            failure.message shouldContain "nothing received in time"
                        }
                        waited shouldBeGreaterThanOrEqualTo 20.milliseconds
                        shouldThrow<TimeoutException> { pair.server.receiveSome(timeout = 5.milliseconds) }
                        pair.client.sendAll("after")
                        pair.server.receiveText(5) shouldBe "after"
                    }
                    pair.client.sendAll("in time")
                    pair.server.receiveSome(timeout = 10.seconds).decodeToString() shouldBe "in time"
                }
            }
        }

        test("T46 without time to wait a receive takes what is there") {
            runDuotone {
                tcpPair().use { pair ->
                    pair.client.sendAll("abc")
                    pair.server.receiveText(3) // the socket is known to be empty now
                    pair.client.sendAll("def")
                    pair.server.receiveSome(timeout = Duration.ZERO).decodeToString() shouldBe "def"
                    pair.client.sendAll("ghi")
                    pair.server.receiveSome(timeout = (-1).seconds).decodeToString() shouldBe "ghi"
                    shouldThrow<TimeoutException> { pair.server.receiveSome(timeout = Duration.ZERO) }
                }
            }
        }

        test("T46 each receive has its own limit, longer or shorter than that of the one before") {
            runDuotone {
                tcpPair().use { pair ->
                    val limits =
                        listOf(1.hours, 30.milliseconds, 90.milliseconds, Duration.INFINITE, 10.milliseconds, 1.hours, 40.milliseconds)
                    for (limit in limits) {
                        if (limit < 1.seconds) {
                            val waited = measureTime { shouldThrow<TimeoutException> { pair.server.receiveSome(timeout = limit) } }
                            waited shouldBeGreaterThanOrEqualTo limit
                        } else {
                            val sending = launch {
                                delay(15.milliseconds)
                                pair.client.sendAll("x")
                            }
                            pair.server.receiveSome(timeout = limit).size shouldBe 1
                            sending.join()
                        }
                    }
                }
            }
        }

        test("T46 the limit of a receive that was answered early does not end the next one") {
            runDuotone {
                tcpPair().use { pair ->
                    repeat(20) {
                        pair.server.sendAll("x")
                        pair.client.receiveSome(timeout = 5.milliseconds + 10.seconds * (it % 2)).decodeToString() shouldBe "x"
                        val sending = launch {
                            delay(10.milliseconds)
                            pair.server.sendAll("y")
                        }
                        pair.client.receiveSome().decodeToString() shouldBe "y"
                        sending.join() // what it sent may arrive before it is through
                    }
                }
            }
        }

        test("T46 a send that the peer does not take fails with a timeout, and the position tells how much went out") {
            runDuotone {
                tcpPair().use { pair ->
                    val out = ByteBuffer.wrap(Random(3).nextBytes(20_000_000))
                    shouldThrow<TimeoutException> { pair.client.sendAll(out, timeout = 30.milliseconds) }.message shouldContain
                        "not sent in time"
                    out.limit() shouldBe 20_000_000
                    out.position() shouldBeInRange 1..19_999_999
                    val received = ByteBuffer.allocate(20_000_000)
                    val receiving = async { pair.server.receiveFull(received) }
                    pair.client.sendAll(out, timeout = 30.seconds)
                    receiving.await() shouldBe true
                    received shouldBe out.rewind()
                }
            }
        }

        test("T46 arrays and texts are sent in time as well") {
            runDuotone {
                tcpPair().use { pair ->
                    pair.client.sendAll("text ", timeout = 10.seconds)
                    pair.client.sendAll("array".encodeToByteArray(), timeout = 10.seconds)
                    pair.server.receiveText(10) shouldBe "text array"
                    shouldThrow<TimeoutException> { pair.client.sendAll(ByteArray(20_000_000), timeout = Duration.ZERO) }
                }
            }
        }

        test("T47 an accept in vain fails with a timeout, and the listener stays usable") {
            runDuotone {
                TcpListener.listen(loopback()).use { listener ->
                    repeat(2) {
                        shouldThrow<TimeoutException> { listener.accept(timeout = 10.milliseconds) }.message shouldContain
                            "no connection within 10ms"
                        TcpStream.connect(listener.localAddress).use { client ->
                            listener.accept(timeout = 10.seconds).use { it.remoteAddress shouldBe client.localAddress }
                        }
                    }
                    TcpStream.connect(listener.localAddress).use {
                        listener.accept(timeout = Duration.ZERO).close()
                    }
                }
            }
        }
    })
