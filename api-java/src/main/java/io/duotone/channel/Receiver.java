package io.duotone.channel;

import io.duotone.AsyncIterator;
import io.duotone.CancelReason;
import io.duotone.Task;
import java.time.Duration;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The end of a {@link Channel} where messages come out (rows T37-T39, S41, C22). The Java face of a {@code ReceiveChannel}
 * of kotlinx. Each message goes to exactly one receiver.
 *
 * <pre>{@code
 * return orders.forEach(this::handle);                     // stage tone
 *
 * for (Order order : orders.awaiting()) {                  // await tone, inside async
 *     handle(order);
 * }
 * }</pre>
 *
 * <p><b>Cancellation</b>: a cancelled receive takes no message. A receive whose message has come already can no more be
 * cancelled: {@code cancel} says false then. When the cancellation comes from a stage derived from the receive, or from an
 * {@code await}, a message that comes nevertheless goes to the receiver that waits longest, or to the next one, in front of
 * all others; only a receive that was done by then keeps its message, and its task has it. Where Kotlin may receive from the
 * channel too, a message that is given back may come after later ones.
 *
 * <p><b>Errors</b>: {@link ChannelClosedException} when the channel is closed and all its messages have been received.
 *
 * <p><b>Fairness</b>: first come, first served. A newcomer does not pass those who wait.
 *
 * <p><b>Threads</b>: all methods may be called from any thread. What was done before a send happens-before whoever
 * receives its message.
 *
 * @param <E> the messages; never null
 */
public interface Receiver<E> {
    /** Waits for a message and takes it. */
    Task<E> receive();

    /**
     * As {@link #receive()}, at most for {@code timeout}.
     *
     * <p><b>Errors</b>: fails with {@link java.util.concurrent.TimeoutException} when that was not enough; then no message
     * has been taken.
     *
     * @param timeout zero or less: tries once, without waiting. Nanosecond resolution
     */
    Task<E> receive(Duration timeout);

    /**
     * Takes a message if there is one; else empty.
     *
     * @throws ChannelClosedException when the channel is closed, and there will be none
     */
    Optional<E> tryReceive();

    /**
     * Closes the channel and drops what is queued: messages that are {@link AutoCloseable} are closed if the channel was made
     * by {@link Channel}; what becomes of those in one of Kotlin's, Kotlin has said. All who wait, and who come later, get
     * {@link ChannelClosedException} with a {@link io.duotone.TaskCancelledException} for its cause.
     */
    void cancel(CancelReason reason);

    /** Cancels with a reason of kind {@link CancelReason.Kind#CANCELLED} in these words. */
    default void cancel(String message) {
        cancel(CancelReason.cancelled(message));
    }

    /**
     * The messages one by one, up to the end of the channel; a channel that was closed with a cause, or cancelled, ends with
     * {@link ChannelClosedException}. Closing the iterator ends the iteration alone, and leaves the channel as it is. Each
     * call gives an iterator of its own; they and other receivers share the messages.
     */
    AsyncIterator<E> iterator();

    /** As {@link AsyncIterator#forEach}, up to the end of the channel. What has been handed to {@code action} is taken. */
    default Task<@Nullable Void> forEach(Function<? super E, ? extends CompletionStage<?>> action) {
        return iterator().forEach(action);
    }

    /** As {@link AsyncIterator#asPublisher}: for one subscriber. When it cancels, the channel stays as it is. */
    default Flow.Publisher<E> asPublisher() {
        return iterator().asPublisher();
    }

    /** As {@link AsyncIterator#awaiting}, and each loop begins anew. */
    default Iterable<E> awaiting() {
        return () -> iterator().awaiting().iterator();
    }

    /**
     * The messages for a stream, inside {@link io.duotone.Coroutines#async}, where the final operation waits for each as
     * {@link io.duotone.Coroutines#await} does, up to the end of the channel.
     *
     * <p><b>Threads</b>: sequential; refused with {@link IllegalStateException} where {@code await} is.
     */
    default Stream<E> stream() {
        AsyncIterator<E> messages = iterator();
        int kind = Spliterator.ORDERED | Spliterator.NONNULL;
        return StreamSupport.stream(
                        Spliterators.spliteratorUnknownSize(messages.awaiting().iterator(), kind), false)
                .onClose(messages::close);
    }
}
