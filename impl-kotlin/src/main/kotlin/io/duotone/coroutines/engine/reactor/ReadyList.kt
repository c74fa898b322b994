package io.duotone.coroutines.engine.reactor

import java.nio.channels.SelectionKey
import java.util.function.Consumer

/**
 * The directions of channels that one poll found ready. They are collected first and handed on after the poll has ended: the worker that
 * polls counts as asleep until then, and resuming may run user code (an unconfined coroutine), which must not happen with the poller in
 * hand.
 *
 * Owned by one thread; reused from poll to poll.
 */
internal class ReadyList : Consumer<SelectionKey> {
    private var slots = arrayOfNulls<ReadinessSlot>(INITIAL_CAPACITY)
    var size = 0
        private set

    /**
     * Whether a ready channel for which nobody waits is to be watched no more. Not so while its waiter of a moment ago may be on the way
     * back to the next wait: that would cost a system call now and another then.
     */
    var narrows: Boolean = true

    override fun accept(key: SelectionKey) {
        (key.attachment() as Registration).ready(key, this)
    }

    fun add(slot: ReadinessSlot) {
        if (size == slots.size) slots = slots.copyOf(size * 2)
        slots[size++] = slot
    }

    /** For a worker: hands over the slots, the tasks that resume the waiters. */
    inline fun drainTo(sink: (ReadinessSlot) -> Unit) {
        for (i in 0 until size) {
            val slot = slots[i] ?: continue
            slots[i] = null
            sink(slot)
        }
        size = 0
    }

    /** For any other thread. */
    fun resumeAll() {
        var failure: Throwable? = null
        drainTo { slot ->
            try {
                slot.resume()
            } catch (thrown: Throwable) {
                // From the dispatcher of a waiter: the others have a right to theirs.
                failure = failure ?: thrown
            }
        }
        failure?.let { throw it }
    }

    private companion object {
        const val INITIAL_CAPACITY = 64
    }
}
