package io.duotone.io;

import io.duotone.Task;
import org.jspecify.annotations.Nullable;

/** A source and a sink over one connection, with half-close (row T46). One receive and one send may run at a time. */
public interface ByteStream extends ByteSource, ByteSink {
    /**
     * Says to the peer that no more bytes will follow; receiving goes on. Idempotent. A send after it fails with
     * {@link IllegalStateException}; one under way makes it fail with {@link io.duotone.ConcurrentOperationException}.
     */
    Task<@Nullable Void> sendEof();

    @Override
    void close();
}
