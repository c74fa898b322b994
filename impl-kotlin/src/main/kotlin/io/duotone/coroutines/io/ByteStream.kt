package io.duotone.coroutines.io

/** A source and a sink over one connection, with half-close (row T46). One receive and one send may run at a time. */
public interface ByteStream :
    ByteSource,
    ByteSink {
    /**
     * Says to the peer that no more bytes will follow; receiving goes on. Idempotent.
     *
     * **Errors**: a send after it fails with [IllegalStateException]; while a send is under way it fails with
     * [io.duotone.ConcurrentOperationException].
     */
    public suspend fun sendEof()

    /** Closes both directions at once. Idempotent; operations that wait fail with [java.nio.channels.ClosedChannelException]. */
    override fun close()
}
