package io.duotone.coroutines.engine.reactor

import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.suspendCancellableCoroutine
import java.lang.invoke.MethodHandles
import java.lang.invoke.VarHandle
import java.nio.channels.ClosedChannelException
import java.nio.channels.SelectionKey
import kotlin.coroutines.Continuation
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.coroutineContext
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED
import kotlin.coroutines.intrinsics.suspendCoroutineUninterceptedOrReturn
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
 * | waiter | the waiter (set); the task, canceller, closer (take) | all of them and the poller | volatile, taken by getAndSet or compareAndSet |
 * | direct | the waiter; its job when it ends (null) | the waiter, closer | volatile, compareAndSet to null |
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
internal class ReadinessSlot(private val registration: Registration, @Volatile @JvmField var op: Int) : Runnable {
    // Any: what is stored in a field of a class is checked against it, which costs more than the rest (see TaskSlots).
    @Volatile
    private var waiter: Any? = null

    @Volatile
    private var direct: DirectWaiter? = null

    private var queued = false

    @Volatile
    private var armed = false

    @Volatile
    private var nudged = false

    /** The caller sees to it that there is one waiter at a time. */
    suspend fun await() {
        check(waiter == null) { TWO_WAITERS }
        val waiter = directWaiter(coroutineContext)
        if (waiter == null) awaitCancellably<Unit>() else awaitDirectly<Unit>(waiter)
    }

    // Generic, and without a try block: for anything else that ends like this the compiler makes a state machine, an object for each wait.
    private suspend fun <T> awaitDirectly(waiter: DirectWaiter): T = suspendCoroutineUninterceptedOrReturn { continuation ->
        @Suppress("UNCHECKED_CAST")
        if (beginsDirectly(waiter, continuation as Continuation<Unit>)) COROUTINE_SUSPENDED else Unit
    }

    private suspend fun <T> awaitCancellably(): T = suspendCancellableCoroutine { continuation ->
        @Suppress("UNCHECKED_CAST")
        beginCancellably(continuation as CancellableContinuation<Unit>)
    }

    /** The waiter that stands for the coroutine with [context], the one of its last wait if it can be; null when it must wait the other way. */
    private fun directWaiter(context: CoroutineContext): DirectWaiter? {
        val known = direct
        if (known != null) {
            if (known.context === context) return known
            known.forgetJob()
        }
        return DirectWaiter.of(this, context, registration.dispatcher).also {
            direct = it
            it?.watchJob()
        }
    }

    /** Whether it waits. Whatever ends the wait once it has begun resumes it, since the object may stand for the next wait by then. */
    private fun beginsDirectly(waiter: DirectWaiter, continuation: Continuation<Unit>): Boolean {
        if (waiter.isCancelled) throw waiter.cancellation()
        if (nudged) {
            nudged = false
            return false
        }
        waiter.enters(continuation)
        begin(waiter)
        if (waiter.isCancelled && withdraw(waiter)) waiter.fail(waiter.cancellation())
        return true
    }

    private fun beginCancellably(continuation: CancellableContinuation<Unit>) {
        val waiter = CancellableWaiter(this, continuation)
        begin(waiter)
        continuation.invokeOnCancellation(waiter)
    }

    private fun begin(waiter: Waiter) {
        check(WAITER.compareAndSet(this, NOBODY, waiter)) { TWO_WAITERS }
        try {
            if (!armed) {
                armed = true
                registration.arm(op)
            }
        } catch (failure: Throwable) {
            armed = false
            take()?.fail(failure)
            return
        }
        // Pairs with close(), which sets the flag and then takes the waiters.
        if (registration.isClosed) fail()
        if (nudged) {
            take()?.let {
                nudged = false
                it.resume()
            }
        }
    }

    /** Makes the wait under way, or else the next one, return early. Any thread. */
    fun nudge() {
        nudged = true
        take()?.resume()
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
    override fun run() {
        val waiting = leaveQueue() ?: return
        val dispatcher = registration.dispatcher
        if (dispatcher == null) waiting.resume() else waiting.resumeHere(dispatcher)
    }

    /** As the task, on a thread that is no worker: the waiter's own dispatcher runs it. */
    fun resume() {
        leaveQueue()?.resume()
    }

    private fun leaveQueue(): Waiter? = take().also { QUEUED.setOpaque(this, false) }

    fun disarm() {
        registration.narrow(op)
        armed = false
    }

    fun fail() {
        take()?.fail(ClosedChannelException())
        direct?.forgetJob()
    }

    /** Takes [waiter] out, if it still waits. */
    fun withdraw(waiter: Waiter): Boolean = WAITER.compareAndSet(this, waiter, NOBODY)

    fun forget(waiter: DirectWaiter) {
        DIRECT.compareAndSet(this, waiter, null)
    }

    private fun take(): Waiter? = if (waiter == null) null else WAITER.getAndSet(this, NOBODY) as Waiter?

    private companion object {
        const val TWO_WAITERS = "two waiters for one direction of a channel"

        /** A null with the type that the field's VarHandle wants. */
        val NOBODY: Any? = null

        val WAITER: VarHandle
        val DIRECT: VarHandle
        val QUEUED: VarHandle

        init {
            val lookup = MethodHandles.privateLookupIn(ReadinessSlot::class.java, MethodHandles.lookup())
            WAITER = lookup.findVarHandle(ReadinessSlot::class.java, "waiter", Any::class.java)
            DIRECT = lookup.findVarHandle(ReadinessSlot::class.java, "direct", DirectWaiter::class.java)
            QUEUED = lookup.findVarHandle(ReadinessSlot::class.java, "queued", Boolean::class.javaPrimitiveType)
        }
    }
}
