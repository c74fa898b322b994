@file:OptIn(InternalCoroutinesApi::class)

package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.ScopeOptions
import io.duotone.Task
import io.duotone.TaskCancelledException
import io.duotone.TaskOptions
import io.duotone.coroutines.context.contextValues
import io.duotone.coroutines.discard
import io.duotone.coroutines.scope.FailureGoesTo
import io.duotone.coroutines.scope.ScopeJob
import io.duotone.coroutines.withReason
import io.duotone.spi.ContextValues
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlin.coroutines.CoroutineContext

/**
 * A task of Java, which is a scope in turn: the job that the parent waits for, the [Task] that the caller holds, and the
 * [Scope][io.duotone.Scope] that the work starts in. Whoever cancels the task finds it cancelled at once; otherwise it ends with the job.
 */
internal abstract class TaskJob<T>(
    val face: JavaRuntime,
    parent: CoroutineContext,
    failureGoesTo: FailureGoesTo,
    role: TaskOptions = TaskOptions.defaults(),
    options: ScopeOptions = ScopeOptions.defaults(),
    final override val isOfBody: Boolean = failureGoesTo == FailureGoesTo.CALLER,
    values: ContextValues = parent.contextValues(),
) : ScopeJob<T>(face.kotlin, parent, role.name() ?: options.name(), failureGoesTo, options, role) {
    val task: ScopeTask<T> = ScopeTask(face, name, this)

    /** The scope that the work starts in, also made by whoever asks first from outside. */
    val scope: JavaScope = JavaScope(face, this, values)

    final override val settlesEarly: Boolean get() = true

    final override val isAwaited: Boolean get() = task.hasListeners

    final override fun settle(outcome: Result<T>): Boolean {
        val failure = outcome.exceptionOrNull()
        return when {
            failure == null -> succeed(outcome.getOrThrow())
            failure is CancellationException -> task.failed(failure.withReason())
            else -> task.failed(failure)
        }
    }

    private fun succeed(value: T): Boolean {
        if (!task.succeeded(value)) runtime.discard(value)
        return true
    }
}

/** The Java side of a [TaskJob]. */
internal class ScopeTask<T>(runtime: JavaRuntime, name: String?, private val job: Job) : Task<T>(runtime.executor(), name) {
    val hasListeners: Boolean get() = isHeard

    fun succeeded(value: T): Boolean = succeed(value)

    fun failed(failure: Throwable): Boolean = fail(failure)

    override fun onCancel(reason: CancelReason) {
        job.cancel(TaskCancelledException(reason))
    }
}
