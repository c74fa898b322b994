package io.duotone.coroutines.io

import java.nio.ByteBuffer
import kotlin.time.Duration

/**
 * Where bytes go (row T46).
 *
 * **Cancellation**: a cancelled send may have sent a part of its bytes: the buffer's position tells how many. Each call looks for
 * cancellation at its start, also when it need not wait.
 *
 * **Errors**: a second send while one is under way fails with [io.duotone.ConcurrentOperationException] and leaves the first alone
 * (row C27), unless that has been cancelled: it is over then. After [close] it fails with
 * [java.nio.channels.ClosedChannelException], and so does a send that waits at that moment.
 *
 * **Threads**: any thread and any dispatcher may call, one send at a time. The buffer belongs to the sink for the length of the call.
 */
public interface ByteSink : AutoCloseable {
    /** Sends all bytes between the position and the limit of [from]; returns when the system has taken them. */
    public suspend fun sendAll(from: ByteBuffer)

    /**
     * As the form without a limit; fails with [java.util.concurrent.TimeoutException] when not all was taken within [timeout]. The
     * buffer's position tells how many bytes went out; the peer has no way to know that the rest is missing.
     */
    public suspend fun sendAll(from: ByteBuffer, timeout: Duration)

    /** Sends all bytes of the array, which must not change before the call returns. */
    public suspend fun sendAll(from: ByteArray) {
        sendAll(ByteBuffer.wrap(from))
    }

    /** As the form without a limit; fails with [java.util.concurrent.TimeoutException] when not all was taken within [timeout]. */
    public suspend fun sendAll(from: ByteArray, timeout: Duration) {
        sendAll(ByteBuffer.wrap(from), timeout)
    }

    /** Sends the text in UTF-8. */
    public suspend fun sendAll(text: String) {
        sendAll(ByteBuffer.wrap(text.encodeToByteArray()))
    }

    /** Sends the text in UTF-8; fails with [java.util.concurrent.TimeoutException] when not all was taken within [timeout]. */
    public suspend fun sendAll(text: String, timeout: Duration) {
        sendAll(ByteBuffer.wrap(text.encodeToByteArray()), timeout)
    }

    /** Closes at once. Idempotent; operations that wait fail with [java.nio.channels.ClosedChannelException]. */
    override fun close()
}
