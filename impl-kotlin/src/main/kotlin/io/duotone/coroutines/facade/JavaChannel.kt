@file:OptIn(ExperimentalCoroutinesApi::class, DelicateCoroutinesApi::class)

package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.channel.Channel
import io.duotone.channel.ChannelStatistics
import io.duotone.channel.Receiver
import io.duotone.channel.Sender
import io.duotone.coroutines.channel.LifoChannel
import io.duotone.coroutines.isDiscardable
import io.duotone.spi.ChannelOrder
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.channels.BufferOverflow
import java.util.OptionalInt
import kotlinx.coroutines.channels.Channel as KotlinChannel

/** The Java face of a channel: of one of kotlinx, or of a [LifoChannel]. [kind]: what it is, for a person. */
internal class JavaChannel<E : Any> private constructor(
    val kotlin: KotlinChannel<E>,
    private val kind: String,
    private val sending: JavaSender<E>,
    private val receiving: JavaReceiver<E>,
    private val keepsNothing: Boolean = false,
) : Channel<E>,
    Sender<E> by sending,
    Receiver<E> by receiving {
    val sender: JavaSender<E> get() = sending
    val receiver: JavaReceiver<E> get() = receiving

    /**
     * kotlinx has no more use for this message: the channel was cancelled or keeps only some, a send was cancelled or refused, or a receive of
     * Kotlin was cancelled that had it. One that a task of Java still sends belongs to whoever sends it.
     */
    private fun undelivered(message: E) {
        if (!message.isDiscardable) return
        val unsent = sending.unsentOrNull(message)
        if (unsent != null) {
            unsent.dropped()
        } else if (!receiving.line.isGivingBack(message)) {
            discardHere(message)
        }
    }

    override fun cancel(reason: CancelReason) {
        sending.whileCancelling { receiving.cancel(reason) }
    }

    override fun statistics(): ChannelStatistics {
        if (kotlin is LifoChannel<E>) return kotlin.statistics()
        val line = receiving.line
        val isKnown = keepsNothing || kotlin.isEmpty || kotlin.isClosedForReceive
        return ChannelStatistics(
            if (isKnown) OptionalInt.of(line.keptNow()) else OptionalInt.empty(),
            sending.waitingNow(),
            line.waitingNow()
        )
    }

    override fun toString(): String {
        val now = statistics()
        val queued = if (now.queued().isPresent) now.queued().asInt.toString() else "some"
        val end = if (kotlin.isClosedForSend) ", closed" else ""
        return "Channel($kind, $queued queued, ${now.waitingSenders()} sending, ${now.waitingReceivers()} receiving$end)"
    }

    companion object {
        fun <E : Any> of(kotlin: KotlinChannel<E>): JavaChannel<E> {
            val kind = if (kotlin is LifoChannel) "lifo ${kotlin.capacity}" else "of Kotlin"
            val name = "a channel ($kind)"
            return JavaChannel(kotlin, kind, JavaSender(kotlin, name), JavaReceiver(kotlin, name)).apply {
                receiving.line.isOpenToKotlin =
                    true
            }
        }

        fun <E : Any> make(capacity: Int, order: ChannelOrder): JavaChannel<E> {
            // Set before anybody has the channel.
            var face: JavaChannel<E>? = null
            val undelivered: (E) -> Unit = { face?.undelivered(it) }
            val kotlin = when (order) {
                ChannelOrder.FIFO -> KotlinChannel(capacity, BufferOverflow.SUSPEND, undelivered)
                ChannelOrder.LIFO -> LifoChannel(capacity, undelivered)
                ChannelOrder.DROP_OLDEST -> KotlinChannel(capacity, BufferOverflow.DROP_OLDEST, undelivered)
                ChannelOrder.DROP_LATEST -> KotlinChannel(capacity, BufferOverflow.DROP_LATEST, undelivered)
            }
            val kind = kindOf(capacity, order)
            val name = "a channel ($kind)"
            return JavaChannel(kotlin, kind, JavaSender(kotlin, name), JavaReceiver(kotlin, name), capacity == 0).also { face = it }
        }

        private fun kindOf(capacity: Int, order: ChannelOrder): String {
            val size = if (capacity == KotlinChannel.UNLIMITED) "unbounded" else "$capacity"
            return when (order) {
                ChannelOrder.FIFO -> if (capacity == 0) {
                    "rendezvous"
                } else if (capacity == KotlinChannel.UNLIMITED) {
                    size
                } else {
                    "bounded $size"
                }

                ChannelOrder.LIFO -> "lifo $size"

                ChannelOrder.DROP_OLDEST -> "dropping oldest of $size"

                ChannelOrder.DROP_LATEST -> "dropping latest after $size"
            }
        }
    }
}
