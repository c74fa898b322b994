package io.duotone.coroutines.scope

import io.duotone.CancelReason
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.engine.platform.NO_DEADLINE
import io.duotone.coroutines.engine.platform.deadlineAfter
import io.duotone.coroutines.engine.scheduler.RuntimeTimer
import io.duotone.coroutines.engine.timer.TimerEntry
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.Duration.Companion.seconds

/**
 * The timeout of a scope, which can be moved (rows R17, R18, C10). A timer that fires early looks again, so moving the deadline to a later time
 * costs nothing.
 *
 * | field | written by | read by | guard |
 * |---|---|---|---|
 * | deadline | whoever moves it | any thread | written under this; volatile |
 * | given, timer, isOver | whoever moves it, the timer, the end of the scope | same | this |
 */
internal class Expiry(private val scope: ScopeJob<*>) {
    private class Timer(val at: Long, @Volatile var expiry: Expiry?) :
        TimerEntry(),
        RuntimeTimer {
        override fun run() {
            expiry?.due()
        }

        override fun runtimeClosed() {
            expiry?.runtimeClosed()
        }

        override fun onCancelled() {
            expiry = null
        }
    }

    private var given: Duration? = null
    private var timer: Timer? = null
    private var isOver = false

    @Volatile
    var deadline: Long = NO_DEADLINE
        private set

    /** [timeout] from now. */
    fun moveBy(timeout: Duration) {
        moveTo(if (timeout == Duration.INFINITE) NO_DEADLINE else after(timeout), timeout)
    }

    /** [given] is the time that was asked for, for the message; null for an absolute one. */
    fun moveTo(deadline: Long, given: Duration? = null) {
        val hasTimer = synchronized(this) {
            if (isOver) return
            this.given = given
            this.deadline = deadline
            val running = timer
            when {
                deadline == NO_DEADLINE -> true.also { cancelTimer() }
                running == null || !running.isPending || running.at > deadline -> startTimer()
                else -> true
            }
        }
        if (!hasTimer) runtimeClosed()
    }

    private fun after(timeout: Duration) = scope.runtime.platform.deadlineAfter(timeout.inWholeNanoseconds.coerceAtLeast(0))

    /** False when the runtime takes no more timers. */
    private fun startTimer(): Boolean {
        cancelTimer()
        val started = Timer(deadline, this).also { timer = it }
        scope.runtime.pool.schedule(started, deadline)
        return !started.isCancelled
    }

    // Outside of the lock: it runs whatever the scope and its children do when they are cancelled.
    private fun runtimeClosed() {
        scope.cancel(CancelReason.of(CancelReason.Kind.SHUTDOWN, "its runtime has been closed, and with that its timeout"))
    }

    private fun cancelTimer() {
        timer?.cancel()
        timer = null
    }

    private fun due() {
        val hasTimer = synchronized(this) {
            if (isOver || deadline == NO_DEADLINE) return
            isOver = scope.runtime.platform.nanoTime() >= deadline
            isOver || startTimer()
        }
        when {
            !hasTimer -> runtimeClosed()
            isOver -> scope.timedOut(given?.let { "after $it" } ?: "at its deadline, ${deadline.nanoseconds} on the clock of the runtime")
        }
    }

    /** The scope has ended. */
    fun end(): Unit = synchronized(this) {
        isOver = true
        cancelTimer()
    }
}

/** Reports a task that was cancelled and does not end (row R16). */
internal class Overdue(@Volatile private var scope: ScopeJob<*>?, private val after: Duration) : TimerEntry() {
    fun start() {
        val runtime = scope?.runtime ?: return
        runtime.pool.schedule(this, runtime.platform.deadlineAfter(after.inWholeNanoseconds))
    }

    override fun run() {
        val task = scope?.takeUnless { it.isCompleted } ?: return
        val stack =
            task.stackOrNull()?.joinToString("") { "\n\tat $it" } ?: "; it stands on no thread of its own, so there is no stack to show"
        task.runtime.warn("$task has not ended $after after it was cancelled; ${task.awaitedBy} waits for it$stack")
    }

    override fun onCancelled() {
        scope = null
    }
}

/** A task whose failure somebody may hear of. */
internal interface Hearable {
    val runtime: DuotoneRuntime

    /** Somebody waits for the outcome of this very task, or has seen it. */
    val isAwaited: Boolean

    fun reportUncaught(failure: Throwable)
}

/**
 * A failure that concerns nobody but the task itself. Whoever holds the task has a moment to look at it, since it may well have failed before
 * anybody came to wait for it; then it goes to the uncaught handler (row C18).
 */
internal class Unheard(private val task: Hearable, private val failure: Throwable) :
    TimerEntry(),
    RuntimeTimer {
    private val isReported = AtomicBoolean()

    fun start() {
        // Also when somebody waits for it now: that one may be cancelled before it hears.
        val runtime = task.runtime
        runtime.pool.schedule(this, runtime.platform.deadlineAfter(MOMENT.inWholeNanoseconds))
        if (isCancelled) run()
    }

    /** Twice when the runtime is closed meanwhile. */
    override fun run() {
        if (!task.isAwaited && !isReported.getAndSet(true)) task.reportUncaught(failure)
    }

    override fun runtimeClosed() {
        run()
    }

    private companion object {
        val MOMENT = 1.seconds
    }
}
