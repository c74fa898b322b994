@file:OptIn(DelicateCoroutinesApi::class)

package io.duotone.coroutines.facade

import io.duotone.Task
import io.duotone.channel.ChannelClosedException
import io.duotone.channel.Sender
import io.duotone.coroutines.channel.LifoChannel
import io.duotone.coroutines.discard
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.channels.ClosedReceiveChannelException
import kotlinx.coroutines.channels.ClosedSendChannelException
import kotlinx.coroutines.channels.SendChannel
import java.time.Duration
import java.util.Objects
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.Continuation

/**
 * The Java face of a channel to send to. [name]: what it is called in messages.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | waiting | who begins a wait, or ends one | any | waiting |
 * | selecting, overMeanwhile | the same | any | concurrent collections |
 * | cancelling | who cancels the channel | who ends a wait | atomic |
 */
internal class JavaSender<E : Any>(val kotlin: SendChannel<E>, name: Any? = null) : Sender<E> {
    val name: Any = name ?: this

    /** The sends that wait. One is here before its wait begins, and until it is resumed. */
    private val waiting = WaitList<SendTask<E>>()

    /** Likewise, of the clauses of a select. */
    val selecting: MutableSet<Unsent<E>> = ConcurrentHashMap.newKeySet()

    private val cancelling = AtomicInteger()
    private val overMeanwhile = ConcurrentLinkedQueue<Any>()

    /**
     * [send], a task or what a select would send, waits no longer. While the channel is cancelled all are remembered: it may be on its way to
     * tell the hook of a message whose send is withdrawn at the same time.
     */
    fun forget(send: Any) {
        if (cancelling.get() == 0) return remove(send)
        overMeanwhile.add(send)
        if (cancelling.get() == 0) forgetAll()
    }

    fun whileCancelling(cancel: () -> Unit) {
        cancelling.incrementAndGet()
        try {
            cancel()
        } finally {
            if (cancelling.decrementAndGet() == 0) forgetAll()
        }
    }

    private fun forgetAll() {
        while (true) remove(overMeanwhile.poll() ?: return)
    }

    @Suppress("UNCHECKED_CAST")
    private fun remove(send: Any) {
        if (send is SendTask<*>) synchronized(waiting) { waiting.remove(send as SendTask<E>) } else selecting.remove(send)
    }

    fun waits(send: SendTask<E>) {
        synchronized(waiting) { waiting.add(send) }
    }

    fun waitingNow(): Int = synchronized(waiting) { waiting.size }

    /** The message of a send that waits, or has come through and does not know yet. */
    fun unsentOrNull(message: E): Unsent<E>? =
        synchronized(waiting) { waiting.firstOrNull { it.unsent?.message === message } }?.unsent
            ?: selecting.firstOrNull { it.message === message }

    override fun send(message: E): Task<Void?> = send(currentFace(), Objects.requireNonNull(message, "message"), null)

    override fun send(message: E, timeout: Duration): Task<Void?> =
        send(currentFace(), Objects.requireNonNull(message, "message"), Objects.requireNonNull(timeout, "timeout"))

    /** [timeout] null: waits as long as it takes. */
    private fun send(face: JavaRuntime, message: E, timeout: Duration?): Task<Void?> {
        val result = kotlin.trySend(message)
        if (result.isSuccess) return face.done
        if (result.isClosed) return FailedTask(face, closedForSend(result.exceptionOrNull()))
        if (timeout != null && timeout.isOver) return FailedTask(face, WaitTask.timedOut(timeout, name))
        val task = SendTask(face, this, message)
        task.begin(message)
        if (timeout != null) task.failAfter(timeout, name)
        return task.asVoid()
    }

    override fun trySend(message: E): Boolean {
        val result = kotlin.trySend(Objects.requireNonNull(message, "message"))
        if (result.isClosed) throw closedForSend(result.exceptionOrNull())
        return result.isSuccess
    }

    override fun close() {
        closeWith(null)
    }

    override fun close(cause: Throwable) {
        closeWith(Objects.requireNonNull(cause, "cause"))
    }

    private fun closeWith(cause: Throwable?) {
        if (!kotlin.close(cause)) return
        val inVain = synchronized(waiting) { waiting.toList() }
        if (inVain.isEmpty()) return
        val closed = closedForSend(cause)
        // Their messages are withdrawn, unless they have gone.
        inVain.forEach { it.endWith(closed) }
    }

    override fun isClosed(): Boolean = kotlin.isClosedForSend

    override fun toString(): String = "Sender(${waitingNow()} sending${if (isClosed()) ", closed" else ""})"
}

private val SEND = binary<SendChannel<Any?>, Any?, Any?>(SendChannel<Any?>::send)

private val ENQUEUE_SEND = binary<LifoChannel<Any?>, Any?, Any?>(LifoChannel<Any?>::enqueueSend)

/** Calls `send` so that [waiter] is itself what waits. */
@Suppress("UNCHECKED_CAST")
internal fun sendTo(channel: SendChannel<*>, message: Any, waiter: Continuation<Any?>): Any? =
    if (channel is LifoChannel<*>) {
        ENQUEUE_SEND(
            channel as LifoChannel<Any?>,
            message,
            waiter
        )
    } else {
        SEND(channel as SendChannel<Any?>, message, waiter)
    }

/** What kotlinx threw, as what Java throws. */
internal fun closedForSend(failure: Throwable?): ChannelClosedException = closed("nothing can be sent", failure)

internal fun closedForReceive(failure: Throwable?): ChannelClosedException = closed("all its messages have been received", failure)

private fun closed(consequence: String, failure: Throwable?): ChannelClosedException = when (failure) {
    null, is ClosedSendChannelException, is ClosedReceiveChannelException ->
        ChannelClosedException("the channel is closed: $consequence", null)

    is CancellationException -> ChannelClosedException("the channel has been cancelled: $failure", failure)

    else -> ChannelClosedException("the channel has been closed because of $failure: $consequence", failure)
}

/** Closes what nobody will receive. */
internal fun discardHere(message: Any?) {
    currentFace().kotlin.discard(message)
}
