package io.duotone.coroutines.engine.reactor

import kotlinx.coroutines.CancellableContinuation
import java.nio.channels.SelectionKey
import java.util.function.Consumer
import kotlin.coroutines.resume

/**
 * The waiters that one poll found ready. They are collected first and resumed after the poll has ended, because resuming may run
 * user code (an unconfined coroutine), which must not happen with the poller in hand.
 *
 * Owned by one thread; reused from poll to poll.
 */
internal class ReadyList : Consumer<SelectionKey> {
    private var waiters = arrayOfNulls<CancellableContinuation<Unit>>(INITIAL_CAPACITY)
    private var size = 0

    /**
     * Whether a ready channel for which nobody waits is to be watched no more. Not so while its waiter of a moment ago may just not have
     * run yet: that would cost a system call now and another when it waits again.
     */
    var narrows: Boolean = true

    val isEmpty: Boolean get() = size == 0

    override fun accept(key: SelectionKey) {
        (key.attachment() as Registration).ready(key, this)
    }

    fun add(waiter: CancellableContinuation<Unit>) {
        if (size == waiters.size) waiters = waiters.copyOf(size * 2)
        waiters[size++] = waiter
    }

    fun resumeAll() {
        for (i in 0 until size) {
            val waiter = waiters[i] ?: continue
            waiters[i] = null
            waiter.resume(Unit)
        }
        size = 0
    }

    private companion object {
        const val INITIAL_CAPACITY = 64
    }
}
