package io.duotone.coroutines.facade

import io.duotone.coroutines.engine.platform.deadlineAfter
import io.duotone.coroutines.engine.platform.toNanosAtMost
import io.duotone.coroutines.engine.scheduler.RuntimeTimer
import io.duotone.coroutines.engine.scheduler.shutdownCancellation
import io.duotone.coroutines.engine.timer.TimerEntry
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Job
import java.time.Duration
import java.util.concurrent.TimeoutException
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED

/**
 * A wait at a channel. The task is itself the continuation that the channel resumes, with no coroutine in between; so what the channel hands
 * over always arrives in [resumeWith], and whether the wait was taken back or has come to something is decided by the channel alone.
 *
 * ```
 *            resumed with something, or served otherwise              run, on a worker
 *   waiting ---------------------------------------------> HAS OUTCOME ----------------> TAKEN
 *      |
 *      | taken back
 *      +-----------> waits no more; its canceller completes the task
 * ```
 * No-ops: an outcome for one that has one; taking it twice.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | outcome | who brings it, by CAS; who takes it, by getAndSet | any | volatile |
 * | timer | who begins the wait | who ends it | volatile: the one looks at the task after writing, the other completes it before reading |
 * | withdrawer | who takes back, under this | resumeWith | plain: only the thread itself finds itself there |
 * | isSuspended, whenSuspended | who calls the channel; who would end its wait | same | this |
 * | isTakenBack | resumeWith, on the thread that takes back | who takes back, under this | this |
 */
internal abstract class ChannelTask(face: JavaRuntime) :
    CallTask<Any?>(face),
    Runnable {
    @Volatile
    private var outcome: Any? = null

    @Volatile
    private var timer: Timer? = null
    private var withdrawer: Thread? = null
    private var isTakenBack = false
    private var isSuspended = false
    private var whenSuspended: (() -> Unit)? = null

    /** Whether something has come of the wait, which the task may not show yet. */
    val hasOutcome: Boolean get() = outcome != null

    /** The wait brought this. */
    protected abstract fun came(value: Any?)

    /** The wait brought nothing: it was taken back, or the channel has ended. */
    protected abstract fun failedToCome(failure: Throwable, wasTakenBack: Boolean)

    /** Completes the task with its outcome. */
    protected abstract fun completeWithOutcome(outcome: Any)

    protected fun bring(outcome: Any): Boolean = OUTCOME.compareAndSet(this, null, outcome)

    /** The outcome, if it is there and nobody has taken it. */
    protected fun takeOutcome(): Any? = OUTCOME.getAndSet(this, TAKEN).takeIf { it !== TAKEN }

    fun completeOnWorker() {
        face.kotlin.dispatcher.dispatch(this, this)
    }

    final override fun run() {
        takeOutcome()?.let(::completeWithOutcome)
        timer?.cancel()
    }

    final override fun resumeWith(result: Result<Any?>) {
        val failure = result.exceptionOrNull() ?: return came(result.getOrNull())
        val isTakenBackHere = withdrawer === Thread.currentThread()
        if (isTakenBackHere) isTakenBack = true
        failedToCome(failure, isTakenBackHere)
    }

    /**
     * Calls the channel with this as its continuation. While the call is under way nothing may cancel the job: kotlinx looks at it once more
     * when what it waits for has come before the call returned, and throws away what came.
     */
    protected inline fun callChannel(call: () -> Any?): Any? {
        // Made now, since one that is made when the task is done is not active.
        checkNotNull(context[Job]) { "a wait without a job" }
        val result = call()
        if (result === COROUTINE_SUSPENDED) callSuspended()
        return result
    }

    fun callSuspended() {
        val action = synchronized(this) {
            isSuspended = true
            whenSuspended
        }
        action?.invoke()
    }

    /** Does this when the call of the channel has suspended; never, if it has returned instead. */
    protected fun onceSuspended(action: () -> Unit) {
        synchronized(this) {
            if (!isSuspended) {
                whenSuspended = action
                return
            }
        }
        action()
    }

    /** Whether the wait was taken back, now or before, so that nothing has come of it. */
    protected fun takeBack(cause: CancellationException): Boolean = synchronized(this) {
        if (!isTakenBack && outcome == null) {
            withdrawer = Thread.currentThread()
            try {
                // Resumes this at once if the channel had not resumed it before.
                cancelWait(cause)
            } finally {
                withdrawer = null
            }
        }
        isTakenBack
    }

    /** Fails the task after [timeout], unless something has come of the wait by then. */
    fun failAfter(timeout: Duration, what: Any) {
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

    private fun giveUp(failure: Throwable) {
        if (takeBack(GIVEN_UP)) fail(failure)
    }

    /**
     * | field | written by | read by | mode |
     * |---|---|---|---|
     * | task | the one that cancels (null) | the one that runs or drops it | plain: only one of these happens, by the entry's state |
     */
    private class Timer(private var task: ChannelTask?, private val timeout: Duration, private val what: Any) :
        TimerEntry(),
        RuntimeTimer {
        override fun run() {
            task?.giveUp(timedOut(timeout, what))
        }

        override fun onCancelled() {
            task = null
        }

        override fun runtimeClosed() {
            task?.giveUp(shutdownCancellation())
        }
    }

    companion object {
        private val TAKEN = Any()
        private val GIVEN_UP = WaitOver("the time for it is over")

        private val OUTCOME: AtomicReferenceFieldUpdater<ChannelTask, Any?> =
            AtomicReferenceFieldUpdater.newUpdater(ChannelTask::class.java, Any::class.java, "outcome")

        fun timedOut(timeout: Duration, what: Any): TimeoutException = TimeoutException("waited $timeout at $what")
    }
}

/** Ends a wait; nobody but the wait sees it. */
internal class WaitOver(message: String) : CancellationException(message) {
    override fun fillInStackTrace(): Throwable = this
}
