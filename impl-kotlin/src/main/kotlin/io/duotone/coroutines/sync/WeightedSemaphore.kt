package io.duotone.coroutines.sync

import io.duotone.WouldBlockException
import io.duotone.sync.SyncStatistics
import kotlinx.coroutines.sync.Semaphore
import kotlin.time.Duration

/**
 * A semaphore of kotlinx that also gives several permits at once, may begin without any, and tells who waits (rows T35, Y21, S39, C20).
 *
 * ```kotlin
 * val memory = WeightedSemaphore(megabytes)
 * memory.withPermits(image.megabytes) { image.scale() }
 * ```
 * **Fairness**: first come, first served. One that wants many permits is not passed by those who want few: they wait behind it.
 *
 * **Cancellation**: a cancelled wait takes nothing, also when its permits had been handed over already: they go to the next.
 *
 * **Threads**: all members may be used from any thread. Permits have no owner: another coroutine may release them.
 *
 * **Memory**: what was done before a release happens-before whoever gets its permits goes on.
 *
 * @param permits those that are free at first; zero or more
 * @param limit the most that can be free at a time; at least 1, and no less than [permits]
 */
public class WeightedSemaphore @JvmOverloads constructor(permits: Int, public val limit: Int = permits) : Semaphore {
    init {
        require(limit >= 1) { "a semaphore with a limit of $limit permits would never let anybody in: give it at least 1" }
        require(permits in 0..limit) { "$permits permits are free at first, but it must be between 0 and the limit of $limit" }
    }

    private val permits = Permits(permits)

    /** The permits that are free. Others may take them as soon as this has been looked at. */
    override val availablePermits: Int get() = permits.free

    /** Waits for a permit and takes it. **Cancellation**: looked at first, and see the class. */
    override suspend fun acquire() {
        permits.awaitTurn(1)
    }

    /**
     * Waits until [permits] permits are free, and takes them together (row C20).
     *
     * **Cancellation**: looked at first, and see the class. **Errors**: [IllegalArgumentException] for less than one, or more than [limit].
     */
    public suspend fun acquire(permits: Int) {
        this.permits.awaitTurn(checked(permits))
    }

    /**
     * As [acquire], at most for [timeout].
     *
     * **Errors**: [java.util.concurrent.TimeoutException] when that was not enough; then nothing has been taken.
     *
     * @param timeout zero or less: tries once, without waiting; rounded up to milliseconds
     */
    public suspend fun acquire(permits: Int, timeout: Duration) {
        checked(permits)
        within(timeout, this, { tryAcquire(permits) }, { acquire(permits) }, { release(permits) })
    }

    /** Takes a permit if one is free and nobody waits; else false. */
    override fun tryAcquire(): Boolean = permits.tryTake(1)

    /** Takes [permits] permits if they are free and nobody waits; else false. */
    public fun tryAcquire(permits: Int): Boolean = this.permits.tryTake(checked(permits))

    /** Takes [permits] permits now, or throws [WouldBlockException] (rows T33, T35). */
    public fun acquireOrThrow(permits: Int = 1) {
        if (!tryAcquire(permits)) throw WouldBlockException("cannot take $permits permits without waiting: $this")
    }

    /** Gives a permit back. **Errors**: [IllegalStateException] when [limit] are free already. */
    override fun release() {
        release(1)
    }

    /** Gives [permits] permits back. **Errors**: [IllegalStateException] when more than [limit] would be free; then none is. */
    public fun release(permits: Int) {
        this.permits.giveBack(checked(permits))
    }

    /** Runs [block] with [permits] permits, and gives them back however it ends. */
    public suspend inline fun <T> withPermits(permits: Int, block: () -> T): T {
        acquire(permits)
        try {
            return block()
        } finally {
            release(permits)
        }
    }

    /** The permits that are taken, and how many coroutines wait. */
    public fun statistics(): SyncStatistics = permits.statistics()

    override fun toString(): String = statistics().let {
        "Semaphore(${limit - it.holders()} of $limit permits free, ${it.waiting()} waiting)"
    }

    /** What follows a [tryAcquire] in vain; the continuation of the caller is what waits. */
    internal suspend fun enqueue(permits: Int): Any = this.permits.enqueue(permits)

    private fun checked(permits: Int): Int {
        require(permits in 1..limit) { "$permits permits: it must be between 1 and $limit, the limit of this semaphore" }
        return permits
    }

    private inner class Permits(free: Int) : WaitQueue<Int>() {
        @Volatile
        var free = free
            private set

        override fun take(request: Int): Boolean {
            if (request > free) return false
            free -= request
            return true
        }

        override fun putBack(request: Int) {
            // Permits have no owner: somebody else may have released these meanwhile.
            free += minOf(request, limit - free)
        }

        fun giveBack(permits: Int) {
            change {
                check(permits <= limit - free) {
                    "$permits permits are released, but $free of $limit are free already: release what was acquired, once"
                }
                free += permits
            }
        }

        fun statistics() = synchronized(this) { SyncStatistics(limit - free, waiting) }
    }
}
