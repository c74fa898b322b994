@file:OptIn(DelicateCoroutinesApi::class, ExperimentalCoroutinesApi::class)

package io.duotone.coroutines.channel

import io.duotone.channel.ChannelStatistics
import io.duotone.coroutines.blockWatched
import io.duotone.coroutines.onWorkers
import io.duotone.coroutines.withRuntime
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.channels.ClosedReceiveChannelException
import kotlinx.coroutines.channels.ClosedSendChannelException
import kotlinx.coroutines.completeWith
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.consumeAsFlow
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.supervisorScope
import java.io.IOException
import java.util.OptionalInt
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.coroutines.Continuation
import kotlin.coroutines.startCoroutine

/** A channel that gives the newest message first. */
internal class LifoChannelTest :
    FunSpec({
        fun run(block: suspend CoroutineScope.() -> Unit) = withRuntime("lifo", 1) { it.blockWatched(block = block) }

        test("S42 C22 a send that is cancelled before it has its place leaves no message") {
            val channel = LifoChannel<String>(1)
            val cancelled = Job().apply { cancel() }
            val ended = CompletableDeferred<Any>()
            val send: suspend () -> Any = { channel.enqueueSend("message") }
            send.startCoroutine(Continuation(cancelled) { ended.completeWith(it) })
            shouldThrow<CancellationException> { ended.await() }
            channel.tryReceive().isSuccess shouldBe false
        }

        test("S42 the newest message comes first") {
            run {
                val channel = LifoChannel<Int>()
                repeat(4) { channel.send(it) }
                List(4) { channel.receive() } shouldBe listOf(3, 2, 1, 0)
                channel.tryReceive().isFailure shouldBe true
                channel.isEmpty shouldBe true
            }
        }

        test("S42 a full channel makes senders wait, who get their places in their order") {
            run {
                val channel = LifoChannel<Int>(1)
                channel.send(0)
                val senders = List(3) { launch(start = CoroutineStart.UNDISPATCHED) { channel.send(it + 1) } }
                channel.trySend(9).isFailure shouldBe true
                channel.toString() shouldBe "LifoChannel(1 queued, 3 sending, 0 receiving)"
                List(4) { channel.receive() } shouldBe listOf(0, 1, 2, 3)
                senders.forEach { it.join() }
            }
        }

        test("S42 receivers are served in their order") {
            run {
                val channel = LifoChannel<Int>(2)
                val received = List(3) { async(start = CoroutineStart.UNDISPATCHED) { channel.receive() } }
                channel.statistics() shouldBe ChannelStatistics(OptionalInt.of(0), 0, 3)
                repeat(3) { channel.send(it) }
                received.map { it.await() } shouldBe listOf(0, 1, 2)
            }
        }

        test("S42 T38 close: what is kept is received, then kotlinx's exceptions") {
            run {
                val channel = LifoChannel<Int>(2)
                channel.send(1)
                channel.send(2)
                channel.close() shouldBe true
                channel.close() shouldBe false
                channel.isClosedForSend shouldBe true
                channel.isClosedForReceive shouldBe false
                shouldThrow<ClosedSendChannelException> { channel.send(3) }
                channel.consumeAsFlow().toList() shouldBe listOf(2, 1)
                channel.isClosedForReceive shouldBe true
                shouldThrow<ClosedReceiveChannelException> { channel.receive() }
                channel.receiveCatching().isClosed shouldBe true
                channel.trySend(4).isClosed shouldBe true
            }
        }

        test("S42 close wakes senders and receivers that wait, with its cause") {
            run {
                val cause = IOException("link down")
                val full = LifoChannel<Int>(1)
                full.send(1)
                val empty = LifoChannel<Int>()
                supervisorScope {
                    val sending = async(start = CoroutineStart.UNDISPATCHED) { full.send(2) }
                    val receiving = async(start = CoroutineStart.UNDISPATCHED) { empty.receive() }
                    full.close(cause)
                    empty.close(cause)
                    shouldThrow<IOException> { sending.await() }.message shouldBe "link down"
                    shouldThrow<IOException> { receiving.await() }.message shouldBe "link down"
                }
                full.receive() shouldBe 1
                shouldThrow<IOException> { full.receive() }
                shouldThrow<IOException> { for (message in empty) error("got $message") }
            }
        }

        test("S42 C22 a cancelled send has withdrawn its message, a cancelled receive takes none") {
            run {
                val channel = LifoChannel<Int>(1)
                val first = launch(start = CoroutineStart.UNDISPATCHED) { channel.receive() }
                val second = async(start = CoroutineStart.UNDISPATCHED) { channel.receive() }
                first.cancel()
                channel.send(1)
                second.await() shouldBe 1
                channel.send(2)
                val sender = launch(start = CoroutineStart.UNDISPATCHED) { channel.send(3) }
                sender.cancel()
                channel.receive() shouldBe 2
                channel.tryReceive().isFailure shouldBe true
            }
        }

        test("S42 C22 a message that came for a receiver which was cancelled before it went on is received by another") {
            run {
                val channel = LifoChannel<Int>(1)
                val doomed = launch(start = CoroutineStart.UNDISPATCHED) { channel.receive() }
                channel.send(1)
                channel.send(2)
                doomed.cancel()
                doomed.join()
                List(2) { channel.receive() } shouldContainExactlyInAnyOrder listOf(1, 2)
                val waiting = launch(start = CoroutineStart.UNDISPATCHED) { channel.receive() }
                val behind = async(start = CoroutineStart.UNDISPATCHED) { channel.receive() }
                channel.send(3)
                waiting.cancel()
                behind.await() shouldBe 3
            }
        }

        test("S42 cancel drops what is kept, tells of it, and wakes everybody") {
            run {
                val dropped = ConcurrentLinkedQueue<Int>()
                val channel = LifoChannel(2, dropped::add)
                val told = ConcurrentLinkedQueue<Throwable?>()
                channel.invokeOnClose(told::add)
                shouldThrow<IllegalStateException> { channel.invokeOnClose {} }
                channel.send(1)
                channel.send(2)
                val reason = CancellationException("no more")
                supervisorScope {
                    val sending = async(start = CoroutineStart.UNDISPATCHED) { channel.send(3) }
                    channel.cancel(reason)
                    shouldThrow<CancellationException> { sending.await() }.message shouldBe "no more"
                }
                dropped.toList() shouldBe listOf(1, 2)
                told.single() shouldBeSameInstanceAs reason
                channel.giveBack(4)
                dropped.toList() shouldBe listOf(1, 2, 4)
                channel.isClosedForReceive shouldBe true
                channel.toString() shouldContain "closed"
            }
        }

        test("S42 bad use is refused with a message that says what to do") {
            shouldThrow<IllegalArgumentException> { LifoChannel<Int>(0) }.message shouldContain "at least 1"
            val channel = LifoChannel<Int>()
            shouldThrow<UnsupportedOperationException> { channel.onReceive }.message shouldContain "a coroutine of its own"
            shouldThrow<UnsupportedOperationException> { channel.onSend }
            shouldThrow<UnsupportedOperationException> { channel.onReceiveCatching }
        }

        onWorkers("S42 each message of many senders reaches one of many receivers") { runtime ->
            runtime.blockWatched {
                val channel = LifoChannel<Int>(3)
                val seen = ConcurrentLinkedQueue<Int>()
                coroutineScope {
                    val senders = List(4) { sender -> launch { repeat(500) { channel.send(sender * 500 + it) } } }
                    repeat(4) { launch { for (message in channel) seen.add(message) } }
                    senders.forEach { it.join() }
                    channel.close()
                }
                seen.sorted() shouldBe List(2_000) { it }
            }
        }
    })
