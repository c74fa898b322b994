package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Task
import io.duotone.channel.ChannelClosedException
import java.util.Optional

/**
 * A receive that waits, or the wait of an [iterator], which gives its element in an [Optional]. A message that comes when the task is done, or
 * has got another, is given back to its [line].
 */
internal open class ReceiveTask<E : Any>(face: JavaRuntime, private val line: ReceiveLine<E>, private val iterator: ReceiverIterator<E>?) :
    ListedTask<ReceiveTask<E>>(face) {
    /** Its place among those who waited in the channel, set once under the lock of the line. */
    var turn: Long = 0

    /** Why the channel has ended for it, while others may still give something back. Under the lock of the line. */
    var end: ChannelClosedException? = null

    /** Whether it could use a message. */
    val isLive: Boolean get() = !hasOutcome && !isDone

    /** Completes it with a message; false when it was done. */
    open fun receives(message: E): Boolean = succeed(if (iterator == null) message else Optional.of(message))

    open fun ends(closed: ChannelClosedException) {
        if (iterator != null && closed.cause == null) succeed(Optional.empty<E>()) else fail(closed)
    }

    /** A message from somebody else than the channel; false when it has one. */
    fun offer(message: E): Boolean {
        if (!bring(message)) return false
        endWait()
        completeOnWorker()
        return true
    }

    /** It waits no longer, since its channel has ended. */
    fun offer(closed: ChannelClosedException) {
        if (bring(Failed(closed))) completeOnWorker()
    }

    /** The iteration is over. */
    fun leave() {
        if (!succeed(Optional.empty<E>())) return
        endWait()
        reclaim()
    }

    override val completesAnywhere: Boolean get() = true

    @Suppress("UNCHECKED_CAST")
    override fun came(value: Any): Boolean = bring(value).also { if (!it) line.giveBack(value as E, this) }

    override fun nothingCame(failure: Throwable): Boolean {
        if (failure !is WaitOver && isLive) {
            line.ended(this, failure)
            return false
        }
        return super.nothingCame(failure).also { line.left(this) }
    }

    @Suppress("UNCHECKED_CAST")
    override fun completeWith(value: Any): Boolean {
        iterator?.waiting?.remove(this)
        return receives(value as E).also { if (it) line.left(this) }
    }

    @Suppress("UNCHECKED_CAST")
    override fun giveBack(value: Any) {
        line.giveBack(value as E, this)
    }

    override fun completeWithout(failure: Throwable) {
        iterator?.waiting?.remove(this)
        if (failure is ChannelClosedException) ends(failure) else fail(failure)
    }

    /** An iterator may always be left. */
    override fun withdraw(reason: CancelReason, direct: Boolean): Boolean =
        !direct || iterator != null || takeBack() || line.hasEndedFor(this)

    override fun onCancel(reason: CancelReason) {
        iterator?.waiting?.remove(this)
        super.onCancel(reason)
        line.forget(this)
    }

    @Suppress("UNCHECKED_CAST")
    fun asReceive(): Task<E> = this as Task<E>

    @Suppress("UNCHECKED_CAST")
    fun asNext(): Task<Optional<E>> = this as Task<Optional<E>>
}
