package io.duotone.io;

import io.duotone.Task;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Where bytes come from (row T46).
 *
 * <p><b>Cancellation</b>: cancelling the task of a receive that waits takes it out of the queue; no byte is lost and the
 * source stays usable. A receive that had bytes in hand when it was cancelled has put them into the buffer.
 *
 * <p><b>Errors</b>: a second receive while one is under way fails with
 * {@link io.duotone.ConcurrentOperationException} (row C27), unless that has been cancelled: it is over then. After
 * {@code close} it fails with {@link java.nio.channels.ClosedChannelException}, and so does a receive that waits at that
 * moment.
 *
 * <p><b>Threads</b>: any thread may call, one receive at a time. The buffer belongs to the source from the call until the
 * task is done.
 */
public interface ByteSource extends AutoCloseable {
    /**
     * Receives at least one byte, at most as many as {@code into} has room for.
     *
     * @return the number of bytes received; -1 at the end of the stream; 0 only when {@code into} has no room
     */
    Task<Integer> receiveSome(ByteBuffer into);

    /**
     * As {@link #receiveSome(ByteBuffer)}; fails with {@link java.util.concurrent.TimeoutException} when nothing came
     * within {@code timeout}, and the source stays usable.
     */
    Task<Integer> receiveSome(ByteBuffer into, Duration timeout);

    /** Receives 1 to {@code max} bytes; an empty array at the end of the stream. {@code max} is at least 1. */
    Task<byte[]> receiveSome(int max);

    /** Closes at once. Idempotent; operations that wait fail with {@link java.nio.channels.ClosedChannelException}. */
    @Override
    void close();
}
