package io.duotone.coroutines.engine.scheduler

import io.duotone.coroutines.engine.platform.Platform
import io.duotone.coroutines.engine.reactor.Poller
import io.duotone.coroutines.engine.reactor.ReadyList
import java.util.concurrent.atomic.AtomicInteger

/**
 * How one worker sleeps and is woken: on its thread while nothing is registered with its poller, inside the poller otherwise.
 *
 * ```
 *            sleep                    wake
 *   RUNNING -------> ON_THREAD  --------------> NOTIFIED
 *      ^   \-------> IN_POLLER  --------------> NOTIFIED
 *      |                |                          |
 *      +----------------+--------------------------+
 *         the sleeper returns (woken, timeout, I/O)
 * ```
 * No-ops: wake in NOTIFIED; sleep in NOTIFIED returns at once and goes to RUNNING. wake in RUNNING goes to NOTIFIED: the next sleep
 * then returns at once, so that no wake-up is lost.
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | state | the worker; wakers | same | atomic, volatile |
 * | thread | the worker at its start | wakers | published by state |
 */
internal class Parker(private val platform: Platform, private val poller: Poller) {
    private val state = AtomicInteger(RUNNING)
    private var thread: Thread? = null

    val isParked: Boolean get() = state.get().let { it == ON_THREAD || it == IN_POLLER }

    /** Sleeps until [wake], [nanos] have passed or, inside the poller, a channel is ready. May return early. The worker only. */
    fun sleep(nanos: Long, ready: ReadyList) {
        thread = Thread.currentThread()
        val polls = poller.isActive
        try {
            if (state.compareAndSet(RUNNING, if (polls) IN_POLLER else ON_THREAD)) {
                if (polls) poller.poll(nanos, ready) else parkOnThread(nanos)
            }
        } finally {
            state.set(RUNNING)
        }
    }

    private fun parkOnThread(nanos: Long) {
        // A channel may have been registered since isActive was read; its waker saw either RUNNING or our new state.
        if (!poller.isActive) platform.park(nanos)
    }

    /** Wakes the worker, or keeps its next sleep from beginning. Any thread. */
    fun wake() {
        when (state.getAndSet(NOTIFIED)) {
            ON_THREAD -> thread?.let(platform::unpark)
            IN_POLLER -> poller.wakeUp()
        }
    }

    /**
     * Wakes the worker only if it sleeps. Right only for changes that are looked at after the state has changed, which [sleep] and the
     * poller do for what concerns the poller, and nothing does for anything else. Any thread.
     */
    fun wakeIfParked() {
        if (isParked) wake()
    }

    override fun toString(): String = when (state.get()) {
        ON_THREAD -> "parked"
        IN_POLLER -> "polling"
        NOTIFIED -> "waking"
        else -> "running"
    }

    private companion object {
        const val RUNNING = 0
        const val ON_THREAD = 1
        const val IN_POLLER = 2
        const val NOTIFIED = 3
    }
}
