@file:OptIn(InternalCoroutinesApi::class)

package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Task
import io.duotone.coroutines.engine.platform.deadlineAfter
import io.duotone.coroutines.engine.platform.toNanosAtMost
import io.duotone.coroutines.engine.scheduler.RuntimeTimer
import io.duotone.coroutines.engine.scheduler.shutdownCancellation
import io.duotone.coroutines.engine.timer.TimerEntry
import kotlinx.coroutines.AbstractCoroutine
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CopyableThrowable
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.InternalCoroutinesApi
import java.time.Duration
import java.util.concurrent.TimeoutException
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater
import kotlin.coroutines.Continuation
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED

/**
 * A wait in a suspend function that hands its continuation on as it is: kotlinx's channels, mutex and semaphore do so, and our own functions
 * where they say it. There is no coroutine in between: what ends the wait resumes this object, once, on whatever thread, and always with
 * what the wait has brought, also when the task has been cancelled meanwhile. From there the task goes to a worker, where it is completed, or
 * is completed at once when nothing but a blocked thread waits for it.
 *
 * ```
 *            resumed, or served otherwise           run, on a worker
 *   waiting ------------------------------> OUTCOME -----------------> the task is completed with it
 *      |                                       |
 *      | taken back                            | the task is done otherwise
 *      +-----------> NOTHING: its              +---------------------> GIVEN BACK, by the worker or by who cancelled the task
 *                    canceller completes the task
 * ```
 * No-ops: an outcome for one that has one, to take back one that has one, to give back what has been given back.
 *
 * What would end the wait early cancels [job] with a [WaitOver], which says what shall come of it; what really comes, the resumption tells:
 * if the wait had been resumed before, with what it brought.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | outcome | who brings it, and who gives it back, by CAS | any | volatile |
 * | timer | who begins the wait | who ends it | volatile: the one looks at the task after writing, the other completes it before reading |
 */
