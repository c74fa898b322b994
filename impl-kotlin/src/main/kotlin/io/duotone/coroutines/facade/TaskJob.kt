@file:OptIn(InternalCoroutinesApi::class)

package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.ScopeOptions
import io.duotone.Task
import io.duotone.TaskCancelledException
import io.duotone.TaskOptions
import io.duotone.coroutines.context.contextValues
import io.duotone.coroutines.discard
import io.duotone.coroutines.engine.scheduler.ConfinedDispatcher
import io.duotone.coroutines.scope.FailureGoesTo
import io.duotone.coroutines.scope.ScopeJob
import io.duotone.coroutines.withReason
import io.duotone.spi.ContextValues
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import java.util.concurrent.Executor
import kotlin.coroutines.ContinuationInterceptor
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
    private val values: ContextValues = parent.contextValues(),
) : ScopeJob<T>(face.kotlin, parent, role.name() ?: options.name(), failureGoesTo, options, role) {
    private val turns = parent[ContinuationInterceptor] as? ConfinedDispatcher

    val task: ScopeTask<T> = ScopeTask(turns?.executor ?: face.executor(), name, this)

    /** The scope that the work starts in, also made by whoever asks first from outside. */
    val scope: JavaScope get() = madeScope ?: JavaScope(face, this, values).also { madeScope = it }

    // Two that are made at a time are equal.
    private var madeScope: JavaScope? = null

    /** Whether what runs here takes turns with others. */
    protected val isConfined: Boolean get() = turns != null

    final override val settlesEarly: Boolean get() = true

    final override val isAwaited: Boolean get() = task.hasListeners

    /** In a turn of its own where the scope is confined, so that what depends on the task runs in it. */
    final override fun settle(outcome: Result<T>): Boolean {
        if (turns == null) return settleHere(outcome)
        turns.executor.execute {
            if (!settleHere(outcome)) outcome.exceptionOrNull()?.let(::reportIfUnheard)
        }
        return true
    }

    private fun settleHere(outcome: Result<T>): Boolean {
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

/** The Java side of a [TaskJob]. Its holder may keep it for long, and not what is behind it: the job is let go when it has ended. */
internal class ScopeTask<T>(executor: Executor, name: String?, private var job: Job?) : Task<T>(executor, name) {
    val hasListeners: Boolean get() = isHeard

    fun succeeded(value: T): Boolean = succeed(value).also { job = null }

    fun failed(failure: Throwable): Boolean = fail(failure).also { job = null }

    override fun onCancel(reason: CancelReason) {
        job?.cancel(TaskCancelledException(reason))
    }
}
