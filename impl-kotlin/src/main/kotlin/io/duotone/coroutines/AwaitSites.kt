package io.duotone.coroutines

import io.duotone.spi.Failures
import kotlinx.coroutines.CancellationException
import kotlin.coroutines.Continuation
import kotlin.coroutines.jvm.internal.CoroutineStackFrame

/**
 * Shows in the trace of a failure which coroutine waited for it, and who waits for that one in turn (row Y15). A coroutine that waits has
 * no stack, but its continuations know where they stand; they are asked only when there is a failure. A cancellation has no such place.
 */
internal fun Throwable.awaitedBy(waiter: Continuation<*>) {
    if (this !is CancellationException) Failures.appendSite(this) { framesOf(waiter) }
}

private fun framesOf(waiter: Continuation<*>): List<StackTraceElement> = generateSequence(waiter as? CoroutineStackFrame) { it.callerFrame }
    .mapNotNull { it.getStackTraceElement() }
    .take(MOST_FRAMES)
    .toList()

private const val MOST_FRAMES = 32
