package io.duotone.channel;

import io.duotone.Task;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The end of a {@link Channel} where messages go in (rows T37-T39, S41, C22). The Java face of a {@code SendChannel} of
 * kotlinx.
 *
 * <p><b>Cancellation</b>: a cancelled send has withdrawn its message, which nobody will receive and which still belongs to
 * whoever sent it. One whose message has been taken or queued already can no more be cancelled: {@code cancel} says false
 * then, and the task ends normally. So the task always tells which of the two it was. When the cancellation comes from a
 * stage derived from the send, that stage is cancelled in either case; ask the task of the send itself.
 *
 * <p><b>Errors</b>: {@link ChannelClosedException} when the channel is closed; then the message was not delivered, and
 * belongs to its sender.
 *
 * <p><b>Fairness</b>: first come, first served. A newcomer does not pass those who wait.
 *
 * <p><b>Threads</b>: all methods may be called from any thread. What was done before a send happens-before whoever
 * receives its message.
 *
 * @param <E> the messages; never null
 */
public interface Sender<E> extends AutoCloseable {
    /**
     * Sends a message, and waits for a receiver or for a place in the queue, whichever the channel demands. It is done when
     * the message has been taken or queued.
     */
    Task<@Nullable Void> send(E message);

    /**
     * As {@link #send(Object)}, at most for {@code timeout}.
     *
     * <p><b>Errors</b>: fails with {@link java.util.concurrent.TimeoutException} when that was not enough; then the message
     * has been withdrawn.
     *
     * @param timeout zero or less: tries once, without waiting. Nanosecond resolution
     */
    Task<@Nullable Void> send(E message, Duration timeout);

    /**
     * Sends a message if that needs no wait; else false.
     *
     * @throws ChannelClosedException when the channel is closed
     */
    boolean trySend(E message);

    /**
     * Closes the channel. Messages that are queued can still be received; after the last of them receivers get
     * {@link ChannelClosedException}, those who wait at once. Sends that wait fail with it too, their messages withdrawn; but
     * those that wait in Kotlin, at a channel of kotlinx, go by kotlinx's rule: what they send can still be received.
     * Harmless the second time.
     */
    @Override
    void close();

    /** As {@link #close()}, with a cause for everybody who meets the end of the channel. */
    void close(Throwable cause);

    /** Whether the channel has been closed for sending. Messages may still be there to receive. */
    boolean isClosed();
}
