package io.duotone.coroutines.engine.reactor

import kotlinx.coroutines.CoroutineDispatcher
import java.nio.channels.SelectableChannel
import java.nio.channels.SelectionKey

/**
 * Where one worker waits for its channels. Only one thread polls at a time: normally the worker that owns the poller, but the
 * monitor takes a turn while that worker is busy with a task that does not return.
 */
internal interface Poller {
    /** Whether a poll can bring anything. Any thread. While false, nobody enters the poller at all. */
    val isActive: Boolean

    /** Takes what the system must give before a channel can register; false when it does not. Any thread. */
    fun tryOpen(): Boolean

    /** Registers [channel] without any interest. Any thread. */
    fun register(channel: SelectableChannel, registration: Registration): SelectionKey

    /** Called after the interest of a key was widened or a key was cancelled. Wakes the owner if it waits in a poll. Any thread. */
    fun interestChanged()

    /** Called once for each key that was cancelled: its descriptor is freed by the next poll. Any thread. */
    fun deregistered()

    /** Returns once the descriptors of the keys cancelled before are free. Waits for nothing but a poll to end, which it ends. Any thread. */
    fun awaitFreed()

    /**
     * Waits up to [timeoutNanos] (0: does not wait; rounded up to what the system can measure) and puts the ready channels for which
     * somebody waits into [ready]. The owner only.
     */
    fun poll(timeoutNanos: Long, ready: ReadyList)

    /** As [poll], for another thread: gives up at once when somebody is polling. Returns whether it polled. */
    fun tryPoll(timeoutNanos: Long, ready: ReadyList): Boolean

    /** Makes a poll under way, or else the next one, return at once. Any thread. */
    fun wakeUp()

    /** Closes the channels that are registered still, which fails their waiters, and frees the selector. Later a registration fails. */
    fun close()
}

/** Where the channels of one runtime belong. */
internal fun interface PollerSource {
    /** The poller that a channel used by the calling thread should register with. */
    fun poller(): Poller

    /** Whose coroutines a worker resumes itself, without a dispatch; null for none. */
    val dispatcher: CoroutineDispatcher? get() = null
}
