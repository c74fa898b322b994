package io.duotone.coroutines.engine.reactor

import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.suspendCancellableCoroutine
import java.lang.invoke.MethodHandles
import java.lang.invoke.VarHandle
import java.nio.channels.ClosedChannelException
import java.nio.channels.SelectionKey
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException

/**
 * One direction of a [Registration]: at most one waiter, and whether the key's interest in this direction is set.
 *
 * A poll does not resume the waiter: it hands over the slot, which is a task. So a worker that finds a thousand channels ready touches the
 * coroutine of each once, when its turn has come, instead of bringing them all into its cache and out of it again first.
 *
 * The interest stays set from one wait to the next, so that a steady stream of requests makes no system call for it; an event
 * that finds no waiter clears it, in a poll that would otherwise return for it again and again ([ReadyList.narrows]).
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | waiter | the waiter (set); the task, canceller, closer (take) | all of them and the poller | volatile, taken by getAndSet |
 * | queued | the poller (true); the task (false) | the poller | opaque: an old value costs a poll, or an early return |
 * | armed | the waiter (true); the poller (false) | the waiter | volatile |
 * | nudged | any thread (true); the waiter (false) | the waiter | volatile |
 * | op | the waiter, between waits | the poller | volatile |
 *
 * Pairing (Dekker): the waiter publishes itself, then reads `armed`; the poller narrows the interest, clears `armed`, then looks for
 * a waiter again. Either the poller finds the waiter, or the waiter finds `armed` cleared and sets the interest anew. The interest
 * must be narrowed before `armed` is cleared: the other way round it could undo the interest that a new waiter has just set.
 *
 * An event of a slot that is queued already is passed over, and lost it is not: the interest stays, so the next poll brings it again. (So
 * until its task has run, a poll that would wait returns at once.) The task may find the waiter of a later wait, which then returns early.
 *
 * [nudge] pairs with [begin] in the same way: it sets the flag, then looks for a waiter; the waiter publishes itself, then looks at the
 * flag. The flag outlives a nudge that found its waiter, since another one may have come in between: that costs the next wait an early
 * return, which every waiter must expect anyway.
 */
internal class ReadinessSlot(private val registration: Registration, @Volatile @JvmField var op: Int) :
    Runnable,
    (Throwable?) -> Unit {
    // Any: what is stored in a field of an interface is checked against it, which costs more than the rest (see TaskSlots).
    @Volatile
    private var waiter: Any? = null

    private var queued = false

    @Volatile
    private var armed = false

    @Volatile
    private var nudged = false

    suspend fun await(): Unit = suspended()

    // Generic, and without a try block: for anything else that ends like this the compiler makes a state machine, an object for each wait.
    private suspend fun <T> suspended(): T = suspendCancellableCoroutine { begin(it) }

    private fun begin(continuation: CancellableContinuation<*>) {
        check(WAITER.compareAndSet(this, NOBODY, continuation)) { "two waiters for one direction of a channel" }
        continuation.invokeOnCancellation(this)
        try {
            if (!armed) {
                armed = true
                registration.arm(op)
            }
            // Pairs with close(), which sets the flag and then takes the waiters.
            if (registration.isClosed) fail()
            if (nudged) {
                nudged = false
                take()?.resume(Unit)
            }
        } catch (failure: Throwable) {
            armed = false
            take()?.resumeWithException(failure)
        }
    }

    /** Makes the wait under way, or else the next one, return early. Any thread. */
    fun nudge() {
        nudged = true
        take()?.resume(Unit)
    }

    /** Called by the polling thread; see the pairing above. */
    fun ready(key: SelectionKey, list: ReadyList) {
        if (QUEUED.getOpaque(this) as Boolean || isHandedTo(list) || !list.narrows) return
        if (key.isValid) runCatching { key.interestOpsAnd(op.inv()) }
        armed = false
        isHandedTo(list)
    }

    private fun isHandedTo(list: ReadyList): Boolean {
        if (waiter == null) return false
        QUEUED.setOpaque(this, true)
        list.add(this)
        return true
    }

    /** The task: resumes the waiter on the calling worker, at once, if it is one of that runtime's. */
    @OptIn(ExperimentalCoroutinesApi::class)
    override fun run() {
        val waiting = leaveQueue() ?: return
        val dispatcher = registration.dispatcher
        if (dispatcher == null) waiting.resume(Unit) else with(waiting) { dispatcher.resumeUndispatched(Unit) }
    }

    /** As the task, on a thread that is no worker: the waiter's own dispatcher runs it. */
    fun resume() {
        leaveQueue()?.resume(Unit)
    }

    private fun leaveQueue(): CancellableContinuation<Unit>? = take().also { QUEUED.setOpaque(this, false) }

    fun disarm() {
        registration.narrow(op)
        armed = false
    }

    fun fail() {
        take()?.resumeWithException(ClosedChannelException())
    }

    /**
     * The cancellation handler of every waiter of this slot. It may run late, when another waiter has taken the place, and
     * must leave that one alone: only a waiter that is cancelled itself is taken out.
     */
    override fun invoke(cause: Throwable?) {
        val current = waiter as CancellableContinuation<*>?
        if (current != null && current.isCancelled) WAITER.compareAndSet(this, current, NOBODY)
    }

    private fun take(): CancellableContinuation<Unit>? {
        if (waiter == null) return null
        @Suppress("UNCHECKED_CAST")
        return WAITER.getAndSet(this, NOBODY) as CancellableContinuation<Unit>?
    }

    private companion object {
        /** A null with the type that the field's VarHandle wants. */
        val NOBODY: Any? = null

        val WAITER: VarHandle
        val QUEUED: VarHandle

        init {
            val lookup = MethodHandles.privateLookupIn(ReadinessSlot::class.java, MethodHandles.lookup())
            WAITER = lookup.findVarHandle(ReadinessSlot::class.java, "waiter", Any::class.java)
            QUEUED = lookup.findVarHandle(ReadinessSlot::class.java, "queued", Boolean::class.javaPrimitiveType)
        }
    }
}
