package io.duotone.coroutines.facade

import io.duotone.AsyncIterator
import io.duotone.CancelReason
import io.duotone.Task
import io.duotone.TaskCancelledException
import io.duotone.channel.Broadcast
import io.duotone.channel.LatestValue
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.updateAndGet
import kotlinx.coroutines.launch
import java.util.Objects
import java.util.function.UnaryOperator
import kotlin.coroutines.Continuation

/** The Java face of a shared flow. */
internal class JavaBroadcast<E : Any>(val kotlin: MutableSharedFlow<E>) : Broadcast<E> {
    @Suppress("UNCHECKED_CAST")
    override fun send(message: E): Task<Void?> {
        Objects.requireNonNull(message, "message")
        return VoidCallTask(currentFace()).begin { EMIT(kotlin as MutableSharedFlow<Any?>, message, it) }.asVoid()
    }

    override fun trySend(message: E): Boolean = kotlin.tryEmit(Objects.requireNonNull(message, "message"))

    override fun subscribe(): AsyncIterator<E> = subscription(kotlin, Channel.RENDEZVOUS)

    override fun subscribers(): Int = kotlin.subscriptionCount.value

    override fun toString(): String = "Broadcast(${subscribers()} subscribers)"

    private companion object {
        val EMIT: (MutableSharedFlow<Any?>, Any?, Continuation<Any?>) -> Any? =
            binary<MutableSharedFlow<Any?>, Any?, Any?>(MutableSharedFlow<Any?>::emit)
    }
}

/** The Java face of a state flow. */
internal class JavaLatestValue<V : Any>(val kotlin: MutableStateFlow<V>) : LatestValue<V> {
    override fun get(): V = kotlin.value

    override fun set(value: V) {
        kotlin.value = Objects.requireNonNull(value, "value")
    }

    override fun update(change: UnaryOperator<V>): V = kotlin.updateAndGet {
        Objects.requireNonNull(change.apply(it), "the change made null of the value")
    }

    override fun compareAndSet(expected: V, value: V): Boolean = kotlin.compareAndSet(expected, Objects.requireNonNull(value, "value"))

    /** What waits in between is replaced by what is newer. */
    override fun subscribe(): AsyncIterator<V> = subscription(kotlin, Channel.CONFLATED)

    override fun subscribers(): Int = kotlin.subscriptionCount.value

    override fun toString(): String = "LatestValue(${kotlin.value}, ${subscribers()} subscribers)"
}

/** Subscribes before it returns; [capacity]: of the channel between the flow and whoever asks. */
private fun <E : Any> subscription(flow: Flow<E>, capacity: Int): AsyncIterator<E> {
    val face = currentFace()
    face.kotlin.checkOpen()
    val channel = Channel<E>(capacity)
    val collector = face.kotlin.rootScope.launch(start = CoroutineStart.UNDISPATCHED) {
        try {
            flow.collect { channel.send(it) }
        } catch (failure: Throwable) {
            // Those who wait must not take it for the end.
            channel.close(failure)
            if (failure !is CancellationException) throw failure
        }
    }
    val closed = TaskCancelledException(CancelReason.of(CancelReason.Kind.SCOPE_CLOSED, "its subscriber has closed the iterator"))
    return ReceiverIterator(face, ReceiveLine(channel, "a subscription")) {
        collector.cancel(closed)
        channel.cancel(closed)
    }
}
