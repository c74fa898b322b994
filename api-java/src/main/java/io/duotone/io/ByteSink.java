package io.duotone.io;

import io.duotone.Task;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where bytes go (row T46).
 *
 * <p><b>Cancellation</b>: a cancelled send may have sent a part of its bytes: the buffer's position tells how many.
 *
 * <p><b>Errors</b>: a second send while one is under way fails with {@link io.duotone.ConcurrentOperationException}
 * (row C27), unless that has been cancelled: it is over then. After {@code close} it fails with
 * {@link java.nio.channels.ClosedChannelException}, and so does a send that waits at that moment.
 *
 * <p><b>Threads</b>: any thread may call, one send at a time. The buffer belongs to the sink from the call until the task
 * is done.
 */
public interface ByteSink extends AutoCloseable {
    /** Sends all bytes between the position and the limit of {@code from}; completes when the system has taken them. */
    Task<@Nullable Void> sendAll(ByteBuffer from);

    /**
     * As {@link #sendAll(ByteBuffer)}; fails with {@link java.util.concurrent.TimeoutException} when not all was taken
     * within {@code timeout}. How much went out is then unknown to the peer: close the sink.
     */
    Task<@Nullable Void> sendAll(ByteBuffer from, Duration timeout);

    /** Sends all bytes of the array. */
    default Task<@Nullable Void> sendAll(byte[] from) {
        return sendAll(ByteBuffer.wrap(from));
    }

    /** Sends the text in UTF-8. */
    default Task<@Nullable Void> sendAll(String text) {
        return sendAll(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Closes at once. Idempotent; operations that wait fail with {@link java.nio.channels.ClosedChannelException}. */
    @Override
    void close();
}
