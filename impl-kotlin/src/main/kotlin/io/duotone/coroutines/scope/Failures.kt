package io.duotone.coroutines.scope

import io.duotone.ErrorShape
import io.duotone.TaskGroupException
import kotlinx.coroutines.CancellationException
import java.util.Collections
import java.util.IdentityHashMap

/**
 * The failures of work that fails as one (row C3), in the order in which they came. A cancellation is no failure: it is what comes of it
 * all only when nothing has really failed, and suppressed in nothing.
 *
 * | field | written by | read by | guard |
 * |---|---|---|---|
 * | failures, known, cancellation | whoever adds | same | this |
 */
internal class Failures {
    private val failures = ArrayList<Throwable>(1)
    private val known: MutableSet<Throwable> = identitySet()
    private var cancellation: CancellationException? = null

    /** One failure may arrive on several ways, through a member and through the task that it waited for: it is one. */
    fun add(cause: Throwable): Unit = synchronized(this) {
        if (cause is CancellationException) {
            if (cancellation == null) cancellation = cause
        } else {
            val original = original(cause)
            if (known.add(original)) failures.add(original)
        }
    }

    operator fun contains(failure: Throwable): Boolean = synchronized(this) { original(failure) in known }

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

    private fun firstWithOthers(): Throwable {
        val first = failures[0]
        if (failures.size > 1) {
            val suppressed = identitySet().apply { addAll(first.suppressed) }
            for (other in failures) if (other !== first && suppressed.add(other)) first.addSuppressed(other)
        }
        return first
    }

    private companion object {
        fun identitySet(): MutableSet<Throwable> = Collections.newSetFromMap(IdentityHashMap(1))

        /** In debug mode kotlinx throws a copy of a failure where it is awaited, with the place on it and the original as its cause. */
        fun original(failure: Throwable): Throwable {
            val cause = failure.cause
            val mayBeCopy = cause != null && cause.javaClass == failure.javaClass
            return if (mayBeCopy && failure.stackTrace.any { it.className.startsWith("_COROUTINE.") }) cause else failure
        }
    }
}
