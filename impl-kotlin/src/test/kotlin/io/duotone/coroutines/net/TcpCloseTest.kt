package io.duotone.coroutines.net

import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.runDuotone
import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withContext
import java.io.IOException
import java.net.ServerSocket
import java.nio.ByteBuffer
import java.nio.channels.ClosedChannelException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CountDownLatch
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class TcpCloseTest :
    FunSpec({
        test("T49 close fails the receive and the send that wait") {
            runDuotone {
                supervisorScope {
                    tcpPair().use { pair ->
                        val receive = async(start = CoroutineStart.UNDISPATCHED) { pair.client.receiveSome(1) }
                        val send = async(start = CoroutineStart.UNDISPATCHED) { pair.client.sendAll(ByteArray(20_000_000)) }
                        receive.isActive shouldBe true
                        send.isActive shouldBe true
                        pair.client.isClosed shouldBe false
                        pair.client.close()
                        pair.client.isClosed shouldBe true
                        shouldThrow<ClosedChannelException> { receive.await() }
                        shouldThrow<ClosedChannelException> { send.await() }
                    }
                }
            }
        }

        test("T49 close from another thread fails a receive and a send that wait, also off the runtime") {
            runBlocking {
                supervisorScope {
                    tcpPair().use { pair ->
                        val receive = async(Dispatchers.Default) { pair.client.receiveSome(1, timeout = 30.seconds) }
                        val send = async(Dispatchers.Default) { pair.client.sendAll(ByteArray(20_000_000), timeout = 30.seconds) }
                        eventually(10.seconds) { pair.client.toString() shouldContain ", receiving, sending" }
                        withContext(Dispatchers.IO) { pair.client.close() }
                        shouldThrow<ClosedChannelException> { receive.await() }
                        shouldThrow<ClosedChannelException> { send.await() }
                    }
                }
            }
        }

        test("C29 every operation after close fails with ClosedChannelException, and a second close does nothing") {
            runDuotone {
                tcpPair().use { pair ->
                    pair.client.close()
                    pair.client.close()
                    shouldThrow<ClosedChannelException> { pair.client.receiveSome(1) }
                    shouldThrow<ClosedChannelException> { pair.client.receiveSome(ByteBuffer.allocate(1)) }
                    shouldThrow<ClosedChannelException> { pair.client.receiveSome(ByteBuffer.allocate(0)) }
                    shouldThrow<ClosedChannelException> { pair.client.receiveSome(1, timeout = 1.seconds) }
                    shouldThrow<ClosedChannelException> { pair.client.sendAll("x") }
                    shouldThrow<ClosedChannelException> { pair.client.sendAll(ByteArray(0)) }
                    shouldThrow<ClosedChannelException> { pair.client.sendEof() }
                    pair.client.toString() shouldContain ", closed"
                }
            }
        }

        test("T49 a close after waiting still ends the connection for the peer") {
            runDuotone {
                tcpPair().use { pair ->
                    pair.client.sendAll("x")
                    pair.server.receiveText(1)
                    launch {
                        delay(5.milliseconds)
                        pair.server.close()
                    }
                    pair.client.receiveSome(1).size shouldBe 0
                }
            }
        }

        test("T49 a reset by the peer is an IOException, for a receive that waits and for those after it") {
            runDuotone {
                withPlainPeer { stream, peer ->
                    supervisorScope {
                        val waiting = async(start = CoroutineStart.UNDISPATCHED) { stream.receiveSome(1) }
                        peer.setSoLinger(true, 0)
                        peer.close()
                        shouldThrow<IOException> { waiting.await() }.message shouldContain "reset"
                        shouldThrow<IOException> { stream.receiveSome(1) }
                        shouldThrow<IOException> { repeat(10) { stream.sendAll("x") } }
                    }
                }
            }
        }

        test("T49 a reset by the peer fails a send that waits") {
            runDuotone {
                withPlainPeer { stream, peer ->
                    supervisorScope {
                        val waiting = async(start = CoroutineStart.UNDISPATCHED) { stream.sendAll(ByteArray(20_000_000)) }
                        waiting.isActive shouldBe true
                        peer.setSoLinger(true, 0)
                        peer.close()
                        shouldThrow<IOException> { waiting.await() }
                    }
                }
            }
        }

        for (workers in listOf(1, 2)) {
            test("the descriptor of the last connection is freed although nothing more happens: $workers workers") {
                val before = openSocketsOrNull()
                runDuotone(workers(workers)) {
                    val pair = tcpPair()
                    launch {
                        delay(5.milliseconds)
                        pair.client.sendAll("x")
                    }
                    pair.server.receiveText(1) // waited, so the server's end is registered
                    val late = pair.server
                    pair.client.close()
                    withContext(Dispatchers.IO) { late.close() }
                    if (before != null) eventually(10.seconds) { openSocketsOrNull() shouldBe before }
                }
            }
        }

        test("the descriptor of a connection is freed while its worker is kept busy") {
            val before = openSocketsOrNull()
            runDuotone(workers(1)) {
                val pair = tcpPair()
                val receive = async(start = CoroutineStart.UNDISPATCHED) { runCatching { pair.server.receiveSome(1) } }
                val freed = CountDownLatch(1)
                val closing = launch(Dispatchers.IO) {
                    pair.close()
                    if (before != null) eventually(10.seconds) { openSocketsOrNull() shouldBe before }
                    freed.countDown()
                }
                freed.await() // holds the one worker
                closing.join()
                receive.await().exceptionOrNull().shouldBeClosed()
            }
        }

        test("a runtime that has closed fails who still waits for a stream of it, and a later use") {
            val runtime = DuotoneRuntime(workers(1))
            val pair = runtime.block { tcpPair() }
            runBlocking {
                supervisorScope {
                    val waiting = async(Dispatchers.Default + NonCancellable) { pair.client.receiveSome(1) }
                    eventually(10.seconds) { pair.client.toString() shouldContain ", receiving" }
                    withContext(Dispatchers.IO) { runtime.close() }
                    shouldThrow<ClosedChannelException> { waiting.await() }
                    shouldThrow<ClosedChannelException> { pair.client.receiveSome(1) }
                }
            }
            pair.close()
        }

        test("a stream that first has to wait when its runtime has closed fails") {
            val runtime = DuotoneRuntime(workers(1))
            ServerSocket(0, 1, loopback().address).use { peer ->
                val accepted = CompletableFuture.supplyAsync { peer.accept() }
                val stream = runtime.block { TcpStream.connect(loopback(peer.localPort)) }
                runtime.close()
                runBlocking {
                    shouldThrow<ClosedChannelException> { stream.receiveSome(1, timeout = 10.seconds) }
                }
                accepted.join().close()
            }
        }
    })

private fun Throwable?.shouldBeClosed() {
    (this is ClosedChannelException) shouldBe true
}
