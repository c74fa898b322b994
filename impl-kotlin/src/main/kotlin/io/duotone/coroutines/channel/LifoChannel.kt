@file:OptIn(InternalCoroutinesApi::class, ExperimentalCoroutinesApi::class, DelicateCoroutinesApi::class, ExperimentalSubclassOptIn::class)

package io.duotone.coroutines.channel

import io.duotone.channel.ChannelStatistics
import io.duotone.coroutines.context.checkpoint
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.ChannelIterator
import kotlinx.coroutines.channels.ChannelResult
import kotlinx.coroutines.channels.ClosedReceiveChannelException
import kotlinx.coroutines.channels.ClosedSendChannelException
import kotlinx.coroutines.channels.SendChannel
import kotlinx.coroutines.selects.SelectClause1
import kotlinx.coroutines.selects.SelectClause2
import kotlinx.coroutines.suspendCancellableCoroutine
import java.util.OptionalInt
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.resumeWithException

/**
 * A channel that gives the newest message first (rows S42, C22); in all else one like those of kotlinx, with which it shares its type.
 *
 * ```kotlin
 * val urgent = LifoChannel<Request>(100)
 * launch { for (request in urgent) answer(request) }
 * urgent.send(request)
 * ```
 * **Cancellation**: looked at first. A cancelled receive takes no message: one that came for it goes to the receiver that waits longest,
 * or back to the top. A cancelled send has withdrawn its message; when it had its place already, and the coroutine was cancelled before it
 * went on, the message stays (so it is with the channels of kotlinx).
 *
 * **Errors**: when the channel is closed, [ClosedSendChannelException], and [ClosedReceiveChannelException] after the last message has been
 * received, or the cause that was given to [close]. Sends that wait when it is closed fail, and their messages are withdrawn.
 *
 * **Fairness**: receivers are served in the order in which they came, and senders get their places so. A newcomer does not pass those who
 * wait.
 *
 * **Threads**: all members may be used from any thread.
 *
 * **Memory**: what was done before a send happens-before whoever receives its message goes on.
 *
 * It has no clauses for `select`, since only kotlinx can make them: [onSend], [onReceive] and [onReceiveCatching] throw
 * [UnsupportedOperationException].
 *
 * ```
 *         close                      the last message is received
 *   OPEN --------> CLOSED FOR SEND ------------------------------> CLOSED FOR RECEIVE
 *    |                    |            cancel                             ^
 *    +--------------------+-----------------------------------------------+
 * ```
 * No-ops: close when closed, cancel when closed for receive.
 *
 * | field | written by | read by | guard |
 * |---|---|---|---|
 * | messages, senders, receivers, end, onClose | whoever sends, receives, leaves, closes | same | lock |
 *
 * Under the lock holds: a receiver waits only when there are no messages, a sender only when there are [capacity]. Coroutines are resumed,
 * and functions of others called, outside of it.
 *
 * Under the lock of the channel nothing else is locked.
 *
 * @param capacity how many messages it keeps before a send waits; at least 1
 * @param onUndelivered called with each message that [cancel] drops
 */
