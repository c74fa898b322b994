package io.duotone.coroutines.sync

import io.duotone.coroutines.OtherFace
import io.duotone.coroutines.context.checkpoint
import io.duotone.sync.SyncStatistics

/**
 * Lets nobody pass before so many have arrived, and from then on everybody (rows T36, Y23, C21). One that closes again is a [CyclicBarrier].
 *
 * ```kotlin
 * val allConnected = Barrier(3)
 * repeat(3) { spawn { connect(); allConnected.await(); serve() } }
 * ```
 * **Cancellation**: whoever has arrived stays arrived: no index is given twice, and the others wait for no replacement.
 *
 * **Threads**: all members may be used from any thread, of a runtime or not.
 *
 * **Memory**: what was done before an arrival happens-before whoever passes, once it is open, goes on.
 *
 * **Fairness**: those who wait go on in the order in which they arrived.
 *
 * @param parties how many must arrive; at least 1
 */
public class Barrier(public val parties: Int) {
    init {
        requireParties(parties)
    }

    private val gate = Gate(parties)
    internal val otherFace = OtherFace()

    /** How many have arrived, late ones and those who did not wait among them; no more than [Int.MAX_VALUE]. */
    public val arrivals: Int get() = gate.arrivals

    /** Whether enough have arrived. It does not close again. */
    public val isOpen: Boolean get() = gate.isOpen

    /** Arrives without waiting. Returns how many had arrived before. */
    public fun arrive(): Int = gate.arrive()

    /**
     * Arrives, and returns when enough have: at once if this is the last, or late.
     *
     * **Cancellation**: looked at first, and then it has not arrived; later, see the class.
     *
     * @return how many had arrived before: 0 for the first
     */
    public suspend fun await(): Int {
        checkpoint()
        val index = gate.arrive()
        if (!gate.isOpen) gate.enqueue(Unit)
        return index
    }

    /** How many wait; nobody holds a barrier. */
    public fun statistics(): SyncStatistics = SyncStatistics(0, gate.waitingNow())

    override fun toString(): String = gate.state().let { (arrived, waiting) ->
        if (arrived >= parties) "Barrier(open, $arrived arrived)" else "Barrier($arrived of $parties arrived, $waiting waiting)"
    }

    private class Gate(private val parties: Int) : WaitQueue<Unit>() {
        @Volatile
        var arrivals = 0
            private set

        val isOpen: Boolean get() = arrivals >= parties

        fun arrive(): Int = change { arrivals.also { if (it < Int.MAX_VALUE) arrivals = it + 1 } }

        fun state(): Pair<Int, Int> = synchronized(this) { arrivals to waiting }

        override fun take(request: Unit): Boolean = isOpen

        override fun putBack(request: Unit) {}
    }
}

internal fun requireParties(parties: Int) {
    require(parties >= 1) { "a barrier for $parties would be open before anybody came: at least 1 must arrive" }
}
