@file:OptIn(InternalCoroutinesApi::class)

package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Task
import io.duotone.TaskCancelledException
import kotlinx.coroutines.AbstractCoroutine
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancel
import kotlin.coroutines.CoroutineContext

/** Whom the failure of a task concerns, besides its dependents. */
internal enum class FailureGoesTo {
    /** Its scope fails, as with kotlinx's `async` (row C2). */
    PARENT,

    /** Nobody else; the uncaught handler when there is no dependent (row C18). */
    TASK,

    /** Somebody who waits for the job itself and throws it. */
    CALLER,
}

/**
 * A task of a scope, which is a scope in turn: the [Job] that the parent waits for, the [Task] that the caller holds, and the [Scope][io.duotone.Scope]
 * that the work starts in. The job ends when the work and all that was spawned in its scope have ended; the task is cancelled as soon as
 * the job is, and otherwise ends with it.
 *
 * Whoever fails tells its name to the scope first, so that the others are cancelled with a reason that names it.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | failed | the first to fail below this job | whoever cancels the children for it | volatile; of two that fail at once one may lose its name |
 * | siblingFailed | whoever cancels the first child | the same | volatile; made twice in a race |
 * | delivered | the thread on which the work ended | the thread on which the job ended | plain; published by the job's state |
 * | mayHaveChildren | whoever spawns or launches the first | the thread on which the work ends | volatile |
 */
internal abstract class ScopeJob<T>(
    val runtime: JavaRuntime,
    parent: CoroutineContext,
    private val name: String?,
    private val failureGoesTo: FailureGoesTo,
) : AbstractCoroutine<T>(parent, initParentJob = false, active = true) {
    val task: ScopeTask<T> = ScopeTask(runtime, name, this)
    private val parentJob: Job? = parent[Job]

    @Volatile
    private var failed: Failed? = null

    @Volatile
    private var siblingFailed: TaskCancelledException? = null
    private var delivered = false

    @Volatile
    private var mayHaveChildren = false

    /** The scope that the work starts in, also made by whoever asks first from outside. */
    val scope: JavaScope = JavaScope(runtime, this)

    /** Ends the work that runs, early; the job is cancelled already. Called at any time, more than once, and must not throw. */
    protected abstract fun stop(reason: CancelReason)

    // Beginning.

    /**
     * Makes this a child of its scope. False when the scope has been cancelled: then the task is cancelled and nothing must start.
     *
     * **Errors**: [IllegalStateException] when the scope has ended.
     */
    protected fun attach(): Boolean {
        initParentJob(parentJob)
        if (isActive) return true
        val scopeEnded = parentJob != null && (parentJob.isCompleted || !parentJob.isCancelled)
        if (!isCompleted) resumeWith(Result.failure(getCancellationException()))
        check(!scopeEnded) { SCOPE_ENDED }
        return false
    }

    /** Whoever attaches a child says so before. */
    fun expectChildren() {
        if (mayHaveChildren) return
        mayHaveChildren = true
        // A job with two listeners never takes the short way to its end, on which it is over before the task is told.
        invokeOnCompletion(onCancelling = false, invokeImmediately = false) {}
        invokeOnCompletion(onCancelling = false, invokeImmediately = false) {}
    }

    // Ending.

    /** The work has ended, once; the job then waits for the children. */
    protected fun ended(result: Result<T>) {
        val failure = result.exceptionOrNull()
        if (failure == null) {
            // Without children this is the end of it all: the task is done before the scope can be.
            if (!mayHaveChildren) deliver(result.getOrThrow())
        } else if (failure !is CancellationException) {
            failing(failure, name)
        }
        resumeWith(result)
    }

    private fun deliver(value: T) {
        delivered = true
        if (!task.succeeded(value)) runtime.discard(value)
    }

    final override fun onCompleted(value: T) {
        if (!delivered) deliver(value)
    }

    final override fun onCancelled(cause: Throwable, handled: Boolean) {
        if (cause is CancellationException) {
            task.failed(cause.withReason())
            return
        }
        val heard = task.numberOfDependents > 0
        val taken = task.failed(cause)
        val concernsOthers = handled && failureGoesTo != FailureGoesTo.TASK
        if (!concernsOthers && !(heard && taken)) runtime.kotlin.reportUncaught(name ?: "a task without a name", cause)
    }

    final override fun onCancelling(cause: Throwable?) {
        when (cause) {
            null -> Unit

            is CancellationException -> {
                val cancellation = cause.withReason()
                task.failed(cancellation)
                stop(cancellation.reason())
            }

            // With a failure the task ends together with the job.
            else -> stop(childrenSee(cause).reason())
        }
    }

    // Failing.

    private class Failed(val failure: Throwable, val origin: String?)

    /** Notes here and above, as far as it concerns them, in which task a failure began; then the job may fail. */
    private fun failing(failure: Throwable, origin: String?) {
        if (failed == null) failed = Failed(failure, origin)
        if (failureGoesTo == FailureGoesTo.PARENT) (parentJob as? ScopeJob<*>)?.failing(failure, origin ?: name)
    }

    override fun childCancelled(cause: Throwable): Boolean {
        // A child in Kotlin tells nothing before.
        if (cause !is CancellationException && failed?.failure !== cause) failing(cause, name)
        return super.childCancelled(cause)
    }

    /** What the children of this job are cancelled with. */
    final override fun getChildJobCancellationCause(): CancellationException {
        val cause = super.getChildJobCancellationCause()
        val failure = cause.cause
        return if (cause is TaskCancelledException || failure == null || failure is CancellationException) cause else childrenSee(failure)
    }

    private fun childrenSee(failure: Throwable): TaskCancelledException = siblingFailed
        ?: TaskCancelledException(siblingFailed(failure, failed?.takeIf { it.failure === failure }?.origin)).also { siblingFailed = it }

    final override val isScopedCoroutine: Boolean get() = failureGoesTo != FailureGoesTo.PARENT

    override fun toString(): String {
        val state = when {
            isCompleted -> "ended"
            isCancelled -> "cancelled"
            else -> "active"
        }
        return "${name ?: "a task without a name"} ($state)"
    }

    companion object {
        const val SCOPE_ENDED: String = "the scope has ended: spawn before its body and its tasks end, " +
            "or use Duotone.spawn for work that outlives it"
    }
}

/** The Java side of a [ScopeJob]. */
internal class ScopeTask<T>(runtime: JavaRuntime, name: String?, private val job: Job) : Task<T>(runtime.executor(), name) {
    fun succeeded(value: T): Boolean = succeed(value)

    fun failed(failure: Throwable): Boolean = fail(failure)

    override fun onCancel(reason: CancelReason) {
        job.cancel(TaskCancelledException(reason))
    }
}
