package io.duotone.coroutines.channel

import io.duotone.coroutines.sync.begin
import io.duotone.coroutines.sync.onOneThread
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.ClosedReceiveChannelException
import kotlinx.coroutines.channels.ClosedSendChannelException
import java.io.IOException

/** The channels of Kotlin are kotlinx's; a [LifoChannel] is ours. */
internal class KotlinxChannelTest :
    FunSpec({
        test("T39 a channel without a limit never makes a sender wait") {
            onOneThread {
                val channel = Channel<Int>(Channel.UNLIMITED)
                repeat(10_000) { channel.trySend(it).isSuccess shouldBe true }
                repeat(10_000) { channel.receive() shouldBe it }
            }
        }

        test("S41 a channel that is closed is drained first, and then tells why it was closed") {
            onOneThread {
                val channel = Channel<String>(2)
                channel.send("one")
                channel.send("two")
                channel.close(IOException("the line is dead"))
                listOf(channel.receive(), channel.receive()) shouldContainExactly listOf("one", "two")
                shouldThrow<IOException> { channel.receive() }.message shouldBe "the line is dead"
            }
        }

        test("T38 S41 close wakes whoever waits to receive, and without a reason says that it was closed") {
            onOneThread {
                val channel = Channel<String>()
                val waits = begin { shouldThrow<ClosedReceiveChannelException> { channel.receive() } }
                channel.close()
                waits.await()
                shouldThrow<ClosedSendChannelException> { channel.send("late") }
            }
        }
    })
