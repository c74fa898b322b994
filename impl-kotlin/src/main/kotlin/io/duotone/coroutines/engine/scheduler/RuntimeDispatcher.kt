@file:OptIn(InternalCoroutinesApi::class, ExperimentalCoroutinesApi::class)

package io.duotone.coroutines.engine.scheduler

import io.duotone.CancelReason
import io.duotone.TaskCancelledException
import io.duotone.coroutines.engine.platform.LATEST_DEADLINE
import io.duotone.coroutines.engine.platform.deadlineAfter
import io.duotone.coroutines.engine.timer.TimerEntry
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Delay
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.DisposableHandle
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.jvm.internal.CoroutineStackFrame

/**
 * The runtime as kotlinx sees it: a dispatcher and its `Delay` in one, so that `delay`, `withTimeout`, channels, `select` and flows
 * run on our workers and timers unchanged.
 */
internal class RuntimeDispatcher(val pool: WorkerPool) :
    CoroutineDispatcher(),
    Delay {

    override fun dispatch(context: CoroutineContext, block: Runnable) {
        if (!pool.submit(block)) runAfterStop(context, block)
    }

    override fun dispatchYield(context: CoroutineContext, block: Runnable) {
        if (!pool.submitLast(block)) runAfterStop(context, block)
    }

    /** A coroutine whose runtime has stopped is cancelled, and gets to run its cleanup elsewhere rather than never. */
    fun runAfterStop(context: CoroutineContext, block: Runnable) {
        cancelBecauseClosed(context)
        Dispatchers.IO.dispatch(context, block)
    }

    override fun scheduleResumeAfterDelay(timeMillis: Long, continuation: CancellableContinuation<Unit>) {
        val timer = SleepTimer(this, continuation)
        continuation.invokeOnCancellation(timer)
        pool.schedule(timer, deadlineAfter(timeMillis))
        if (timer.isCancelled) timer.runtimeClosed()
    }

    override fun invokeOnTimeout(timeMillis: Long, block: Runnable, context: CoroutineContext): DisposableHandle {
        val timer = TimeoutTimer(block, context)
        pool.schedule(timer, deadlineAfter(timeMillis))
        if (timer.isCancelled) timer.runtimeClosed()
        return timer
    }

    private fun deadlineAfter(timeMillis: Long): Long =
        pool.platform.deadlineAfter(if (timeMillis > MAX_MILLIS) LATEST_DEADLINE else timeMillis * NANOS_PER_MILLI)

    override fun toString(): String = "${pool.workers.size} workers, ${pool.idle}, ${pool.injection.size} injected"

    private companion object {
        const val NANOS_PER_MILLI = 1_000_000L
        const val MAX_MILLIS = Long.MAX_VALUE / NANOS_PER_MILLI
    }
}

/** A timer that somebody waits for, who must hear when it never fires because its runtime has been closed. */
internal interface RuntimeTimer {
    /** Called once the timer can no more fire; harmless when it was cancelled by its owner. */
    fun runtimeClosed()
}

/** Cancels the coroutine with this context, except in a non-cancellable section: that is the cleanup it shall get to. */
internal fun cancelBecauseClosed(context: CoroutineContext) {
    val job = context[Job] ?: return
    val root = generateSequence(job) { it.parent }.last()
    // A section (withContext) has a caller, and else the caller's job for a parent; NonCancellable does not show itself as one.
    if (root !is CoroutineStackFrame) job.cancel(shutdownCancellation())
}

/** What becomes of work whose runtime cannot run it any more. */
internal fun shutdownCancellation(): TaskCancelledException =
    TaskCancelledException(CancelReason.of(CancelReason.Kind.SHUTDOWN, "its runtime has been closed"))

/**
 * Resumes a sleeping continuation, on the worker that runs the timer.
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | continuation | the one that cancels (null) | the one that runs or drops it | plain: only one of these happens, by the entry's state |
 */
private class SleepTimer(private val dispatcher: CoroutineDispatcher, private var continuation: CancellableContinuation<Unit>?) :
    TimerEntry(),
    RuntimeTimer,
    (Throwable?) -> Unit {

    override fun run() {
        val sleeper = continuation ?: return
        with(sleeper) { dispatcher.resumeUndispatched(Unit) }
    }

    override fun invoke(cause: Throwable?) {
        cancel()
    }

    override fun onCancelled() {
        continuation = null
    }

    override fun runtimeClosed() {
        continuation?.cancel(shutdownCancellation())
    }
}

/** Runs the block of a `withTimeout` or a `select`; fields as in [SleepTimer]. */
private class TimeoutTimer(private var block: Runnable?, private var context: CoroutineContext?) :
    TimerEntry(),
    RuntimeTimer,
    DisposableHandle {

    override fun run() {
        block?.run()
    }

    override fun dispose() {
        cancel()
    }

    override fun onCancelled() {
        block = null
        context = null
    }

    override fun runtimeClosed() {
        context?.let(::cancelBecauseClosed)
    }
}