internal abstract class WaitTask(protected val face: JavaRuntime) :
    Task<Any?>(face.executor(), null),
    Continuation<Any?>,
    Runnable {
    private val job = WaitJob()

    @Volatile
    private var outcome: Any? = null

    @Volatile
    private var timer: Timer? = null

    final override val context: CoroutineContext get() = job

    /** Whether something has come of the wait, which the task may not show yet. */
    val hasOutcome: Boolean get() = outcome != null

    /** The wait brought this; whether it is the outcome. */
    protected open fun came(value: Any): Boolean = bring(value)

    /** The wait brought nothing: it was taken back, or this is why; whether there is an outcome to complete the task with. */
    protected open fun nothingCame(failure: Throwable): Boolean {
        val outcome = if (failure is WaitOver) failure.outcome else Failed(translated(failure))
        return bring(outcome) && outcome !== NOTHING
    }

    /** What the suspend function threw, as what Java throws. */
    protected open fun translated(failure: Throwable): Throwable = failure

    /** The wait is over, whatever has come of it; once. */
    protected open fun waitEnded() {}

    /** Completes the task with what came; false when it is done. */
    protected abstract fun completeWith(value: Any): Boolean

    /** Completes the task with why nothing came. */
    protected open fun completeWithout(failure: Throwable) {
        fail(failure)
    }

    /** What came is of no use to the task, which is done. */
    protected open fun giveBack(value: Any) {}

    /**
     * Whether to complete the task runs nothing but what waits for it. Then a thread that is blocked for it is woken by whoever ends the wait,
     * and not by a worker in between, which costs as much as the waking.
     */
    protected open val completesAnywhere: Boolean get() = false

    /** Begins the wait, by a call of a suspend function with this as its continuation. */
    inline fun waitFor(call: (Continuation<Any?>) -> Any?) {
        val result = try {
            call(this)
        } catch (failure: Throwable) {
            return cameAtOnce(Result.failure(failure))
        }
        if (result !== COROUTINE_SUSPENDED) cameAtOnce(Result.success(result))
    }

    fun cameAtOnce(result: Result<Any?>) {
        if (ended(result)) run()
    }

    final override fun resumeWith(result: Result<Any?>) {
        if (!ended(result)) return
        when {
            isDone -> reclaim()
            completesAnywhere && isBlockedOnAlone -> run()
            else -> completeOnWorker()
        }
    }

    /** Whether there is an outcome by this. */
    private fun ended(result: Result<Any?>): Boolean {
        val failure = result.exceptionOrNull()
        val hasCome = if (failure == null) came(checkNotNull(result.getOrNull())) else nothingCame(failure)
        waitEnded()
        return hasCome
    }

    protected fun bring(outcome: Any): Boolean = OUTCOME.compareAndSet(this, null, outcome)

    protected open fun completeOnWorker() {
        face.kotlin.dispatcher.dispatch(context, this)
    }

    final override fun run() {
        val outcome = checkNotNull(outcome) { "run without an outcome" }
        if (outcome is Failed) {
            completeWithout(outcome.failure)
        } else if (outcome === GIVEN_BACK || !completeWith(outcome)) {
            reclaim()
        }
        timer?.cancel()
    }

    /** Gives back what has come, once. When the task is done. */
    protected fun reclaim() {
        val outcome = outcome ?: return
        if (outcome === NOTHING || outcome === GIVEN_BACK || outcome is Failed) return
        if (OUTCOME.compareAndSet(this, outcome, GIVEN_BACK)) giveBack(outcome)
    }

    /** Ends the wait with this failure, unless it is over already or has been ended otherwise: what comes first counts. */
    fun endWith(failure: Throwable) {
        job.cancel(WaitOver(Failed(failure)))
    }

    /** Ends the wait likewise, and leaves the task to whoever does so. */
    protected fun endWait() {
        // Resumes this at once if nothing else has.
        job.cancel(TAKEN_BACK)
    }

    /** Whether the wait was taken back, now or before, so that nothing has come of it. */
    protected fun takeBack(): Boolean = synchronized(this) {
        if (outcome == null) endWait()
        outcome === NOTHING
    }

    override fun onCancel(reason: CancelReason) {
        endWait()
        timer?.cancel()
        reclaim()
    }

    /** Fails the task after [timeout], unless something has come of the wait by then. When it has begun. */
    fun failAfter(timeout: Duration, what: Any) {
        if (isDone) return
        val pool = face.kotlin.pool
        val timer = Timer(this, timeout, what)
        this.timer = timer
        pool.schedule(timer, pool.platform.deadlineAfter(timeout.toNanosAtMost()))
        if (isDone) {
            timer.cancel()
        } else if (timer.isCancelled) {
            timer.runtimeClosed()
        }
    }

    /**
     * | field | written by | read by | mode |
     * |---|---|---|---|
     * | task | the one that cancels (null) | the one that runs or drops it | plain: only one of these happens, by the entry's state |
     */
    private class Timer(private var task: WaitTask?, private val timeout: Duration, private val what: Any) :
        TimerEntry(),
        RuntimeTimer {
        override fun run() {
            task?.endWith(timedOut(timeout, what))
        }

        override fun onCancelled() {
            task = null
        }

        override fun runtimeClosed() {
            task?.endWith(shutdownCancellation())
        }
    }

    /** An outcome that is a failure. */
    protected class Failed(val failure: Throwable)

    /** Ends a wait; nobody but the wait sees it. [outcome]: what shall come of it. */
    @OptIn(ExperimentalCoroutinesApi::class)
    protected class WaitOver(val outcome: Any) :
        CancellationException("the wait is over"),
        CopyableThrowable<WaitOver> {
        /** It is told by its identity. */
        override fun createCopy(): WaitOver? = null

        override fun fillInStackTrace(): Throwable = this
    }

    /**
     * Only ever cancelled. It stays active nevertheless: kotlinx looks at that once more when what is waited for has come before the call
     * returned, and would throw away what came.
     */
    private class WaitJob : AbstractCoroutine<Unit>(EmptyCoroutineContext, initParentJob = false, active = true) {
        override val isActive: Boolean get() = true
    }

    companion object {
        private val NOTHING = Any()
        private val GIVEN_BACK = Any()

        /** What ends the wait cares for the task. */
        private val TAKEN_BACK = WaitOver(NOTHING)

        private val OUTCOME: AtomicReferenceFieldUpdater<WaitTask, Any?> =
            AtomicReferenceFieldUpdater.newUpdater(WaitTask::class.java, Any::class.java, "outcome")

        fun timedOut(timeout: Duration, what: Any): TimeoutException = TimeoutException("waited $timeout at $what")
    }
}

/** Whether no wait comes into question. */
internal val Duration.isOver: Boolean get() = isZero || isNegative
