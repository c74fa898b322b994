package io.duotone.coroutines.engine.timer

import io.duotone.coroutines.engine.platform.NO_DEADLINE
import java.util.function.Predicate

/**
 * The 4-ary heap inside a [TimerHeap], over parallel arrays: entries ordered by deadline and, for equal deadlines, by the order of adding.
 * Not thread-safe.
 *
 * The root is at index 1 and the children of i are at 4i-2 until 4i+2. Since the elements start 16 bytes into an array, the deadlines of
 * four siblings then never straddle a cache line of 64 bytes, provided the array itself is aligned to 32, as large ones are.
 *
 * What is moved about are numbers. An entry keeps one slot from its coming to its going, since each store of a reference into a large
 * array makes work for the threads of a concurrent collector, which at a million timers was more than that of the heap itself.
 *
 * | array     | indexed by | what                                                                                   |
 * |-----------|------------|----------------------------------------------------------------------------------------|
 * | deadlines | position   | up to `size`                                                                           |
 * | slots     | position   | up to `size` the slot of the entry there, above it the free slots: each exactly once   |
 * | entries   | slot       | the entry, null in a free slot                                                         |
 */
internal class TimerTree {
    private var deadlines = LongArray(MIN_CAPACITY)
    private var slots = IntArray(MIN_CAPACITY) { it }
    private var entries = arrayOfNulls<TimerEntry>(MIN_CAPACITY)

    var size: Int = 0
        private set

    val capacity: Int get() = deadlines.size

    /** The first entry, null when there is none. */
    val first: TimerEntry? get() = if (size == 0) null else entryAt(ROOT)

    /** The deadline of [first], [NO_DEADLINE] when there is none. */
    val firstDeadline: Long get() = if (size == 0) NO_DEADLINE else deadlines[ROOT]

    fun add(entry: TimerEntry, deadline: Long) {
        val last = size + 1
        if (last == capacity) resize(last + last / 2)
        size = last
        val slot = slots[last]
        entries[slot] = entry
        siftUp(last, deadline, slot)
    }

    fun removeFirst() {
        val last = size
        val freed = slots[ROOT]
        entries[freed] = null
        size = last - 1
        if (last > ROOT) siftDown(ROOT, deadlines[last], slots[last], last - 1)
        slots[last] = freed
    }

    /** Removes every entry that [keep] refuses, in linear time. */
    fun retain(keep: Predicate<TimerEntry>) {
        var kept = 0
        for (i in ROOT..size) {
            val slot = slots[i]
            val entry = entries[slot] ?: continue
            if (!keep.test(entry)) {
                entries[slot] = null
                continue
            }
            kept += 1
            deadlines[kept] = deadlines[i]
            slots[i] = slots[kept]
            slots[kept] = slot
        }
        size = kept
        order()
        shrink()
    }

    /**
     * Gives memory back after a burst: to twice of what is needed once less than an eighth is, so that growing and shrinking cannot
     * alternate.
     */
    fun shrink() {
        if (capacity > MIN_CAPACITY && size < capacity / SHRINK_BELOW) resize(maxOf(MIN_CAPACITY, size * 2))
    }

    private fun order() {
        for (i in parentOf(size) downTo ROOT) siftDown(i, deadlines[i], slots[i], size)
    }

    private fun siftUp(from: Int, deadline: Long, slot: Int) {
        var i = from
        while (i > ROOT) {
            val parent = parentOf(i)
            if (!isBefore(deadline, slot, parent)) break
            slots[i] = slots[parent]
            deadlines[i] = deadlines[parent]
            i = parent
        }
        slots[i] = slot
        deadlines[i] = deadline
    }

    private fun siftDown(from: Int, deadline: Long, slot: Int, end: Int) {
        var i = from
        while (true) {
            val child = firstChild(i, end)
            if (child == 0 || isBefore(deadline, slot, child)) break
            slots[i] = slots[child]
            deadlines[i] = deadlines[child]
            i = child
        }
        slots[i] = slot
        deadlines[i] = deadline
    }

    /** The child of [parent] that comes before its siblings, 0 when there are none. */
    private fun firstChild(parent: Int, end: Int): Int {
        val start = 4 * parent - 2
        if (start > end) return 0
        var best = start
        var bestDeadline = deadlines[start]
        for (child in start + 1..minOf(start + 3, end)) {
            val deadline = deadlines[child]
            if (deadline < bestDeadline || (deadline == bestDeadline && isOlder(entryAt(child), entryAt(best)))) {
                best = child
                bestDeadline = deadline
            }
        }
        return best
    }

    private fun isBefore(deadline: Long, slot: Int, index: Int): Boolean {
        val there = deadlines[index]
        return deadline < there || (deadline == there && isOlder(entries[slot], entryAt(index)))
    }

    private fun isOlder(entry: TimerEntry?, other: TimerEntry?): Boolean = entry != null && other != null && entry.isOlderThan(other)

    private fun entryAt(index: Int): TimerEntry? = entries[slots[index]]

    private fun resize(capacity: Int) {
        val sorted = arrayOfNulls<TimerEntry>(capacity)
        for (i in ROOT..size) sorted[i] = entryAt(i)
        entries = sorted
        slots = IntArray(capacity) { it }
        deadlines = deadlines.copyOf(capacity)
    }

    private fun parentOf(index: Int): Int = (index + 2) shr 2

    private companion object {
        const val ROOT = 1
        const val MIN_CAPACITY = 64
        const val SHRINK_BELOW = 8
    }
}
