package io.duotone.coroutines.engine.queue

import io.duotone.coroutines.engine.platform.Padded
import java.lang.invoke.MethodHandles
import java.lang.invoke.VarHandle

/**
 * The run queue of one worker: a bounded ring with one owner, who adds at the tail and takes at the head, and any number of thieves, who
 * take half of what is there from the head.
 *
 * The shape is that of the run queues of Go and tokio. Differences: a thief leaves the slots it took as they are and the owner nulls them
 * ([clearStolen]), since a thief that wrote to the ring would race with the owner's next lap; a full ring is emptied by half without a
 * copy, because after the claim nobody but the owner can touch those slots.
 *
 * | field   | who writes                      | who reads         | guard or memory mode                                          |
 * |---------|---------------------------------|-------------------|---------------------------------------------------------------|
 * | head    | owner and thieves, CAS only     | all               | acquire in the loops, volatile in [size] and [isEmpty]        |
 * | tail    | owner                           | all               | plain for the owner, release to publish, acquire for thieves  |
 * | slots   | owner                           | owner and thieves | plain, ordered by head and tail (below)                       |
 * | cleared | owner                           | owner             | plain                                                         |
 * | seenHead| owner                           | owner             | plain                                                         |
 *
 * Invariants, in the wrap-around arithmetic of Int:
 *
 * 1. `0 <= tail - head <= capacity`, and the tasks waiting are those in the slots `head until tail` (each index taken modulo the capacity).
 * 2. Only the owner writes slots: in [push] and when it has stolen, those from `tail` to `head + capacity`, seen free by an acquiring read
 *    of head; otherwise it nulls those below head. So the slots `head until tail` never change while they are in that range.
 * 3. The task of an index belongs to whoever moved head past that index, and head only moves by compare-and-set: each task is taken once.
 *
 * A thief reads head, then tail, then slots, and takes them by a CAS on the head it read. Its reading of tail (acquire) pairs with the
 * owner's release in `setTailRelease`, so the slots below tail are written. The slots may be overwritten while it reads, but only after
 * head has moved, and then the CAS fails and what was read is thrown away. Reading the slots comes before the CAS, and the owner's
 * acquiring read of head sees that CAS before it reuses them.
 *
 * [push] goes by `seenHead`, which head has reached or passed, and looks at head itself, which thieves write, only when the ring seems full.
 * Whoever else moves tail asks [free] before, so the two never come apart by more than two rings.
 *
 * There is no ABA problem in practice: head never goes back, so a CAS can only wrongly succeed when exactly 2^32 tasks (or a multiple)
 * passed through this queue between a thief's reading of head and its CAS, some ten instructions and at most half a ring of copying later.
 * At 5 ns for each task that is a thief suspended for more than 21 seconds that resumes at the one head position of four billion.
 *
 * [push] publishes with release only. Whoever looks for sleeping workers after it needs a full fence in between, which is the scheduler's
 * business.
 */
internal class LocalQueue(private val overflow: InjectionQueue, capacity: Int = DEFAULT_CAPACITY) : Padded() {
    private val slots: Array<Any?>
    private val mask: Int

    @Volatile
    private var head = 0

    @Volatile
    private var tail = 0

    private var cleared = 0
    private var seenHead = 0

    init {
        require(capacity >= 2 && capacity and (capacity - 1) == 0) { "capacity must be a power of two and at least 2, but is $capacity" }
        slots = arrayOfNulls(capacity)
        mask = capacity - 1
    }

    /** How many tasks wait here, a moment's view for any thread. */
    val size: Int
        get() {
            // Head first: tail is never behind a head read earlier, but it may be more than a ring ahead of it.
            val first = head
            return minOf(tail - first, mask + 1)
        }

    /** Whether nothing waits here, a moment's view for any thread; both reads are volatile, so that it can be the second half of a park. */
    val isEmpty: Boolean
        get() {
            val first = head
            return tail == first
        }

    /** Owner: adds to the tail. A full ring first hands its older half and [task] to the injection queue, as one batch. */
    fun push(task: Runnable) {
        val end = tailPlain()
        while (end - seenHead > mask) {
            seenHead = headAcquire()
            if (end - seenHead > mask && handOver(seenHead, task)) return
        }
        slots[end and mask] = task
        setTailRelease(end + 1)
    }

