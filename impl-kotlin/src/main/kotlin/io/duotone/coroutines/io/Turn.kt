package io.duotone.coroutines.io

import io.duotone.ConcurrentOperationException
import io.duotone.coroutines.context.isJobActive
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.suspendCancellableCoroutine
import java.util.concurrent.atomic.AtomicReference
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.coroutineContext
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException

/**
 * Who may operate in one direction of a stream: one at a time, and a second is refused instead of queued (row C27). But one that comes
 * while a cancelled operation is on its way out waits for that: to whoever cancelled it, the operation is over.
 *
 * ```
 *            tryTake                    await, of a cancelled holder
 *   null -------------> its context ---------------------------------> Leaving, with the newcomer
 *     ^                      |                                               |
 *     +------ giveBack ------+-------- giveBack, resumes the newcomer -------+
 * ```
 * No-ops: tryTake of anything but null (false); await of a holder that is active, or whose newcomer still waits (refused).
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | the value | the operation that takes and gives back; the newcomer (to Leaving) | any thread | compare-and-set; back by getAndSet |
 */
internal class Turn : AtomicReference<Any?>() {
    private class Leaving(val newcomer: CancellableContinuation<Unit>)

    val isTaken: Boolean get() = get() != null

    /** Takes the turn for an operation of the coroutine with [context]; false when somebody has it. */
    fun tryTake(context: CoroutineContext): Boolean = compareAndSet(null, context)

    /**
     * What follows a [tryTake] in vain: takes the turn once a cancelled operation has left, or throws [ConcurrentOperationException].
     * [operation] is what is refused ("receive"), [on] what it happens on.
     */
    suspend fun await(operation: String, on: Any) {
        while (!tryTake(coroutineContext)) suspendCancellableCoroutine { newcomer -> awaitLeaving(newcomer, operation, on) }
    }

    private fun awaitLeaving(newcomer: CancellableContinuation<Unit>, operation: String, on: Any) {
        val held = get()
        val isLeaving = if (held is Leaving) !held.newcomer.isActive else held != null && !(held as CoroutineContext).isJobActive
        when {
            held != null && !isLeaving -> newcomer.resumeWithException(refusal(operation, on))

            // Given back, or taken by another, since it was looked at: try again.
            held == null || !compareAndSet(held, Leaving(newcomer)) -> newcomer.resume(Unit)
        }
    }

    fun giveBack() {
        val left = getAndSet(null)
        if (left is Leaving) left.newcomer.resume(Unit)
    }

    private fun refusal(operation: String, on: Any) = ConcurrentOperationException(
        "cannot $operation: another $operation is under way on $on; let one coroutine own each direction"
    )
}
