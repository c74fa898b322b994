package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Task
import io.duotone.TaskCancelledException
import io.duotone.channel.ChannelClosedException
import java.util.Optional

/**
 * A receive, or the wait of an iterator, which gives its element in an [Optional]. A message that comes when the task is done, or has got
 * another, is given back to its [line].
 */
internal class ReceiveTask<E : Any>(
    face: JavaRuntime,
    private val line: ReceiveLine<E>,
    private val iterator: ReceiverIterator<E>? = null
) :
    ChannelTask(face) {
    /** Its place among those who waited in the channel, set once under the lock of the line. */
    var turn: Long = 0

    /** Why the channel has ended for it, while others may still give something back. Under the lock of the line. */
    var end: ChannelClosedException? = null

    /** Whether it could use a message. */
    val isLive: Boolean get() = !hasOutcome && !isDone

    /** Completes it with a message; false when it was done. */
    fun receives(message: E): Boolean = succeed(if (iterator == null) message else Optional.of(message))

    fun ends(closed: ChannelClosedException) {
        if (iterator != null && closed.cause == null) succeed(Optional.empty<E>()) else fail(closed)
    }

    fun failsAtOnce(failure: Throwable) {
        fail(failure)
    }

    fun endedAtOnce(failure: Throwable) {
        failedToCome(failure, wasTakenBack = false)
    }

    /** A message from somebody else than the channel; false when it has one. */
    fun offer(message: E): Boolean {
        if (!bring(message)) return false
        onceSuspended { cancelWait(SERVED) }
        completeOnWorker()
        return true
    }

    /** It waits no longer, since its channel has ended. */
    fun offer(closed: ChannelClosedException) {
        if (bring(closed)) completeOnWorker()
    }

    /** The iteration is over. */
    fun leave() {
        if (!succeed(Optional.empty<E>())) return
        onceSuspended { cancelWait(LEFT) }
        reclaim()
    }

    /** Calls the channel; see [callChannel]. */
    inline fun callFor(receive: () -> Any?): Any? = callChannel(receive)

    /** What the call of the channel returned at once. */
    @Suppress("UNCHECKED_CAST")
    fun cameAtOnce(value: Any?) {
        if (bring(value as E)) run() else line.giveBack(value, this)
    }

    @Suppress("UNCHECKED_CAST")
    override fun came(value: Any?) {
        when {
            !bring(value as E) -> line.giveBack(value, this)
            isDone -> reclaim()
            else -> completeOnWorker()
        }
    }

    override fun failedToCome(failure: Throwable, wasTakenBack: Boolean) {
        if (wasTakenBack || !isLive) line.left(this) else line.ended(this, failure)
    }

    @Suppress("UNCHECKED_CAST")
    override fun completeWithOutcome(outcome: Any) {
        iterator?.waiting?.remove(this)
        when {
            outcome is ChannelClosedException -> ends(outcome)
            receives(outcome as E) -> line.left(this)
            else -> line.giveBack(outcome, this)
        }
    }

    /** An iterator may always be left. */
    override fun withdraw(reason: CancelReason, direct: Boolean): Boolean =
        !direct || iterator != null || takeBack(TaskCancelledException(reason)) || hasEnded()

    private fun hasEnded(): Boolean = !hasOutcome && synchronized(line) { end != null }

    override fun onCancel(reason: CancelReason) {
        super.onCancel(reason)
        reclaim()
    }

    /** The task is done otherwise. */
    @Suppress("UNCHECKED_CAST")
    private fun reclaim() {
        iterator?.waiting?.remove(this)
        val outcome = takeOutcome() ?: return
        if (outcome !is ChannelClosedException) line.giveBack(outcome as E, this)
    }

    @Suppress("UNCHECKED_CAST")
    fun asReceive(): Task<E> = this as Task<E>

    @Suppress("UNCHECKED_CAST")
    fun asNext(): Task<Optional<E>> = this as Task<Optional<E>>

    private companion object {
        val SERVED = WaitOver("another message has come")
        val LEFT = WaitOver("the iteration is over")
    }
}
