package io.duotone.coroutines.engine.scheduler

import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/**
 * Which workers are parked and how many are searching for work: what decides whether new work must wake somebody.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | counts | parking, waking, searching workers; submitters (wake) | submitters, workers | atomic, volatile |
 * | sleepers | parking and waking workers; submitters | same | lock |
 *
 * `counts`, one word so that both numbers are seen together:
 *
 * | bits | meaning |
 * |---|---|
 * | 0-15 | workers searching for work to steal |
 * | 16-31 | workers not parked |
 *
 * No wake-up is lost (Dekker): a submitter publishes its task, then reads `counts`; a worker leaves `counts`, then looks through all
 * queues once more, unless somebody still searches. Either the submitter sees that the worker has left, or the worker sees the task.
 * While somebody searches nobody needs to be woken: the last searcher finds the task, or finds another one and then wakes the next
 * worker, or gives up, and that is leaving. A worker that did not search must look again too: the only one of its pool, and one that
 * was refused a search because others were at it, and have found something since. Both may have been seen awake by a submitter
 * whose task came after they looked.
 */
internal class IdleWorkers(private val workers: Int) {
    private val counts = AtomicInteger(pack(unparked = workers, searching = 0))
    private val lock = ReentrantLock()
    private val sleepers = ArrayList<Worker>(workers)

    /** Whether new work would find a worker to wake. The submitter must have published the work with a full fence after it. */
    val wantsWake: Boolean
        get() {
            val now = counts.get()
            return searching(now) == 0 && unparked(now) < workers
        }

    val allParked: Boolean get() = unparked(counts.get()) == 0

    /** Joins the searchers, unless half of the workers search already. */
    fun tryStartSearch(): Boolean {
        if (2 * searching(counts.get()) >= workers) return false
        counts.addAndGet(ONE_SEARCHING)
        return true
    }

    /** Leaves the searchers; true for the last one, who must wake another if it found work. */
    fun endSearch(): Boolean = searching(counts.addAndGet(-ONE_SEARCHING)) == 0

    /** Goes to sleep; true when nobody searches any more: then the worker must look through the queues once more. */
    fun park(worker: Worker, wasSearching: Boolean): Boolean = lock.withLock {
        sleepers.add(worker)
        val now = counts.addAndGet(if (wasSearching) -(ONE_UNPARKED + ONE_SEARCHING) else -ONE_UNPARKED)
        searching(now) == 0
    }

    /** Wakes up; true when a submitter has chosen this worker to search, false when it woke by itself (timer, I/O). */
    fun unpark(worker: Worker): Boolean = lock.withLock {
        if (sleepers.remove(worker)) {
            counts.addAndGet(ONE_UNPARKED)
            false
        } else {
            true
        }
    }

    /** Chooses a sleeper to wake as a searcher, when one is wanted; the caller unparks its thread. */
    fun pickToWake(): Worker? = lock.withLock {
        if (sleepers.isEmpty() || !wantsWake) return null
        counts.addAndGet(ONE_UNPARKED + ONE_SEARCHING)
        sleepers.removeAt(sleepers.lastIndex)
    }

    override fun toString(): String {
        val now = counts.get()
        return "${unparked(now)} of $workers workers running, ${searching(now)} searching"
    }

    internal companion object {
        private const val UNPARKED_SHIFT = 16
        private const val SEARCHING_MASK = (1 shl UNPARKED_SHIFT) - 1
        private const val ONE_SEARCHING = 1
        private const val ONE_UNPARKED = 1 shl UNPARKED_SHIFT

        fun pack(unparked: Int, searching: Int): Int = (unparked shl UNPARKED_SHIFT) or searching

        fun unparked(counts: Int): Int = counts ushr UNPARKED_SHIFT

        fun searching(counts: Int): Int = counts and SEARCHING_MASK
    }
}