public class LifoChannel<E> @JvmOverloads constructor(
    public val capacity: Int = Channel.UNLIMITED,
    private val onUndelivered: ((E) -> Unit)? = null,
) : Channel<E> {
    init {
        require(capacity >= 1) { "a channel that keeps $capacity messages could give none of them first: let it keep at least 1" }
    }

    private val lock = Any()
    private val messages = ArrayDeque<E>()
    private val senders = LinkedHashSet<Sending>()
    private val receivers = LinkedHashSet<Receiving>()
    private var end: End? = null
    private var onClose: ((Throwable?) -> Unit)? = null

    /** [cause]: what was given to [close] or [cancel]. */
    private class End(val cause: Throwable?, val isCancelled: Boolean) {
        fun forSend(): Throwable = cause ?: ClosedSendChannelException("the channel was closed: nothing can be sent")

        fun forReceive(): Throwable = cause ?: ClosedReceiveChannelException("the channel was closed, and all its messages were received")
    }

    override val isClosedForSend: Boolean get() = synchronized(lock) { end != null }

    override val isClosedForReceive: Boolean get() = synchronized(lock) { end != null && messages.isEmpty() }

    override val isEmpty: Boolean get() = synchronized(lock) { messages.isEmpty() && end == null }

    /** What is kept, and who waits. */
    public fun statistics(): ChannelStatistics = synchronized(lock) {
        ChannelStatistics(OptionalInt.of(messages.size), senders.size, receivers.size)
    }

    // Sending.

    override fun trySend(element: E): ChannelResult<Unit> {
        val receiver = synchronized(lock) {
            end?.let { return ChannelResult.closed(it.cause) }
            if (isFull()) return ChannelResult.failure()
            place(element)
        }
        receiver?.completeResume()
        return ChannelResult.success(Unit)
    }

    override suspend fun send(element: E) {
        checkpoint()
        val result = trySend(element)
        if (result.isClosed) throw endNow().forSend()
        if (!result.isSuccess) enqueueSend(element)
    }

    /**
     * What follows a [trySend] in vain. Has no coroutine of its own, which it would have if it returned nothing: the caller's continuation is
     * what waits. Whether it is cancelled or has sent is decided under the lock here, too.
     */
    internal suspend fun enqueueSend(element: E): Any = suspendCancellableCoroutine { continuation ->
        val sending = Sending(element, continuation)
        var receiver: Receiving? = null
        var over: End? = null
        val isSent = synchronized(lock) {
            over = end
            when {
                over != null -> false

                isFull() -> {
                    senders.add(sending)
                    false
                }

                else -> sending.tryResume().also { if (it) receiver = place(element) }
            }
        }
        val failure = over?.forSend()
        if (isSent) {
            receiver?.completeResume()
            sending.completeResume()
        } else if (failure != null) {
            continuation.resumeWithException(failure)
        } else {
            continuation.invokeOnCancellation(sending)
        }
    }

    // Receiving.

    override fun tryReceive(): ChannelResult<E> {
        val element: E
        val next: Sending?
        synchronized(lock) {
            if (messages.isEmpty()) return end?.let { ChannelResult.closed(it.cause) } ?: ChannelResult.failure()
            element = messages.removeLast()
            // More than it keeps may be there when one was given back.
            next = if (isFull()) null else serve(senders) { it.tryResume() }?.also { messages.addLast(it.element) }
        }
        next?.completeResume()
        return ChannelResult.success(element)
    }

    override suspend fun receive(): E {
        checkpoint()
        val result = tryReceive()
        if (result.isSuccess) return result.getOrThrow()
        if (result.isClosed) throw endNow().forReceive()
        return enqueueReceive()
    }

    /** What follows a [tryReceive] in vain; the continuation of the caller is what waits. */
    internal suspend fun enqueueReceive(): E = suspendCancellableCoroutine { continuation ->
        val receiving = Receiving(continuation)
        while (true) {
            val isQueued = synchronized(lock) { (end == null && messages.isEmpty()).also { if (it) receivers.add(receiving) } }
            if (isQueued) return@suspendCancellableCoroutine continuation.invokeOnCancellation(receiving)
            val result = tryReceive()
            if (result.isSuccess) return@suspendCancellableCoroutine continuation.resume(result.getOrThrow(), receiving.giveBack)
            if (result.isClosed) return@suspendCancellableCoroutine continuation.resumeWithException(endNow().forReceive())
        }
    }

    /** A message that was received and not taken: to the receiver that waits longest, or to the top. Dropped after [cancel]. */
    internal fun giveBack(element: E) {
        val receiver = synchronized(lock) {
            serve(receivers) { it.tryResume(element) } ?: run {
                if (end?.isCancelled != true) {
                    messages.addLast(element)
                    return
                }
                null
            }
        }
        if (receiver != null) receiver.completeResume() else onUndelivered?.invoke(element)
    }

    override suspend fun receiveCatching(): ChannelResult<E> = try {
        ChannelResult.success(receive())
    } catch (failure: Throwable) {
        val over = synchronized(lock) { end } ?: throw failure
        if (failure !== over.cause && failure !is ClosedReceiveChannelException) throw failure
        ChannelResult.closed(over.cause)
    }

    override fun iterator(): ChannelIterator<E> = Iteration()

    /** For one coroutine. */
    private inner class Iteration : ChannelIterator<E> {
        private var next: ChannelResult<E> = ChannelResult.failure()

        override suspend fun hasNext(): Boolean {
            if (!next.isSuccess) next = receiveCatching()
            if (next.isClosed) next.exceptionOrNull()?.let { throw it }
            return next.isSuccess
        }

        override fun next(): E {
            check(next.isSuccess || next.isClosed) { "ask hasNext() first" }
            if (next.isClosed) throw next.exceptionOrNull() ?: endNow().forReceive()
            return next.getOrThrow().also { next = ChannelResult.failure() }
        }
    }

    // The end.

    /** Nothing more can be sent; what is kept can still be received. False when it was closed before. */
    override fun close(cause: Throwable?): Boolean = end(End(cause, isCancelled = false))

    /** Closes the channel and drops what it keeps. */
    override fun cancel(cause: CancellationException?) {
        end(End(cause ?: CancellationException("the channel was cancelled"), isCancelled = true))
    }

    @Deprecated("as in kotlinx, for old class files", level = DeprecationLevel.HIDDEN)
    override fun cancel(
        cause: Throwable?
    ): Boolean = end(End(cause ?: CancellationException("the channel was cancelled"), isCancelled = true))

    private fun end(new: End): Boolean {
        val inVain: List<Sending>
        val waiting: List<Receiving>
        val dropped: List<E>
        val toTell: ((Throwable?) -> Unit)?
        synchronized(lock) {
            val old = end
            if (old != null && (!new.isCancelled || messages.isEmpty())) return false
            end = new
            toTell = if (old == null) onClose else null
            inVain = senders.toList().also { senders.clear() }
            waiting = receivers.toList().also { receivers.clear() }
            dropped = if (new.isCancelled) messages.toList().also { messages.clear() } else emptyList()
        }
        inVain.forEach { it.continuation.resumeWithException(new.forSend()) }
        waiting.forEach { it.continuation.resumeWithException(new.forReceive()) }
        onUndelivered?.let(dropped::forEach)
        toTell?.invoke(new.cause)
        return true
    }

    override fun invokeOnClose(handler: (cause: Throwable?) -> Unit) {
        val over = synchronized(lock) {
            check(onClose == null) { "this channel has a handler for its end already, and can have no other" }
            onClose = handler
            end
        }
        if (over != null) handler(over.cause)
    }

    private fun endNow(): End = synchronized(lock) { checkNotNull(end) { "the channel is open" } }

    // What select would need.

    override val onSend: SelectClause2<E, SendChannel<E>> get() = throw noClause()

    override val onReceive: SelectClause1<E> get() = throw noClause()

    override val onReceiveCatching: SelectClause1<ChannelResult<E>> get() = throw noClause()

    private fun noClause() = UnsupportedOperationException(
        "a LifoChannel cannot be selected from, since only kotlinx can make the clauses for that: receive from it in a coroutine of its own"
    )

    override fun toString(): String {
        val now = statistics()
        val end = if (isClosedForSend) ", closed" else ""
        return "LifoChannel(${now.queued().asInt} queued, ${now.waitingSenders()} sending, ${now.waitingReceivers()} receiving$end)"
    }

    // Under the lock.

    private fun isFull() = messages.size >= capacity

    /** Gives the message to the receiver that waits longest, which is then to be resumed, or keeps it. */
    private fun place(element: E): Receiving? {
        val receiver = serve(receivers) { it.tryResume(element) }
        if (receiver == null) messages.addLast(element)
        return receiver
    }

    /** The first of those who wait that is not cancelled; [tryResume] decides. */
    private inline fun <W> serve(waiting: LinkedHashSet<W>, tryResume: (W) -> Boolean): W? {
        while (true) {
            val first = waiting.firstOrNull() ?: return null
            waiting.remove(first)
            if (tryResume(first)) return first
        }
    }

    /**
     * Somebody who waits; what it is called with is that its coroutine was cancelled. Whether it was served or cancelled is decided under
     * the lock, together with the place of its message; it goes on when the lock has been left.
     */
    private abstract inner class Waiting<T>(val continuation: CancellableContinuation<T>) : (Throwable?) -> Unit {
        private var token: Any? = null

        protected fun tryResume(value: T, untaken: ((Throwable, T, CoroutineContext) -> Unit)?): Boolean {
            token = continuation.tryResume(value, null, untaken)
            return token != null
        }

        fun completeResume() {
            continuation.completeResume(checkNotNull(token))
        }
    }

    private inner class Sending(val element: E, continuation: CancellableContinuation<Any>) : Waiting<Any>(continuation) {
        fun tryResume(): Boolean = tryResume(Unit, null)

        override fun invoke(cause: Throwable?) {
            synchronized(lock) { senders.remove(this) }
        }
    }

    private inner class Receiving(continuation: CancellableContinuation<E>) : Waiting<E>(continuation) {
        val giveBack: (Throwable, E, CoroutineContext) -> Unit = { _, untaken, _ -> giveBack(untaken) }

        fun tryResume(element: E): Boolean = tryResume(element, giveBack)

        override fun invoke(cause: Throwable?) {
            synchronized(lock) { receivers.remove(this) }
        }
    }
}
