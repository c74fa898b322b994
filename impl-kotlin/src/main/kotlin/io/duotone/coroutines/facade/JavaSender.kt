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

/** The Java face of a channel to send to. [name]: what it is called in messages. */
internal class JavaSender<E : Any>(val kotlin: SendChannel<E>, name: Any? = null) : Sender<E> {
    val name: Any = name ?: this

    /** The sends that wait. One is here before its wait begins, and until it is resumed. */
    val waiting: MutableSet<SendTask<E>> = ConcurrentHashMap.newKeySet()

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

    private fun remove(send: Any) {
        if (send is SendTask<*>) waiting.remove(send) else selecting.remove(send)
    }

    /** The message of a send that waits, or has come through and does not know yet. */
    fun unsentOrNull(message: E): Unsent<E>? =
        waiting.firstOrNull { it.unsent.message === message }?.unsent ?: selecting.firstOrNull { it.message === message }

    override fun send(message: E): Task<Void?> = SendTask(currentFace(), this, Objects.requireNonNull(message, "message")).begin(null)

    override fun send(message: E, timeout: Duration): Task<Void?> {
        Objects.requireNonNull(timeout, "timeout")
        return SendTask(currentFace(), this, Objects.requireNonNull(message, "message")).begin(timeout)
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
        if (!kotlin.close(cause) || waiting.isEmpty()) return
        val closed = closedForSend(cause)
        waiting.forEach { it.refuse(closed) }
    }

    override fun isClosed(): Boolean = kotlin.isClosedForSend

    /** What follows a `trySend` in vain, with the task itself for the continuation. */
    fun sendOrWait(message: E, task: Continuation<Any?>): Any? = sendTo(kotlin, message, task)

    override fun toString(): String = "Sender(${waiting.size} sending${if (isClosed()) ", closed" else ""})"
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
    null, is ClosedSendChannelException, is ClosedReceiveChannelException, is WaitOver ->
        ChannelClosedException("the channel is closed: $consequence", null)

    is CancellationException -> ChannelClosedException("the channel has been cancelled: $failure", failure)

    else -> ChannelClosedException("the channel has been closed because of $failure: $consequence", failure)
}

/** Closes what nobody will receive. */
internal fun discardHere(message: Any?) {
    currentFace().kotlin.discard(message)
}
