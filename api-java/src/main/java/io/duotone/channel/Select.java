package io.duotone.channel;

import io.duotone.Task;
import io.duotone.spi.DuotoneProvider;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The first of several things that can be done (row C22): a message that comes, one that can be sent, a time, or work that
 * ends. Exactly one clause happens; of the others, no message is taken and none is sent. The Java face of {@code select} of
 * kotlinx.
 *
 * <pre>{@code
 * Task<String> next = Select.<String>of()
 *         .onReceive(orders, order -> "order " + order)
 *         .onReceive(cancellations, id -> "cancelled " + id)
 *         .onTimeout(ofSeconds(1), () -> "nothing")
 *         .begin();
 * }</pre>
 *
 * <p><b>Cancellation</b>: a cancelled select has done nothing. One of which a clause has been chosen can no more be
 * cancelled: {@code cancel} says false then.
 *
 * <p><b>Errors</b>: what the function of the chosen clause throws. A channel of a clause that is closed, and drained where
 * it is to be received from, ends the select with {@link ChannelClosedException}, a stage that fails with its failure.
 *
 * <p><b>Fairness</b>: of clauses that can happen at once, the first happens; after {@link #unbiased} any of them.
 *
 * <p><b>Threads</b>: it is made by one thread. The function of the chosen clause is called on the thread of {@link #begin}
 * when nothing has to be waited for, else on a worker; it must not block.
 *
 * @param <R> what comes of it
 */
public interface Select<R extends @Nullable Object> {
    /** One without clauses. */
    static <R extends @Nullable Object> Select<R> of() {
        return DuotoneProvider.get().channels().select();
    }

    /** A message comes. Not for a channel that is last in, first out. */
    <E> Select<R> onReceive(Receiver<E> from, Function<? super E, ? extends R> then);

    /** This message is sent. Not for a channel that is last in, first out. */
    <E> Select<R> onSend(Sender<E> to, E message, Supplier<? extends R> then);

    /**
     * Nothing else has happened for so long.
     *
     * @param timeout from {@link #begin} on; zero or less: at once. Nanosecond resolution
     */
    Select<R> onTimeout(Duration timeout, Supplier<? extends R> then);

    /** The stage has ended with a value. It is not cancelled when something else happens first. */
    <T extends @Nullable Object> Select<R> onDone(CompletionStage<T> stage, Function<? super T, ? extends R> then);

    /** Gives no clause precedence over another. */
    Select<R> unbiased();

    /**
     * Waits for the first of the clauses.
     *
     * @throws IllegalStateException when there are none, or the second time
     */
    Task<R> begin();
}
