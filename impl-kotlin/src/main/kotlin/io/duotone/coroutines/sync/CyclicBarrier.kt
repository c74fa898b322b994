package io.duotone.coroutines.sync

import io.duotone.coroutines.OtherFace
import io.duotone.coroutines.context.checkpoint
import io.duotone.sync.SyncStatistics

/**
 * Lets those who arrive go on together, so many at a time, and begins anew (row C21).
 *
 * ```kotlin
 * val step = CyclicBarrier(workers) { board.swap() }
 * repeat(workers) { n -> spawn { while (true) { compute(n); step.await() } } }
 * ```
 * The last to arrive runs [action], and then all go on. Who arrives meanwhile belongs to the next round.
 *
 * **Cancellation**: a cancelled wait takes its arrival back: the round then waits for one more. Once the last has arrived it is too late for
 * that, and the others go on.
 *
 * **Errors**: what [action] throws is thrown to all of its round; the next round begins as ever.
 *
 * **Threads**: all members may be used from any thread, of a runtime or not. [action] runs on that of the last to arrive, so it must not
 * block.
 *
 * **Memory**: what was done before an arrival happens-before [action], and that before those of the round go on.
 *
 * **Fairness**: a round is of those who arrived first, and they go on in that order.
 *
 * @param parties how many go on together; at least 1
 */
public class CyclicBarrier @JvmOverloads constructor(public val parties: Int, private val action: () -> Unit = {}) {
    init {
        requireParties(parties)
    }

    // Guarded by this, as are the arrivals of the round until it is complete. Its own lock is taken before this one, never after.
    private var round = Round()
    internal val otherFace = OtherFace()

    /** How many have arrived in this round; less than [parties]. */
    public val arrivals: Int get() = synchronized(this) { round.arrivals.size }

    /**
     * Arrives, and returns when all of the round have and [action] has run.
     *
     * **Cancellation**: looked at first, and then it has not arrived; later, see the class. **Errors**: what [action] throws.
     *
     * @return the place in the order of arrival of those who go on together: 0 for the first, and each number once in a round
     */
    public suspend fun await(): Int {
        checkpoint()
        val arrival = arrive()
        val round = arrival.round
        if (arrival.place == parties - 1) round.open(runCatching(action).exceptionOrNull()) else round.enqueue(arrival)
        round.failure?.let { throw it }
        return arrival.place
    }

    private fun arrive(): Arrival = synchronized(this) {
        val arrival = Arrival(round)
        round.arrivals += arrival
        if (round.arrivals.size == parties) {
            round.arrivals.forEachIndexed { place, each -> each.place = place }
            round = Round()
        }
        arrival
    }

    private fun takeBack(arrival: Arrival) {
        synchronized(this) { if (arrival.round === round) round.arrivals -= arrival }
    }

    /** How many wait for their round; nobody holds a barrier. */
    public fun statistics(): SyncStatistics = SyncStatistics(0, arrivals)

    override fun toString(): String = "CyclicBarrier($arrivals of $parties arrived)"

    /** [place] is written when the round is complete, before it opens. */
    private class Arrival(val round: Round) {
        var place = NO_PLACE
    }

    private inner class Round : WaitQueue<Arrival>() {
        val arrivals = ArrayList<Arrival>()
        private var isOpen = false

        /** What the action threw. Read by those who go on. */
        var failure: Throwable? = null
            private set

        fun open(failed: Throwable?) {
            change {
                failure = failed
                isOpen = true
            }
        }

        override fun take(request: Arrival): Boolean = isOpen

        override fun putBack(request: Arrival) {}

        override fun left(request: Arrival) {
            takeBack(request)
        }
    }
}

private const val NO_PLACE = -1
