@file:JvmName("Channels")

package io.duotone.coroutines.facade

import io.duotone.channel.Broadcast
import io.duotone.channel.Channel
import io.duotone.channel.LatestValue
import io.duotone.channel.OneShot
import io.duotone.channel.Receiver
import io.duotone.channel.Select
import io.duotone.channel.Sender
import io.duotone.spi.ChannelOrder
import io.duotone.spi.ChannelProvider
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.channels.BufferOverflow
import kotlinx.coroutines.channels.ReceiveChannel
import kotlinx.coroutines.channels.SendChannel
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.MutableStateFlow
import java.util.Objects
import kotlinx.coroutines.channels.Channel as KotlinChannel

// Of one channel there is one face, whatever type it was asked for by: a channel is a sender and a receiver, too.
private val channels = Faces<Any, Any>()
private val oneShots = Faces<CompletableDeferred<*>, JavaOneShot<*>>()
private val broadcasts = Faces<MutableSharedFlow<*>, JavaBroadcast<*>>()
private val latestValues = Faces<MutableStateFlow<*>, JavaLatestValue<*>>()

/** The Java face of this channel: the same object as long as somebody holds it, and [asKotlin] gives this one back (row C22). */
@Suppress("UNCHECKED_CAST")
public fun <E : Any> KotlinChannel<E>.asJava(): Channel<E> = channels.of(this) { JavaChannel.of(this) } as Channel<E>

/** The Java face of this end of a channel; see the form for channels. */
@Suppress("UNCHECKED_CAST")
public fun <E : Any> SendChannel<E>.asJava(): Sender<E> =
    if (this is KotlinChannel<*>) (this as KotlinChannel<E>).asJava() else channels.of(this) { JavaSender(this) } as Sender<E>

/** The Java face of this end of a channel; see the form for channels. */
@Suppress("UNCHECKED_CAST")
public fun <E : Any> ReceiveChannel<E>.asJava(): Receiver<E> =
    if (this is KotlinChannel<*>) (this as KotlinChannel<E>).asJava() else channels.of(this) { JavaReceiver(this) } as Receiver<E>

/**
 * The channel behind this face, one of kotlinx, or a [LifoChannel][io.duotone.coroutines.channel.LifoChannel]; [asJava] gives this one back.
 *
 * **Errors**: in Kotlin a channel that has been closed throws kotlinx's `ClosedSendChannelException` and `ClosedReceiveChannelException`, or
 * the cause that it was closed with.
 *
 * **Cancellation**: as in kotlinx. A cancelled send may have been delivered, and a cancelled receive may lose a message that it had been
 * handed; where the channel was made in Java, the message of either is closed if it is [AutoCloseable].
 */
public fun <E : Any> Channel<E>.asKotlin(): KotlinChannel<E> {
    val face = requireNotNull(this as? JavaChannel<E>) { "not a channel of this library: $this" }
    face.receiver.line.isOpenToKotlin = true
    channels.remember(face.kotlin, face)
    return face.kotlin
}

/** The channel behind this face; see the form for channels. */
public fun <E : Any> Sender<E>.asKotlin(): SendChannel<E> {
    channels.remember(senderOf(this).kotlin, this)
    return senderOf(this).kotlin
}

/** The channel behind this face; see the form for channels. */
public fun <E : Any> Receiver<E>.asKotlin(): ReceiveChannel<E> {
    val receiver = receiverOf(this)
    receiver.line.isOpenToKotlin = true
    channels.remember(receiver.kotlin, this)
    return receiver.kotlin
}

internal fun <E : Any> senderOf(sender: Sender<E>): JavaSender<E> =
    requireNotNull((sender as? JavaChannel<E>)?.sender ?: sender as? JavaSender<E>) { "not a sender of this library: $sender" }

internal fun <E : Any> receiverOf(receiver: Receiver<E>): JavaReceiver<E> =
    requireNotNull((receiver as? JavaChannel<E>)?.receiver ?: receiver as? JavaReceiver<E>) { "not a receiver of this library: $receiver" }

/** The Java face of this deferred: the same object as long as somebody holds it, and [asKotlin] gives this one back. */
@Suppress("UNCHECKED_CAST")
public fun <T> CompletableDeferred<T>.asOneShot(): OneShot<T> = oneShots.of(this) { JavaOneShot(this) } as OneShot<T>

/** The deferred behind this face; [asOneShot] gives this one back. */
public fun <T> OneShot<T>.asKotlin(): CompletableDeferred<T> {
    val face = requireNotNull(this as? JavaOneShot<T>) { "not a one-shot of this library: $this" }
    oneShots.remember(face.kotlin, face)
    return face.kotlin
}

/** The Java face of this flow: the same object as long as somebody holds it, and [asKotlin] gives this one back. */
@Suppress("UNCHECKED_CAST")
public fun <E : Any> MutableSharedFlow<E>.asJava(): Broadcast<E> = broadcasts.of(this) { JavaBroadcast(this) } as Broadcast<E>

/** The flow behind this face; [asJava] gives this one back. */
public fun <E : Any> Broadcast<E>.asKotlin(): MutableSharedFlow<E> {
    val face = requireNotNull(this as? JavaBroadcast<E>) { "not a broadcast of this library: $this" }
    broadcasts.remember(face.kotlin, face)
    return face.kotlin
}

/** The Java face of this flow: the same object as long as somebody holds it, and [asKotlin] gives this one back. */
@Suppress("UNCHECKED_CAST")
public fun <V : Any> MutableStateFlow<V>.asJava(): LatestValue<V> = latestValues.of(this) { JavaLatestValue(this) } as LatestValue<V>

/** The flow behind this face; [asJava] gives this one back. */
public fun <V : Any> LatestValue<V>.asKotlin(): MutableStateFlow<V> {
    val face = requireNotNull(this as? JavaLatestValue<V>) { "not a latest value of this library: $this" }
    latestValues.remember(face.kotlin, face)
    return face.kotlin
}

/** Makes what [io.duotone.channel] offers. */
internal object ChannelObjects : ChannelProvider {
    override fun <E : Any> channel(capacity: Int, order: ChannelOrder): Channel<E> = JavaChannel.make(capacity, order)

    override fun <T> oneShot(): OneShot<T> = JavaOneShot(CompletableDeferred())

    override fun <E : Any> broadcast(replay: Int, buffer: Int, order: ChannelOrder): Broadcast<E> {
        val isDropping = order == ChannelOrder.DROP_OLDEST
        require(replay >= 0 && buffer >= (if (isDropping) 1 else 0)) {
            "a broadcast that keeps $buffer messages and replays $replay: neither can be negative, and to drop the oldest it must keep one"
        }
        return JavaBroadcast(MutableSharedFlow(replay, buffer, if (isDropping) BufferOverflow.DROP_OLDEST else BufferOverflow.SUSPEND))
    }

    override fun <V : Any> latestValue(value: V): LatestValue<V> = JavaLatestValue(MutableStateFlow(Objects.requireNonNull(value, "value")))

    override fun <R> select(): Select<R> = JavaSelect()
}
