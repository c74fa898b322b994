package io.duotone.coroutines.scope

import io.duotone.ErrorShape
import io.duotone.TaskGroupException
import kotlinx.coroutines.CancellationException

/**
 * The failures of work that fails as one (row C3), in the order in which they came. A cancellation is no failure: it is what comes of it
 * all only when nothing has really failed, and suppressed in nothing.
 *
 * | field | written by | read by | guard |
 * |---|---|---|---|
 * | failures, cancellation | whoever adds | same | this |
 */
internal class Failures {
    private val failures = ArrayList<Throwable>(1)
    private var cancellation: CancellationException? = null

    /** One failure may arrive on several ways, through a member and through the task that it waited for: it is one. */
    fun add(cause: Throwable): Unit = synchronized(this) {
        when (cause) {
            is CancellationException -> if (cancellation == null) cancellation = cause
            else -> if (cause !in this) failures.add(original(cause))
        }
    }

    operator fun contains(failure: Throwable): Boolean = synchronized(this) {
        val original = original(failure)
        failures.any { it === original }
    }

    fun throwIfAny() {
        orNull()?.let { throw it }
    }

    /** What is thrown for all of them, null when there are none. [what] has failed. */
    fun orNull(shape: ErrorShape = ErrorShape.FIRST, what: String = ""): Throwable? = synchronized(this) {
        when {
            failures.isEmpty() -> cancellation
            shape == ErrorShape.GROUP || (shape == ErrorShape.GROUP_IF_MANY && failures.size > 1) -> TaskGroupException(what, failures)
            else -> firstWithOthers()
        }
    }

    /** In debug mode kotlinx throws a copy of a failure where it is awaited, with the place on it and the original as its cause. */
    private fun original(failure: Throwable): Throwable {
        val cause = failure.cause
        val isCopy =
            cause != null && cause.javaClass == failure.javaClass && failure.stackTrace.any { it.className.startsWith("_COROUTINE.") }
        return if (isCopy) cause else failure
    }

    private fun firstWithOthers(): Throwable {
        val first = failures[0]
        for (i in 1 until failures.size) {
            val other = failures[i]
            if (first.suppressed.none { it === other }) first.addSuppressed(other)
        }
        return first
    }
}
