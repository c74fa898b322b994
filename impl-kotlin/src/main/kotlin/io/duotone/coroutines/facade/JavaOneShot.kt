@file:OptIn(ExperimentalCoroutinesApi::class)

package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Task
import io.duotone.channel.OneShot
import io.duotone.coroutines.withReason
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.DisposableHandle
import kotlinx.coroutines.ExperimentalCoroutinesApi
import java.util.Objects

/** The Java face of a deferred that is completed by hand. */
internal class JavaOneShot<T>(val kotlin: CompletableDeferred<T>) : OneShot<T> {
    override fun succeed(value: T): Boolean = kotlin.complete(value)

    override fun fail(failure: Throwable): Boolean = kotlin.completeExceptionally(Objects.requireNonNull(failure, "failure"))

    override fun task(): Task<T> = OutcomeTask(currentFace(), kotlin).follow()

    override fun isDone(): Boolean = kotlin.isCompleted

    override fun toString(): String {
        if (!kotlin.isCompleted) return "OneShot(pending)"
        return "OneShot(${kotlin.getCompletionExceptionOrNull()?.let { "failed with $it" } ?: "has a value"})"
    }
}

/** Ends with the outcome of [source], and does not cancel it. */
private class OutcomeTask<T>(face: JavaRuntime, private val source: CompletableDeferred<T>) : Task<T>(face.executor(), null) {
    // Only so that a cancelled task is forgotten; one that is cancelled before this is written is told the outcome in vain.
    @Volatile
    private var handle: DisposableHandle? = null

    fun follow(): Task<T> {
        handle = source.invokeOnCompletion { failure ->
            when (failure) {
                null -> succeed(source.getCompleted())
                is CancellationException -> fail(failure.withReason())
                else -> fail(failure)
            }
        }
        return this
    }

    override fun onCancel(reason: CancelReason) {
        handle?.dispose()
    }
}
