package io.duotone.coroutines.engine.reactor

import io.duotone.coroutines.engine.platform.Platform
import java.io.IOException
import java.nio.channels.ClosedSelectorException
import java.nio.channels.SelectableChannel
import java.nio.channels.SelectionKey
import java.nio.channels.Selector
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/**
 * A [Poller] over a `java.nio` selector, which is opened at the first registration.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | selector | whoever registers first; close | any thread | written under openLock; volatile |
 * | registered | any thread | any thread | atomic |
 * | cancelled | any thread (true); the polling thread (false) | any thread | volatile |
 * | closed | close | any thread | written under openLock; volatile |
 * | woken | any thread (true); the owner (false) | the owner | volatile |
 * | turn | - | - | held by the polling thread for the length of a select; fair, so that the owner lets others in |
 *
 * Pairing of [interestChanged]: the changer updates the key (the JDK queues that under a lock), then reads whether the owner is
 * parked; the owner says that it is parked, then enters select, which takes the queued updates first. One of the two sees the other.
 *
 * Pairing of [wakeUp]: `woken` is set first, then the selector is woken. While the monitor is in the select, and the owner waits for its
 * turn, the monitor may use up the selector's wake-up; the owner reads `woken` once it has the turn, and does not wait then. A wake-up
 * after that reading finds the owner in its own select, or on the way there, which the selector itself sees to.
 *
 * Pairing of [close] and [register]: close sets the flag, then goes through the keys; register makes its key, then reads the flag.
 */
internal class SelectorPoller(private val platform: Platform, private val wakeOwner: Runnable) : Poller {
    private val openLock = ReentrantLock()
    private val turn = ReentrantLock(true)

    @Volatile
    private var selector: Selector? = null

    @Volatile
    private var cancelled = false

    @Volatile
    private var closed = false

    @Volatile
    private var woken = false
    private val registered = AtomicInteger()

    override val isActive: Boolean get() = (registered.get() > 0 || cancelled) && !closed

    override fun tryOpen(): Boolean {
        if (selector != null) return true
        try {
            openSelector()
        } catch (_: IOException) {
            return false
        }
        return true
    }

    override fun register(channel: SelectableChannel, registration: Registration): SelectionKey {
        val key = channel.register(openSelector(), 0, registration)
        registered.incrementAndGet()
        if (closed) throw ClosedSelectorException()
        return key
    }

    private fun openSelector(): Selector = selector ?: openLock.withLock {
        if (closed) throw ClosedSelectorException()
        selector ?: platform.openSelector().also { selector = it }
    }

    override fun interestChanged() {
        wakeOwner.run()
    }

    override fun deregistered() {
        cancelled = true
        registered.decrementAndGet()
        wakeOwner.run()
    }

    override fun awaitFreed() {
        val ready = ReadyList()
        try {
            // Again and again: the owner may be back in its select before we are in line.
            while (!turn.tryLock(1, TimeUnit.MILLISECONDS)) wakeUp()
        } catch (_: InterruptedException) {
            // Then they are freed by the next poll, a little later.
            Thread.currentThread().interrupt()
            return
        }
        try {
            select(0L, ready)
        } finally {
            turn.unlock()
        }
        ready.resumeAll()
    }

    override fun poll(timeoutNanos: Long, ready: ReadyList) {
        if (turn.hasQueuedThreads() || !turn.tryLock()) {
            // Whoever has the turn, the monitor for at most a tick, gives it up at once; no reason to wait that long.
            selector?.wakeup()
            turn.lock()
        }
        try {
            select(if (woken) 0L else timeoutNanos, ready)
        } finally {
            woken = false
            turn.unlock()
        }
    }

    override fun tryPoll(timeoutNanos: Long, ready: ReadyList): Boolean {
        // The owner that has come back shall not find this thread here again and again.
        if (turn.hasQueuedThreads() || !turn.tryLock()) return false
        try {
            select(timeoutNanos, ready)
        } finally {
            turn.unlock()
        }
        return true
    }

    private fun select(timeoutNanos: Long, ready: ReadyList) {
        val selector = selector ?: return
        // A select frees what was cancelled before it began; a later cancel sets the flag again.
        if (cancelled) cancelled = false
        try {
            if (timeoutNanos == 0L) selector.selectNow(ready) else selector.select(ready, wholeMillis(timeoutNanos))
        } catch (_: ClosedSelectorException) {
            // A worker that came back from its task after the runtime had given it up: there is nothing to wait for any more.
        }
    }

    override fun wakeUp() {
        woken = true
        selector?.wakeup()
    }

    override fun close() {
        val open = openLock.withLock {
            if (closed) return
            closed = true
            selector
        } ?: return
        // Nobody could wait for these channels any more, and whoever does would wait for ever.
        open.keys().forEach { (it.attachment() as Registration).close() }
        open.close()
    }
}

private const val NANOS_PER_MILLI = 1_000_000L

/** Rounds up, since a wait rounded down to 0 would spin; 0 would mean "for ever" to the selector, and so does our "no limit". */
private fun wholeMillis(nanos: Long): Long =
    if (nanos == Long.MAX_VALUE) 0L else (nanos - 1) / NANOS_PER_MILLI + 1
