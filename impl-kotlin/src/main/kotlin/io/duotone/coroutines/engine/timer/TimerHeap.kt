package io.duotone.coroutines.engine.timer

import io.duotone.coroutines.engine.platform.NO_DEADLINE
import java.lang.invoke.MethodHandles
import java.lang.invoke.VarHandle
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/**
 * The timers of one worker: a [TimerTree] with a lock, and what makes firing and cancelling race safely.
 *
 * Normally the worker alone uses it and the lock is uncontended; any thread may add and cancel, and a monitor may collect when the worker
 * is stuck.
 *
 * | field     | who writes      | who reads           | guard or memory mode                                                   |
 * |-----------|-----------------|---------------------|------------------------------------------------------------------------|
 * | tree      | lock holder     | lock holder         | lock                                                                   |
 * | sequence  | lock holder     | lock holder         | lock                                                                   |
 * | closed    | lock holder     | lock holder         | lock                                                                   |
 * | size      | lock holder     | any                 | the size of the tree, opaque: a view that orders nothing               |
 * | earliest  | lock holder     | any                 | volatile: between "add, see who is parked" and "park, see what is due" |
 * | cancelled | cancel, packing | cancel, lock holder | volatile, atomic add                                                   |
 *
 * Cancelling marks the entry and then counts, so the count may lag behind, and be below zero for a moment. Cancelled entries leave when
 * they come to the top, or all together, in linear time, once they are more than half of a heap of [packMin] and more: each packing is
 * paid for by the cancels before it.
 *
 * Lock order: the lock of an injection queue may be taken under this one (by the [DueSink]), never the other way round.
 */
internal class TimerHeap(private val packMin: Int = DEFAULT_PACK_MIN) {
    private val lock = ReentrantLock()
    private val tree = TimerTree()
    private var sequence = 0
    private var closed = false

    @Volatile
    private var cancelled = 0

    /** How many entries are here, those cancelled but not yet forgotten included; a moment's view for any thread. */
    @Volatile
    var size: Int = 0
        private set

    /**
     * The earliest deadline, [NO_DEADLINE] when there is none. It may be too early, when that entry was cancelled, never too late. Any
     * thread.
     */
    @Volatile
    var earliest: Long = NO_DEADLINE
        private set

    /**
     * Any thread: [entry] will be due at [deadline], in nanoseconds of the runtime's clock. True when it became the earliest of all, so
     * that a worker which sleeps until the earliest must be woken. An entry that was cancelled is not added. After [close] the entry is
     * cancelled without a call of its hook: see [TimerEntry.isCancelled].
     */
    fun add(entry: TimerEntry, deadline: Long): Boolean = lock.withLock {
        if (!entry.markPending(this, sequence)) return false
        if (closed) {
            entry.markDropped()
            return false
        }
        sequence += 1
        if (mostAreCancelled()) pack()
        tree.add(entry, deadline)
        setSizeOpaque(tree.size)
        if (deadline >= earliest) return false
        earliest = deadline
        true
    }

    /**
     * Hands over to [sink] what is due at [now], in the order of the deadlines, [limit] entries at most, and returns how many. Takes the
     * lock once, and calls [sink] under it. When the limit cut it short, [earliest] is still not after [now].
     */
    fun collectDue(now: Long, sink: DueSink, limit: Int = Int.MAX_VALUE): Int {
        if (earliest > now) return 0
        return lock.withLock { collect(now, sink, limit) }
    }

    /** As [collectDue], but gives up and returns 0 when somebody else holds the lock: for the monitor. */
    fun tryCollectDue(now: Long, sink: DueSink, limit: Int = Int.MAX_VALUE): Int {
        if (earliest > now || !lock.tryLock()) return 0
        try {
            return collect(now, sink, limit)
        } finally {
            lock.unlock()
        }
    }

    /**
     * Takes every entry out and hands those that were pending to [sink], now cancelled (without a call of their hook), outside the lock.
     * Later adds are refused.
     */
    fun close(sink: DueSink) {
        val dropped = ArrayList<TimerEntry>()
        lock.withLock {
            closed = true
            val all = tree.size
            tree.retain { entry ->
                if (entry.markDropped()) dropped.add(entry)
                false
            }
            addCancelled(dropped.size - all)
            publish()
        }
        for (entry in dropped) sink.due(entry)
    }

    /** Called by [TimerEntry.cancel] after it has won, from any thread. */
    fun noteCancelled() {
        addCancelled(1)
        // A heap that nobody adds to or collects from would keep its cancelled entries for as long as they would have slept.
        if (!mostAreCancelled() || !lock.tryLock()) return
        try {
            if (mostAreCancelled()) pack()
        } finally {
            lock.unlock()
        }
    }

    private fun mostAreCancelled(): Boolean {
        val all = size
        return all >= packMin && cancelled > all / 2
    }

    private fun collect(now: Long, sink: DueSink, limit: Int): Int {
        var fired = 0
        var gone = 0
        try {
            while (true) {
                val first = tree.first ?: break
                // Cancelled ones go even when not due: the worker shall not wake up for them.
                if (first.isPending && (tree.firstDeadline > now || fired == limit)) break
                tree.removeFirst()
                if (first.markFired()) {
                    fired += 1
                    sink.due(first)
                } else {
                    gone += 1
                }
            }
        } finally {
            if (gone > 0) addCancelled(-gone)
            tree.shrink()
            publish()
        }
        return fired
    }

    /** Forgets the cancelled entries. */
    private fun pack() {
        val all = tree.size
        tree.retain { it.isPending }
        addCancelled(tree.size - all)
        publish()
    }

    private fun publish() {
        setSizeOpaque(tree.size)
        val now = tree.firstDeadline
        if (now != earliest) earliest = now
    }

    private fun addCancelled(count: Int): Int = CANCELLED.getAndAdd(this, count) as Int

    private fun setSizeOpaque(value: Int) = SIZE.setOpaque(this, value)

    companion object {
        const val DEFAULT_PACK_MIN: Int = 64

        // The lookup must be made here, where the class itself is the caller.
        private val LOOKUP = MethodHandles.lookup()
        private val CANCELLED: VarHandle = LOOKUP.findVarHandle(TimerHeap::class.java, "cancelled", Int::class.javaPrimitiveType)
        private val SIZE: VarHandle = LOOKUP.findVarHandle(TimerHeap::class.java, "size", Int::class.javaPrimitiveType)
    }
}
