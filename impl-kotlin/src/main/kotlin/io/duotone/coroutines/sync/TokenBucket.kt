package io.duotone.coroutines.sync

import io.duotone.coroutines.engine.platform.LATEST_DEADLINE

/**
 * How many permits a rate leaves: arithmetic alone, in nanoseconds of the clock of a runtime, and exact. Whoever owns it guards it.
 *
 * A permit comes every `per / permits` nanoseconds, up to `burst` of them. All there is to know is when the bucket would be full again: each
 * permit that is taken moves that on by the time it takes to come, and n can be taken once no more than `burst - n` are missing. The time is
 * kept as whole nanoseconds and a part of one, counted in `permits` to the nanosecond, so that nothing is lost to rounding.
 */
internal class TokenBucket(private val permits: Int, private val per: Long, val burst: Int, now: Long) {
    private var fullAt = now
    private var fullAtPart = 0L

    /** Takes [n] permits, at most [burst], if they are there at [now]. */
    fun take(n: Int, now: Long): Boolean {
        if (dueAt(n.toLong(), now) > now) return false
        if (fullAt < now) {
            fullAt = now
            fullAtPart = 0
        }
        val part = fullAtPart + partOf(n.toLong())
        fullAt += wholeOf(n.toLong()) + part / permits
        fullAtPart = part % permits
        return true
    }

    /** As if these had not been taken. */
    fun giveBack(n: Int) {
        val part = fullAtPart - partOf(n.toLong())
        fullAt -= wholeOf(n.toLong()) - Math.floorDiv(part, permits.toLong())
        fullAtPart = Math.floorMod(part, permits.toLong())
    }

    /** When [n] permits, which may be more than [burst], will have come if others take none; [now] or before: they are there. */
    fun dueAt(n: Long, now: Long): Long {
        val isFull = fullAt < now
        val from = if (isFull) now else fullAt
        val fromPart = if (isFull) 0 else fullAtPart
        if (n <= burst) {
            val missing = burst - n
            return from - wholeOf(missing) + if (fromPart > partOf(missing)) 1 else 0
        }
        val more = n - burst
        if (more / permits > (LATEST_DEADLINE - from) / per - 1) return LATEST_DEADLINE
        val part = fromPart + partOf(more)
        return minOf(LATEST_DEADLINE, from + wholeOf(more) + (part + permits - 1) / permits)
    }

    /** How many can be taken at [now]. */
    fun available(now: Long): Int {
        var low = 0
        var high = burst
        while (low < high) {
            val middle = high - (high - low) / 2
            if (dueAt(middle.toLong(), now) <= now) low = middle else high = middle - 1
        }
        return low
    }

    // The time that n permits take to come, n * per / permits, without an overflow on the way.

    private fun wholeOf(n: Long): Long {
        val round = n % permits
        return n / permits * per + per / permits * round + per % permits * round / permits
    }

    private fun partOf(n: Long): Long = per % permits * (n % permits) % permits
}
