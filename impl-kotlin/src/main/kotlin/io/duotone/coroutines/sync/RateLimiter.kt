@file:JvmName("RateLimiters")

package io.duotone.coroutines.sync

import io.duotone.WouldBlockException
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.OtherFace
import io.duotone.coroutines.context.checkpoint
import io.duotone.coroutines.engine.platform.NO_DEADLINE
import io.duotone.coroutines.engine.platform.deadlineAfter
import io.duotone.coroutines.engine.scheduler.RuntimeTimer
import io.duotone.coroutines.engine.scheduler.shutdownCancellation
import io.duotone.coroutines.engine.timer.TimerEntry
import io.duotone.coroutines.runtimeOf
import io.duotone.sync.SyncStatistics
import kotlinx.coroutines.ensureActive
import java.util.concurrent.TimeoutException
import kotlin.coroutines.coroutineContext
import kotlin.time.Duration

/**
 * Lets so many [permits] go in each [per], on the clock of the calling coroutine's runtime (row C20).
 *
 * **Cancellation**: looked at first. **Errors**: [IllegalArgumentException] for less than one permit, a time that is not positive or
 * is more than 70 years, a burst of less than one, and one that would take that long to come.
 *
 * @param permits how many in that time; at least 1
 * @param per nanosecond resolution
 * @param burst how many can be saved up for later, and the most that can be taken at once; at least 1. They are there at first
 */
public suspend fun rateLimiter(permits: Int, per: Duration, burst: Int = permits): RateLimiter {
    coroutineContext.ensureActive()
    return runtimeOf(coroutineContext).rateLimiter(permits, per, burst)
}

/** As [rateLimiter] in a coroutine, on the clock of this runtime. */
public fun DuotoneRuntime.rateLimiter(
    permits: Int,
    per: Duration,
    burst: Int = permits
): RateLimiter = RateLimiter(this, permits, per, burst)

/**
 * Slows work down to a rate (row C20): made by [rateLimiter], and nothing to close. Permits come one by one, evenly over the time, and are
 * not given back; those that nobody wants are saved up as far as the burst allows. So in any time there go no more than the burst and what
 * the rate gives in that time. There is a timer only while somebody waits.
 *
 * ```kotlin
 * val calls = rateLimiter(100, 1.seconds, burst = 20)
 * for (order in orders) {
 *     calls.acquire()
 *     spawn { submit(order) }
 * }
 * ```
 * **Fairness**: first come, first served. One that wants many permits is not passed by those who want few: they wait behind it.
 *
 * **Cancellation**: a cancelled wait takes nothing, also when its permits had come already: they are there for the next.
 *
 * **Errors**: a wait is cancelled with a reason of kind [SHUTDOWN][io.duotone.CancelReason.Kind.SHUTDOWN] when the runtime is closed.
 *
 * **Threads**: all members may be used from any thread, of the runtime or not.
 *
 * | field | written by | read by | guard |
 * |---|---|---|---|
 * | bucket; timer, ahead, isRefused of the turns | whoever takes, waits, leaves; the timer | same | turns |
 * | otherFace | see its class | | |
 */