    private fun handOver(first: Int, task: Runnable): Boolean {
        val count = (mask + 1) / 2
        // When this fails a thief has just made room.
        if (!casHead(first, first + count)) return false
        overflow.pushOverflow(slots, first and mask, count, task)
        clear(first, count)
        return true
    }

    /** Owner: takes from the head. */
    fun pop(): Runnable? {
        val end = tailPlain()
        while (true) {
            val first = headAcquire()
            if (first == end) return null
            val slot = first and mask
            val task = slots[slot]
            if (casHead(first, first + 1)) {
                slots[slot] = null
                return asTask(task)
            }
        }
    }

    /**
     * Takes half of this queue, rounded up, for [target], whose owner calls this: the oldest task is returned, the others are added to the
     * tail of [target], as many as fit. Null when there is nothing here.
     */
    fun stealInto(target: LocalQueue): Runnable? {
        val room = target.free()
        val targetEnd = target.tailPlain()
        var staged = 0
        while (true) {
            val first = headAcquire()
            val available = tailAcquire() - first
            if (available <= 0) {
                target.clear(targetEnd, staged)
                return null
            }
            // Head has moved by more than a ring since it was read.
            if (available > mask + 1) continue
            val moved = minOf(available - available / 2 - 1, room)
            val task = slots[first and mask]
            for (i in 0 until moved) target.slots[(targetEnd + i) and target.mask] = slots[(first + 1 + i) and mask]
            if (casHead(first, first + 1 + moved)) {
                if (moved > 0) target.setTailRelease(targetEnd + moved)
                // What an earlier attempt staged beyond that belongs to somebody else.
                if (staged > moved) target.clear(targetEnd + moved, staged - moved)
                return asTask(task)
            }
            staged = maxOf(staged, moved)
        }
    }

    /** Owner: adds [count] tasks from the array [source], starting at [from]; there must be room for them ([free]). */
    fun append(source: Array<out Any?>, from: Int, count: Int) {
        val end = tailPlain()
        val start = end and mask
        val straight = minOf(count, slots.size - start)
        System.arraycopy(source, from, slots, start, straight)
        if (straight < count) System.arraycopy(source, from + straight, slots, 0, count - straight)
        setTailRelease(end + count)
    }

    /** Owner: where the next task is added, for [hasPassed]. */
    val end: Int get() = tailPlain()

    /** Owner: whether all that was added before this queue had that [end] has been taken, however long ago. */
    fun hasPassed(end: Int): Boolean = end - headAcquire() !in 1..mask + 1

    /** Owner: how many more tasks fit. */
    fun free(): Int {
        seenHead = headAcquire()
        return mask + 1 - (tailPlain() - seenHead)
    }

    /** Owner: nulls the slots that thieves have emptied, so that nothing is kept from being collected. Cheap when nothing was stolen. */
    fun clearStolen() {
        val first = headAcquire()
        val behind = first - cleared
        cleared = first
        // Slots of older laps are those of this one, so no more than the unused ones (also when the difference has wrapped to below zero).
        val unused = mask + 1 - (tailPlain() - first)
        val count = if (behind < 0) unused else minOf(behind, unused)
        clear(first - count, count)
    }

    /** Owner, at shutdown: hands every task to [sink], the oldest first. */
    inline fun drainTo(sink: (Runnable) -> Unit) {
        while (true) sink(pop() ?: return)
    }

    private fun clear(from: Int, count: Int) {
        for (i in from until from + count) slots[i and mask] = null
    }

    private fun tailPlain(): Int = TAIL.get(this) as Int

    private fun tailAcquire(): Int = TAIL.getAcquire(this) as Int

    private fun setTailRelease(value: Int) = TAIL.setRelease(this, value)

    private fun headAcquire(): Int = HEAD.getAcquire(this) as Int

    private fun casHead(expected: Int, value: Int): Boolean = HEAD.compareAndSet(this, expected, value)

    companion object {
        const val DEFAULT_CAPACITY: Int = 1024

        private val HEAD: VarHandle = MethodHandles.lookup().findVarHandle(LocalQueue::class.java, "head", Int::class.javaPrimitiveType)
        private val TAIL: VarHandle = MethodHandles.lookup().findVarHandle(LocalQueue::class.java, "tail", Int::class.javaPrimitiveType)
    }
}
