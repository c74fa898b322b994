package io.duotone.coroutines.engine.reactor

import kotlinx.coroutines.CancellableContinuation
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
 * The interest stays set from one wait to the next, so that a steady stream of requests makes no system call for it; an event
 * that finds no waiter clears it, in a poll that would otherwise return for it again and again ([ReadyList.narrows]).
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | waiter | the waiter (set); poller, canceller, closer (take) | all of them | volatile, taken by getAndSet |
 * | armed | the waiter (true); the poller (false) | the waiter | volatile |
 * | nudged | any thread (true); the waiter (false) | the waiter | volatile |
 * | op | the waiter, between waits | the poller | volatile |
 *
 * Pairing (Dekker): the waiter publishes itself, then reads `armed`; the poller narrows the interest, clears `armed`, then looks for
 * a waiter again. Either the poller finds the waiter, or the waiter finds `armed` cleared and sets the interest anew. The interest
 * must be narrowed before `armed` is cleared: the other way round it could undo the interest that a new waiter has just set.
 *
 * [nudge] pairs with [begin] in the same way: it sets the flag, then looks for a waiter; the waiter publishes itself, then looks at the
 * flag. The flag outlives a nudge that found its waiter, since another one may have come in between: that costs the next wait an early
 * return, which every waiter must expect anyway.
 */
internal class ReadinessSlot(private val registration: Registration, @Volatile @JvmField var op: Int) : (Throwable?) -> Unit {
    // Any: what is stored in a field of an interface is checked against it, which costs more than the rest (see TaskSlots).
    @Volatile
    private var waiter: Any? = null

    @Volatile
    private var armed = false

    @Volatile
    private var nudged = false

    // The work is in a method of its own: with its try block in here the compiler sees no tail call, and makes a state machine.
    suspend fun await(): Unit = suspendCancellableCoroutine { begin(it) }

    private fun begin(continuation: CancellableContinuation<Unit>) {
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
        val waiting = take()
        if (waiting != null) {
            list.add(waiting)
            return
        }
        if (!list.narrows) return
        if (key.isValid) runCatching { key.interestOpsAnd(op.inv()) }
        armed = false
        take()?.let(list::add)
    }

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

        val WAITER: VarHandle = MethodHandles
            .privateLookupIn(ReadinessSlot::class.java, MethodHandles.lookup())
            .findVarHandle(ReadinessSlot::class.java, "waiter", Any::class.java)
    }
}
