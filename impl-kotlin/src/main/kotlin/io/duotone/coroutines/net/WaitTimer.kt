package io.duotone.coroutines.net

import io.duotone.coroutines.engine.platform.NO_DEADLINE
import io.duotone.coroutines.engine.platform.deadlineAfter
import io.duotone.coroutines.engine.scheduler.WorkerPool
import io.duotone.coroutines.engine.timer.TimerEntry
import kotlin.time.Duration

/**
 * Wakes the waiter of one direction of a channel at its deadline, by [nudge]; the waiter then looks at the clock.
 *
 * A timer that fires early does no harm, so the one already running is kept for every later wait whose deadline is not before its
 * own: a connection that receives with the same limit over and over costs the timers one entry per limit passed, not one per
 * receive.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | current | the waiter, who holds the turn of its direction | the waiter; whoever closes | volatile |
 */
internal class WaitTimer(private val pool: WorkerPool, private val nudge: Runnable) {
    private class Entry(val deadline: Long, private var nudge: Runnable?) : TimerEntry() {
        override fun run() {
            nudge?.run()
        }

        override fun onCancelled() {
            nudge = null
        }
    }

    @Volatile
    private var current: Entry? = null

    /** Sees to it that the waiter is nudged at [deadline], or before. Nothing to do for [NO_DEADLINE]. */
    fun wakeBy(deadline: Long) {
        if (deadline == NO_DEADLINE) return
        val running = current
        if (running != null) {
            if (running.isPending && running.deadline <= deadline) return
            running.cancel()
        }
        val entry = Entry(deadline, nudge)
        current = entry
        pool.schedule(entry, deadline)
    }

    /** Lets go of the timer that still runs. Any thread. */
    fun cancel() {
        current?.cancel()
    }

    companion object {
        /** When [timeout] from now is, on the clock of the pool. */
        fun deadlineAfter(pool: WorkerPool, timeout: Duration): Long =
            if (timeout == Duration.INFINITE) NO_DEADLINE else pool.platform.deadlineAfter(timeout.inWholeNanoseconds.coerceAtLeast(0))
    }
}
