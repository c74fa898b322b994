@file:JvmName("Awaiting")

package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Coroutine
import io.duotone.Task
import io.duotone.TaskCancelledException
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.awaitedBy
import io.duotone.coroutines.context.checkpoint
import io.duotone.coroutines.discard
import io.duotone.coroutines.engine.scheduler.Worker
import io.duotone.coroutines.engine.scheduler.runtimeDispatcherOrNull
import io.duotone.coroutines.reason
import io.duotone.coroutines.runtimeOf
import io.duotone.coroutines.scope.TaskCoroutine
import io.duotone.coroutines.taskScope
import io.duotone.coroutines.withReason
import io.duotone.spi.Failures
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.util.concurrent.CompletionStage
import java.util.concurrent.Future
import java.util.function.BiFunction
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.coroutineContext
import kotlin.coroutines.resumeWithException

/**
 * Waits for the stage and gives its result (row C17).
 *
 * **Cancellation**: a cancelled wait cancels the stage, with the reason; a [Task] only if nobody else waits for it and it is not
 * [shared][Task.shared], and any other `Future` always.
 *
 * **Errors**: the failure of the stage, unwrapped; a cancelled stage gives its [CancellationException].
 */
public suspend fun <T> CompletionStage<T>.await(): T = await {}

/** As the public one; [late] gets a value that came when the wait had been cancelled. */
private suspend fun <T> CompletionStage<T>.await(late: (T) -> Unit): T {
    if (this is Task<T> && isDone && !isCompletedExceptionally) {
        try {
            checkpoint()
        } catch (cancelled: CancellationException) {
            late(join())
            throw cancelled
        }
        return join()
    }
    return suspendCancellableCoroutine { waiter ->
        val derived = handle(Resuming(waiter, late))
        waiter.invokeOnCancellation(Withdrawing(if (this is Task<*>) derived else this))
    }
}

/** Hands the result of a stage to a coroutine. */
private class Resuming<T>(private val waiter: CancellableContinuation<T>, private val late: (T) -> Unit) :
    BiFunction<T?, Throwable?, Any?> {
    override fun apply(value: T?, failure: Throwable?): Any? {
        if (failure != null) {
            waiter.resumeWithException(Failures.unwrap(failure).also { it.awaitedBy(waiter) })
        } else {
            @Suppress("UNCHECKED_CAST")
            waiter.resume(value as T) { _, lost, _ -> late(lost) }
        }
        return null
    }
}

/** Cancels what a cancelled coroutine waited for: a task derived from the stage, which asks whether others wait, or the stage itself. */
private class Withdrawing(private val awaited: Any) : (Throwable?) -> Unit {
    override fun invoke(cause: Throwable?) {
        try {
            if (awaited is Task<*>) {
                awaited.cancel(
                    (cause as? CancellationException)?.reason ?: CancelReason.cancelled("the coroutine that awaits it was cancelled")
                )
            } else {
                (awaited as? Future<*>)?.cancel(true)
            }
        } catch (_: UnsupportedOperationException) {
            // A minimal stage: it offers no way to stop what it waits for.
        } catch (failure: Throwable) {
            currentFace().kotlin.reportUncaught("cancelling $awaited", failure)
        }
    }
}

/**
 * Starts the coroutine in a scope of its own inside that of the caller, waits for all of it, and gives its result (row T14).
 *
 * **Cancellation**: cancels the stage that the coroutine returned and all tasks of its scope, and returns after their cleanup.
 *
 * **Errors**: the failure of the stage, unwrapped, or of a task of the scope.
 *
 * **Threads**: the coroutine starts on a worker of the caller's runtime.
 */
public suspend fun <T> Coroutine<T>.await(): T {
    val runtime = runtimeOf(coroutineContext)
    if (coroutineContext[ContinuationInterceptor].runtimeDispatcherOrNull() == null) {
        return withContext(runtime.dispatcher) { taskScope { startHere(this) } }
    }
    toWorker(runtime)
    return taskScope { startHere(this) }
}

/** Goes on on a worker: a call from Java begins on the thread of its caller. */
internal suspend fun toWorker(runtime: DuotoneRuntime) {
    if (Worker.currentOf(runtime.pool) == null) yield()
}

/** Starts the coroutine in a scope that ends with the caller, on the calling thread, and waits for its stage. */
internal suspend fun <T> Coroutine<T>.startHere(scope: CoroutineScope): T = startHere(scope.asJava().javaScope)

internal suspend fun <T> Coroutine<T>.startHere(scope: JavaScope): T =
    scope.within { start(scope) }.await { scope.runtime.kotlin.discard(it) }

/**
 * This running work as a task for Java. Cancelling the task cancels the work, with the reason.
 *
 * **Errors**: the failure of the work is that of the task.
 */
public fun <T> Deferred<T>.asTask(): Task<T> = DeferredTask(this).also { task ->
    (this as? TaskCoroutine<T>)?.addFace { task.hasListeners }
    task.follow()
}

@OptIn(ExperimentalCoroutinesApi::class)
private class DeferredTask<T>(private val work: Deferred<T>) : Task<T>(executorOf(work), nameOf(work)) {
    val hasListeners: Boolean get() = isHeard

    fun follow() {
        work.invokeOnCompletion { failure ->
            when (failure) {
                null -> succeed(work.getCompleted())
                is CancellationException -> fail(failure.withReason())
                else -> fail(failure)
            }
        }
    }

    override fun onCancel(reason: CancelReason) {
        work.cancel(TaskCancelledException(reason))
    }
}

// What async returns is a coroutine, and knows its context.
private fun contextOf(work: Deferred<*>) = (work as? CoroutineScope)?.coroutineContext ?: EmptyCoroutineContext

private fun executorOf(work: Deferred<*>) = runtimeOf(contextOf(work)).javaFace.executor()

private fun nameOf(work: Deferred<*>) = contextOf(work)[CoroutineName]?.name
