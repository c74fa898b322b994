package io.duotone.coroutines.sync

import io.duotone.coroutines.OtherFace
import io.duotone.coroutines.context.checkpoint
import io.duotone.sync.SyncStatistics
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration

/**
 * A flag that coroutines wait for (rows T9, Y19, S40, C19).
 *
 * ```kotlin
 * val ready = Event()
 * spawn { ready.await(); serve() }
 * load()
 * ready.set()
 * ```
 * **Threads**: all members may be used from any thread, of a runtime or not.
 *
 * **Memory**: what was done before [set] happens-before whoever it releases, and whoever finds the event set, goes on.
 *
 * **Fairness**: [set] releases everybody who waits, in the order in which they came; on several workers they go on at the same time.
 */
public class Event(isSet: Boolean = false) {
    private val gate = Gate(isSet)
    internal val otherFace = OtherFace()

    /** Whether the event is set. It may be cleared by another as soon as this has been looked at. */
    public val isSet: Boolean get() = gate.isOpen

    /** Sets the event and releases all who wait, also when it is cleared at once; true when it was not set before. */
    public fun set(): Boolean = gate.open()

    /** Clears the event: from now on [await] waits; true when it was set before. */
    public fun clear(): Boolean = gate.close()

    /**
     * Returns when the event is set; at once when it is.
     *
     * **Cancellation**: looked at first; takes the coroutine out of the queue.
     */
    public suspend fun await() {
        checkpoint()
        if (!isSet) gate.enqueue(Unit)
    }

    /**
     * As [await], at most for [timeout]; false when that was not enough. What has come just in time counts, also when the event was cleared
     * at once.
     *
     * @param timeout zero or less: looks once, without waiting; rounded up to milliseconds
     */
    public suspend fun await(timeout: Duration): Boolean {
        checkpoint()
        var isReleased = isSet
        if (!isReleased) {
            withTimeoutOrNull(timeout) {
                await()
                isReleased = true
            }
        }
        return isReleased || isSet
    }

    /** How many wait; nobody holds an event. */
    public fun statistics(): SyncStatistics = SyncStatistics(0, gate.waitingNow())

    override fun toString(): String = "Event(${if (isSet) "set" else "not set, ${statistics().waiting()} waiting"})"

    private class Gate(isOpen: Boolean) : WaitQueue<Unit>() {
        @Volatile
        var isOpen: Boolean = isOpen
            private set

        fun open(): Boolean = change { !isOpen.also { isOpen = true } }

        fun close(): Boolean = change { isOpen.also { isOpen = false } }

        override fun take(request: Unit): Boolean = isOpen

        override fun putBack(request: Unit) {}
    }
}
