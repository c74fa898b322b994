package io.duotone.coroutines.time

import io.duotone.MissedTicks
import io.duotone.coroutines.engine.platform.LATEST_DEADLINE

/**
 * When an interval ticks (rows T31, C24): arithmetic alone, in nanoseconds of the clock of the runtime. Whoever owns it guards it.
 *
 * ```
 *                            take
 *   deadline ---------------------------------> the next deadline, and the tick
 *       ^                                           |
 *       +------- giveBack, while it is the last ----+
 * ```
 */
internal class TickSchedule(val period: Long, at: Long, private val missed: MissedTicks) {
    /** When the next tick is due. */
    var deadline: Long = at
        private set

    private var last: Tick? = null

    /**
     * Takes the tick that is due at [now], at its deadline or later. One that [hasWaited] for it is on time until a whole period has
     * passed, since waking up takes a moment; one that comes after the deadline is late.
     */
    fun take(now: Long, hasWaited: Boolean): Tick {
        val behind = now - deadline
        val isLate = if (hasWaited) behind >= period else behind > 0
        val tick = Tick(deadline, behind / period)
        deadline = if (isLate) afterLate(now, behind) else later(deadline)
        last = tick
        return tick
    }

    private fun afterLate(now: Long, behind: Long): Long = when (missed) {
        MissedTicks.DELAY -> later(now)
        MissedTicks.BURST -> later(deadline)
        MissedTicks.SKIP -> later(now - behind % period)
    }

    private fun later(from: Long): Long = if (from >= 0 && period > LATEST_DEADLINE - from) LATEST_DEADLINE else from + period

    /** As if the tick had not been taken. Only the last can be given back. */
    fun giveBack(tick: Tick) {
        if (last !== tick) return
        last = null
        deadline = tick.deadline
    }

    fun restart(at: Long) {
        last = null
        deadline = at
    }
}

/** A tick that was due at [deadline], and how many after it were missed when it fired. */
internal class Tick(val deadline: Long, val missed: Long)
