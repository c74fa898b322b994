package io.duotone.coroutines.net

import io.duotone.CancelReason
import io.duotone.Duotone
import io.duotone.TaskCancelledException
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.runDuotone
import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.comparables.shouldBeLessThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.net.ConnectException
import java.time.Duration.ofMillis
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicReference
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.measureTime

class ServeTest :
    FunSpec({
        test("T45 each connection is served at the same time as the others, and closed after its handler") {
            runDuotone {
                TcpListener.listen(loopback()).use { listener ->
                    val serving = launch { listener.serve { it.sendAll(it.receiveText(1) + "!") } }
                    val clients = List(10) { TcpStream.connect(listener.localAddress) }
                    for (client in clients.reversed()) {
                        client.sendAll("x")
                        client.receiveText(2) shouldBe "x!"
                        client.receiveSome().size shouldBe 0
                        client.close()
                    }
                    listener.close()
                    serving.join()
                    serving.isCancelled shouldBe false
                }
            }
        }

        test("T45 what a handler launches keeps its stream open, and is waited for") {
            runDuotone {
                TcpListener.listen(loopback()).use { listener ->
                    val begun = CompletableDeferred<Unit>()
                    val serving = launch {
                        listener.serve { stream ->
                            begun.complete(Unit)
                            launch {
                                delay(20.milliseconds)
                                stream.sendAll("late")
                            }
                        }
                    }
                    TcpStream.connect(listener.localAddress).use { client ->
                        begun.await()
                        listener.close()
                        client.receiveText(4) shouldBe "late"
                        serving.join()
                        client.receiveSome().size shouldBe 0
                    }
                }
            }
        }

        test("T45 a failing handler is reported, loses its connection, and hurts no other") {
            val reports = ConcurrentLinkedQueue<Pair<String, Throwable>>()
            val options = Duotone.builder().uncaught { task, failure -> reports.add(task to failure) }.build()
            runDuotone(options) {
                TcpListener.listen(loopback()).use { listener ->
                    val serving = launch {
                        listener.serve { stream ->
                            when (val word = stream.receiveText(4)) {
                                "fail" -> error("on purpose")
                                "some" -> launch { throw IllegalArgumentException("of a child") }.join()
                                "stop" -> throw CancellationException("not a failure")
                                else -> stream.sendAll(word)
                            }
                        }
                    }
                    val well = TcpStream.connect(listener.localAddress)
                    for (word in listOf("fail", "some", "stop")) {
                        TcpStream.connect(listener.localAddress).use { client ->
                            client.sendAll(word)
                            client.receiveSome().size shouldBe 0
                        }
                    }
                    well.sendAll("well")
                    well.receiveText(4) shouldBe "well"
                    well.close()
                    listener.close()
                    serving.join()
                }
            }
            reports.map { it.second.message } shouldContainExactlyInAnyOrder listOf("on purpose", "of a child")
            reports.first().first shouldContain "the handler of TcpStream(/127.0.0.1:"
        }

        test("C26 closing the listener ends serve when the handlers have ended") {
            runDuotone {
                val listener = TcpListener.listen(loopback())
                val serving = async { listener.serve { it.echo() } }
                val client = TcpStream.connect(listener.localAddress)
                client.sendAll("a")
                client.receiveText(1)
                listener.close()
                client.sendAll("b")
                client.receiveText(1) shouldBe "b"
                serving.isActive shouldBe true
                client.close()
                serving.await()
            }
        }

        test("C26 closing the listener cancels handlers that outlast the drain time, and serve returns after their cleanup") {
            runDuotone {
                val listener = TcpListener.listen(loopback())
                val handler = RecordingHandler()
                val serving = async { listener.serve(drain = 30.milliseconds) { handler.run() } }
                val client = TcpStream.connect(listener.localAddress)
                handler.begun.await()
                listener.close()
                serving.await()
                handler.cleanedUp shouldBe true
                handler.reason?.kind shouldBe CancelReason.Kind.CANCELLED
                handler.reason?.message shouldContain "the drain time of 30ms has passed"
                client.receiveSome().size shouldBe 0
                client.close()
            }
        }

        test("C26 cancelling closes the listener at once, and lets the handlers end by themselves within the drain time") {
            runDuotone {
                val listener = TcpListener.listen(loopback())
                val serving = launch { listener.serve(drain = 1.hours) { it.echo() } }
                val client = TcpStream.connect(listener.localAddress)
                client.sendAll("a")
                client.receiveText(1)
                serving.cancel()
                eventually(10.seconds) { listener.isClosed shouldBe true }
                // The address is free a moment after the listener knows that it is closed: only close() waits for that.
                eventually(10.seconds) { shouldThrow<ConnectException> { TcpStream.connect(listener.localAddress).close() } }
                client.sendAll("b")
                client.receiveText(1) shouldBe "b"
                serving.isCompleted shouldBe false
                client.sendEof()
                client.receiveSome().size shouldBe 0
                serving.join()
                serving.isCancelled shouldBe true
                client.close()
            }
        }

        for (drain in listOf(Duration.ZERO, 30.milliseconds)) {
            test("C26 cancelling cancels the handlers that are left after $drain, with its reason, and waits for their cleanup") {
                runDuotone {
                    val listener = TcpListener.listen(loopback())
                    val handler = RecordingHandler()
                    val serving = launch { listener.serve(drain) { handler.run() } }
                    val client = TcpStream.connect(listener.localAddress)
                    handler.begun.await()
                    serving.cancel(TaskCancelledException(CancelReason.cancelled("enough served")))
                    serving.join()
                    handler.cleanedUp shouldBe true
                    handler.reason shouldBe CancelReason.cancelled("enough served")
                    client.close()
                }
            }
        }

        test("C26 a connection accepted as serve is cancelled gets closed, whether its handler began or not") {
            val before = openSocketsOrNull()
            repeat(50) { round ->
                runDuotone(workers(1 + round % 2)) {
                    val listener = TcpListener.listen(loopback())
                    val serving = launch(start = CoroutineStart.UNDISPATCHED) { listener.serve(Duration.ZERO) { awaitCancellation() } }
                    val clients = List(5) { TcpStream.connect(listener.localAddress) }
                    serving.cancel()
                    for (client in clients) {
                        // A reset when it was still in the backlog, the end of the stream when it was accepted.
                        runCatching { client.receiveSome() }.getOrDefault(ByteArray(0)).size shouldBe 0
                        client.close()
                    }
                }
            }
            if (before != null) eventually(10.seconds) { openSocketsOrNull() shouldBe before }
        }

        test("C26 a runtime that closes cancels the handlers in time for their cleanup, however long the drain time") {
            val runtime = DuotoneRuntime(Duotone.builder().shutdownGrace(ofMillis(500)).build())
            val handler = RecordingHandler()
            val address = CompletableDeferred<TcpListener>()
            val serving = runtime.spawn {
                val listener = TcpListener.listen(loopback()).also(address::complete)
                listener.serve(drain = 1.hours) { handler.run() }
            }
            val client = runtime.block {
                TcpStream.connect(address.await().localAddress).also { handler.begun.await() }
            }
            measureTime { runtime.close() } shouldBeLessThan 10.seconds
            handler.cleanedUp shouldBe true
            handler.reason?.kind shouldBe CancelReason.Kind.SHUTDOWN
            serving.isCompleted shouldBe true
            client.close()
        }
    })

/** A handler that goes on until it is cancelled, and whose cleanup takes a while. */
private class RecordingHandler {
    val begun = CompletableDeferred<Unit>()
    private val seen = AtomicReference<CancelReason?>()
    val reason: CancelReason? get() = seen.get()

    @Volatile
    var cleanedUp = false
        private set

    suspend fun run() {
        begun.complete(Unit)
        try {
            awaitCancellation()
        } catch (cancellation: CancellationException) {
            seen.set(CancelReason.of(cancellation))
            withContext(NonCancellable) { delay(10.milliseconds) }
            cleanedUp = true
            throw cancellation
        }
    }
}
