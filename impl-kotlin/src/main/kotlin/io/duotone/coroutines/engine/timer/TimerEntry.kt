package io.duotone.coroutines.engine.timer

import java.lang.invoke.MethodHandles
import java.lang.invoke.VarHandle

/**
 * Something to run at a deadline: the subclass carries the action, and [run] is called by a worker, some time after the entry was handed
 * over as due.
 *
 * An entry is in at most one heap, once. One that has fired may be added again, one that was cancelled may not.
 *
 * ```
 *          add                 collectDue
 *  IDLE ---------> PENDING -------------------> FIRED
 *   |                | ^                          |
 *   | cancel         | +------------- add --------+
 *   v                | cancel, close
 *  CANCELLED <-------+
 * ```
 * No-ops: cancel of FIRED and CANCELLED (false), add of CANCELLED (not added).
 *
 * | field | who writes                                          | who reads | guard or memory mode                           |
 * |-------|-----------------------------------------------------|-----------|------------------------------------------------|
 * | word  | add, collect: under the heap's lock; cancel: by CAS | any       | volatile; plain in the heap for the sequence   |
 * | heap  | add                                                 | cancel    | plain, published by the CAS of word to PENDING |
 *
 * The word is 32 bits, packed to keep a sleeping task small (an entry with one reference of its own is 24 bytes):
 *
 * | bits | what                                                                                     |
 * |------|------------------------------------------------------------------------------------------|
 * | 0-1  | the state                                                                                |
 * | 2-31 | the order in which it was added, wrapping around; decides between equal deadlines         |
 */
internal abstract class TimerEntry : Runnable {
    @Volatile
    private var word = IDLE

    private var heap: TimerHeap? = null

    val isPending: Boolean get() = stateOf(word) == PENDING

    val isCancelled: Boolean get() = stateOf(word) == CANCELLED

    /**
     * Any thread, lock-free: takes the entry out of the race to fire. True when this call did it, and then [run] is never called; false
     * when it has been handed over as due or was cancelled before. The heap forgets the entry later, so whatever [run] refers to should be
     * let go in [onCancelled].
     */
    fun cancel(): Boolean {
        while (true) {
            val seen = word
            val state = stateOf(seen)
            if (state == FIRED || state == CANCELLED) return false
            if (!casWord(seen, withState(seen, CANCELLED))) continue
            onCancelled()
            if (state == PENDING) heap?.noteCancelled()
            return true
        }
    }

    /**
     * Called once by the [cancel] that won, on its thread: drop references here, the heap may hold the entry for a while. Must not throw.
     */
    protected open fun onCancelled() {}

    /** Under the heap's lock: to PENDING with the order [sequence]; false when it was cancelled before. */
    fun markPending(heap: TimerHeap, sequence: Int): Boolean {
        while (true) {
            val seen = word
            when (stateOf(seen)) {
                CANCELLED -> return false
                PENDING -> throw IllegalStateException("the timer is in a heap already: $this")
            }
            this.heap = heap
            if (casWord(seen, pack(sequence, PENDING))) return true
        }
    }

    /** Under the heap's lock: to FIRED; false when it was cancelled. */
    fun markFired(): Boolean = leavePending(FIRED)

    /** Under the heap's lock, when the heap is closed: to CANCELLED, without [onCancelled]; false when it was cancelled before. */
    fun markDropped(): Boolean = leavePending(CANCELLED)

    private fun leavePending(state: Int): Boolean {
        val seen = word
        // From PENDING the only other way out is cancel, after which there is no way back: one attempt is enough.
        return stateOf(seen) == PENDING && casWord(seen, withState(seen, state))
    }

    /** Under the heap's lock: whether this was added before [other]. Right as long as fewer than 2^29 were added in between. */
    fun isOlderThan(other: TimerEntry): Boolean = (wordPlain() and SEQUENCE_MASK) - (other.wordPlain() and SEQUENCE_MASK) < 0

    // Pairs with nothing: the sequence was written under the lock that the caller holds, and cancel's CAS leaves it as it is.
    private fun wordPlain(): Int = WORD.get(this) as Int

    private fun casWord(expected: Int, value: Int): Boolean = WORD.compareAndSet(this, expected, value)

    companion object {
        const val IDLE: Int = 0
        const val PENDING: Int = 1
        const val FIRED: Int = 2
        const val CANCELLED: Int = 3

        private const val STATE_BITS = 2
        private const val STATE_MASK = (1 shl STATE_BITS) - 1
        private const val SEQUENCE_MASK = STATE_MASK.inv()

        fun pack(sequence: Int, state: Int): Int = (sequence shl STATE_BITS) or state

        fun stateOf(word: Int): Int = word and STATE_MASK

        fun withState(word: Int, state: Int): Int = (word and SEQUENCE_MASK) or state

        private val WORD: VarHandle = MethodHandles.lookup().findVarHandle(TimerEntry::class.java, "word", Int::class.javaPrimitiveType)
    }
}

/** Takes entries that are due. Called under the heap's lock: it may push to a queue, and nothing else. */
internal fun interface DueSink {
    fun due(entry: TimerEntry)
}
