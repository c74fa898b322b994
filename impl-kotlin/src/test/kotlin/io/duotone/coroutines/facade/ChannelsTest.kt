package io.duotone.coroutines.facade

import io.duotone.Task
import io.duotone.channel.Broadcast
import io.duotone.channel.ChannelClosedException
import io.duotone.channel.LatestValue
import io.duotone.channel.OneShot
import io.duotone.channel.Receiver
import io.duotone.channel.Sender
import io.duotone.coroutines.blockWatched
import io.duotone.coroutines.channel.LifoChannel
import io.duotone.coroutines.withRuntime
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.async
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.ClosedReceiveChannelException
import kotlinx.coroutines.channels.ClosedSendChannelException
import kotlinx.coroutines.channels.ReceiveChannel
import kotlinx.coroutines.channels.SendChannel
import kotlinx.coroutines.channels.produce
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import java.io.IOException
import io.duotone.channel.Channel as JavaChannels

/** Channels go from one language to the other as they are. */
@OptIn(ExperimentalCoroutinesApi::class)
internal class ChannelsTest :
    FunSpec({
        fun run(block: suspend CoroutineScope.() -> Unit) = withRuntime("channels", 1) { it.blockWatched(block = block) }

        test("C22 a channel has one face in each language, whatever it is asked for by") {
            for (channel in listOf(Channel<String>(2), LifoChannel(2))) {
                val face = channel.asJava()
                face.asKotlin() shouldBeSameInstanceAs channel
                (channel as SendChannel<String>).asJava() shouldBeSameInstanceAs face
                (channel as ReceiveChannel<String>).asJava() shouldBeSameInstanceAs face
                (face as Sender<String>).asKotlin() shouldBeSameInstanceAs channel
                (face as Receiver<String>).asKotlin() shouldBeSameInstanceAs channel
            }
            val made = JavaChannels.bounded<String>(2)
            made.asKotlin().asJava() shouldBeSameInstanceAs made
            val flow = MutableSharedFlow<Int>()
            flow.asJava().asKotlin() shouldBeSameInstanceAs flow
            val state = MutableStateFlow(1)
            state.asJava().asKotlin() shouldBeSameInstanceAs state
            val deferred = CompletableDeferred<Int>()
            deferred.asOneShot().asKotlin() shouldBeSameInstanceAs deferred
            val shot = OneShot.create<String>()
            shot.asKotlin().asOneShot() shouldBeSameInstanceAs shot
        }

        test("T37 T38 C22 what is sent in one language is received in the other; in Kotlin the end is kotlinx's exception") {
            run {
                val face = JavaChannels.rendezvous<String>()
                val channel = face.asKotlin()
                launch { channel.send("from Kotlin") }
                face.receive().await() shouldBe "from Kotlin"
                val received = async { channel.receive() }
                face.send("from Java").await()
                received.await() shouldBe "from Java"
                face.close()
                shouldThrow<ClosedReceiveChannelException> { channel.receive() }
                shouldThrow<ClosedSendChannelException> { channel.send("late") }
                val other = Channel<String>()
                other.close(IOException("link down"))
                val thrown = shouldThrow<ChannelClosedException> { other.asJava().receive().await() }
                // With assertions on, kotlinx throws a copy, whose cause is the original.
                generateSequence<Throwable>(thrown) { it.cause }.last().message shouldBe "link down"
            }
        }

        test("C22 a channel that Kotlin produces is received in Java") {
            run {
                val numbers = produce { repeat(3) { send(it) } }
                val seen = ArrayList<Int>()
                numbers.asJava().forEach {
                    seen += it
                    Task.completed(null)
                }.await()
                seen shouldBe listOf(0, 1, 2)
            }
        }

        test("C22 a message that was given back in Java reaches a coroutine that waits, or comes later") {
            run {
                for (channel in listOf(Channel<String>(), Channel(1), Channel(Channel.UNLIMITED), LifoChannel(1))) {
                    val face = channel.asJava()
                    for (isWaiting in listOf(true, false)) {
                        val derived = face.receive().thenApply { it }
                        val early = if (isWaiting) async(start = CoroutineStart.UNDISPATCHED) { channel.receive() } else null
                        channel.trySend("message").isSuccess shouldBe true
                        derived.cancel("changed its mind") shouldBe true
                        (early?.await() ?: channel.receive()) shouldBe "message"
                    }
                }
            }
        }

        test("C22 a message given back to a full channel waits for its turn") {
            run {
                val face = JavaChannels.bounded<Int>(1)
                val channel = face.asKotlin()
                val derived = face.receive().thenApply { it }
                channel.trySend(1).isSuccess shouldBe true
                channel.trySend(2).isSuccess shouldBe true
                derived.cancel("changed its mind") shouldBe true
                face.close()
                List(2) { channel.receive() }.sorted() shouldBe listOf(1, 2)
                shouldThrow<ClosedReceiveChannelException> { channel.receive() }
            }
        }

        test("C22 a one-shot, a broadcast and a latest value go across") {
            run {
                val shot = OneShot.create<String>()
                shot.asKotlin().complete("value")
                shot.task().await() shouldBe "value"
                val broadcast = Broadcast.create<Int>()
                val seen = async(start = CoroutineStart.UNDISPATCHED) { broadcast.asKotlin().first() }
                broadcast.send(1).await()
                seen.await() shouldBe 1
                val latest = LatestValue.of(1)
                latest.asKotlin().value = 2
                latest.get() shouldBe 2
            }
        }
    })
