package io.duotone.coroutines.io

import java.nio.ByteBuffer
import kotlin.time.Duration

/**
 * Where bytes come from (row T46).
 *
 * **Cancellation**: a receive that is cancelled while it waits takes nothing out of the source: no byte is lost, and the source stays
 * usable. Each call looks for cancellation at its start, also when it need not wait.
 *
 * **Errors**: a second receive while one is under way fails with [io.duotone.ConcurrentOperationException] and leaves the first alone
 * (row C27), unless that has been cancelled: it is over then. After [close] it fails with
 * [java.nio.channels.ClosedChannelException], and so does a receive that waits at that moment.
 *
 * **Threads**: any thread and any dispatcher may call, one receive at a time. The buffer belongs to the source for the length of the
 * call.
 */
public interface ByteSource : AutoCloseable {
    /**
     * Receives at least one byte, at most as many as [into] has room for, and moves its position past them.
     *
     * @return the number of bytes received; -1 at the end of the stream; 0 only when [into] has no room
     */
    public suspend fun receiveSome(into: ByteBuffer): Int

    /**
     * As the form without a limit; fails with [java.util.concurrent.TimeoutException] when nothing came within [timeout]. The source
     * stays usable, and nothing is lost: bytes that come at the last moment are received.
     */
    public suspend fun receiveSome(into: ByteBuffer, timeout: Duration): Int

    /**
     * Receives 1 to [max] bytes into an array of their length; an empty one at the end of the stream.
     *
     * **Errors**: [IllegalArgumentException] when [max] is less than 1.
     */
    public suspend fun receiveSome(max: Int = DEFAULT_RECEIVE): ByteArray

    /** As the form without a limit; fails with [java.util.concurrent.TimeoutException] when nothing came within [timeout]. */
    public suspend fun receiveSome(max: Int = DEFAULT_RECEIVE, timeout: Duration): ByteArray

    /** Closes at once. Idempotent; operations that wait fail with [java.nio.channels.ClosedChannelException]. */
    override fun close()

    public companion object {
        /** How many bytes a receive asks for that does not say it. */
        public const val DEFAULT_RECEIVE: Int = 65_536
    }
}
