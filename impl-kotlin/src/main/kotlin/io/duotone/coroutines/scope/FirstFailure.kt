package io.duotone.coroutines.scope

import kotlinx.coroutines.CancellationException

/**
 * The failure of several tasks that all run to their end: the first is thrown itself, the others are suppressed in it (row C3). A
 * cancellation is no failure: it is thrown only when nothing has really failed, and suppressed in nothing.
 *
 * | field | written by | read by | guard |
 * |---|---|---|---|
 * | first | whoever adds | same | this |
 */
internal class FirstFailure {
    private var first: Throwable? = null

    fun add(cause: Throwable): Unit = synchronized(this) {
        val known = first
        when {
            known == null -> first = cause

            known === cause || cause is CancellationException -> Unit

            known is CancellationException -> first = cause

            // One failure may arrive on several ways, through a member and through the task that it waited for.
            known.suppressed.none { it === cause } -> known.addSuppressed(cause)
        }
    }

    fun throwIfAny() {
        orNull()?.let { throw it }
    }

    fun orNull(): Throwable? = synchronized(this) { first }
}