public class RateLimiter internal constructor(
    internal val runtime: DuotoneRuntime,
    public val permits: Int,
    public val per: Duration,
    public val burst: Int,
) {
    init {
        require(permits >= 1) { "a rate of $permits permits would never let anybody go: give it at least 1" }
        require(per.isPositive() && per.inWholeNanoseconds <= LONGEST) {
            "$permits permits per $per is no rate: the time must be more than zero, and at most 70 years"
        }
        require(burst >= 1) { "a burst of $burst permits would never let anybody go: give it at least 1" }
        require(burst.toDouble() / permits * per.inWholeNanoseconds <= LONGEST) {
            "a burst of $burst permits takes more than 70 years to come at $permits per $per: make it smaller"
        }
    }

    private val now: Long get() = runtime.platform.nanoTime()
    private val turns = Turns(TokenBucket(permits, per.inWholeNanoseconds, burst, now))
    internal val otherFace = OtherFace()

    /** The permits that could be taken now if nobody waited. */
    public val available: Int get() = turns.available()

    /**
     * Waits until [permits] permits have come, and takes them.
     *
     * **Cancellation**: looked at first, and see the class. **Errors**: [IllegalArgumentException] for less than one, or more than [burst].
     */
    public suspend fun acquire(permits: Int = 1) {
        turns.awaitTurn(Request(checked(permits), NO_DEADLINE))
    }

    /**
     * As [acquire], but fails at once when the permits would come later than [timeout] from now, with all who wait before. So it never waits
     * in vain.
     *
     * **Errors**: [TimeoutException]; then nothing has been taken.
     *
     * @param timeout zero or less: takes them only when they are there; nanosecond resolution
     */
    public suspend fun acquire(permits: Int, timeout: Duration) {
        val request = request(permits, timeout)
        checkpoint()
        if (!turns.tryTake(request)) turns.enqueue(request)
    }

    /** Takes [permits] permits if they are there and nobody waits; else false. */
    public fun tryAcquire(permits: Int = 1): Boolean = turns.tryTake(Request(checked(permits), NO_DEADLINE))

    /** Takes [permits] permits now, or throws [WouldBlockException] (row T33). */
    public fun acquireOrThrow(permits: Int = 1) {
        if (!tryAcquire(permits)) throw WouldBlockException("cannot take $permits permits without waiting: $this")
    }

    /** How many wait; permits of a rate are not held. */
    public fun statistics(): SyncStatistics = SyncStatistics(0, turns.waitingNow())

    override fun toString(): String =
        "RateLimiter($permits per $per, $available of $burst permits there, ${turns.waitingNow()} waiting)"

    private fun checked(permits: Int): Int {
        require(permits in 1..burst) { "$permits permits: it must be between 1 and $burst, the burst of this limiter" }
        return permits
    }

    // For the other face.

    internal fun request(permits: Int, timeout: Duration = Duration.INFINITE): Request =
        Request(checked(permits), if (timeout == Duration.INFINITE) NO_DEADLINE else deadlineIn(timeout))

    private fun deadlineIn(timeout: Duration) = runtime.platform.deadlineAfter(timeout.inWholeNanoseconds.coerceAtLeast(0))

    internal fun tryTake(request: Request): Boolean = turns.tryTake(request)

    internal suspend fun enqueue(request: Request): Any = turns.enqueue(request)

    internal fun giveBack(request: Request) {
        turns.change { turns.putBack(request) }
    }

    /** What somebody waits for, not longer than until [latest]. */
    internal class Request(val permits: Int, val latest: Long)

    private inner class Turns(private val bucket: TokenBucket) : WaitQueue<Request>() {
        private var timer: Timer? = null

        /** What those who wait want, together. */
        private var ahead = 0L

        /** Whether the runtime takes no more timers. */
        @Volatile
        private var isRefused = false

        fun available(): Int = synchronized(this) { bucket.available(now) }

        override fun take(request: Request): Boolean = bucket.take(request.permits, now)

        public override fun putBack(request: Request) {
            bucket.giveBack(request.permits)
        }

        override fun joins(request: Request) {
            if (request.latest != NO_DEADLINE) {
                val isInTime = bucket.dueAt(ahead + request.permits, now) <= request.latest
                if (!isInTime) throw TimeoutException("${request.permits} permits would come later than the timeout: ${this@RateLimiter}")
            }
            ahead += request.permits
        }

        override fun left(request: Request) {
            ahead -= request.permits
        }

        override fun nextIs(request: Request?) {
            val at = if (request == null) NO_DEADLINE else bucket.dueAt(request.permits.toLong(), now)
            if (at == (timer?.at ?: NO_DEADLINE)) return
            timer?.cancel()
            timer = if (request == null) null else Timer(this, at).also(::schedule)
        }

        private fun schedule(started: Timer) {
            runtime.pool.schedule(started, started.at)
            if (started.isCancelled) isRefused = true
        }

        fun due(fired: Timer) {
            change { if (timer === fired) timer = null }
        }

        override fun queued(request: Request) {
            changed()
        }

        override fun changed() {
            if (isRefused) closed()
        }

        fun closed() {
            cancelAll(shutdownCancellation())
        }
    }

    /**
     * | field | written by | read by | mode |
     * |---|---|---|---|
     * | turns | the one that cancels (null) | the one that runs or drops it | plain: only one of these happens, by the entry's state |
     */
    private class Timer(private var turns: Turns?, val at: Long) :
        TimerEntry(),
        RuntimeTimer {
        override fun run() {
            turns?.due(this)
        }

        override fun runtimeClosed() {
            turns?.closed()
        }

        override fun onCancelled() {
            turns = null
        }
    }
}

/** In nanoseconds: far from the end of the clock, also after such a wait. */
private const val LONGEST = 1L shl 61
