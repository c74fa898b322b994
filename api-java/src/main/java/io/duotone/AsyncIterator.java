package io.duotone;

import io.duotone.spi.DuotoneProvider;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Elements that come one by one, and that are asked for one by one (row T21). Not all of them need to be there yet.
 *
 * <pre>{@code
 * try (var results = scope.asCompleted(requests)) {         // await tone, inside async
 *     for (var result : results.awaiting()) {
 *         print(result.orElseThrow());
 *     }
 * }
 *
 * return scope.asCompleted(requests).forEach(this::store);  // stage tone
 * }</pre>
 *
 * <p>Whoever does not take all elements closes the iterator. {@link #forEach} does so itself, {@link #awaiting} when it is
 * cancelled, and {@link #asPublisher} when its subscriber cancels. Several may share one iterator: each element goes to one
 * of them.
 *
 * <p><b>Cancellation</b>: a cancelled {@link #next} leaves its element for the next one that asks (a stage derived from it
 * may be cancelled when the element has come already, and is then too late). When the scope that the
 * elements come from is cancelled, the iterator is closed, but what waits then, or asks later, is cancelled with the reason
 * of the scope: it must not look as if all had come.
 *
 * <p><b>Errors</b>: elements that nobody takes are not lost: a value that is {@link AutoCloseable} is closed, a failure goes
 * to the uncaught handler.
 *
 * <p><b>Threads</b>: all methods may be called from any thread. What was done before an element came happens-before
 * whoever takes it.
 *
 * @param <E> what comes; never null
 */
public interface AsyncIterator<E> extends AutoCloseable {
    /** As {@link #from(Flow.Publisher, int)}, at most 64 elements ahead. */
    static <E> AsyncIterator<E> from(Flow.Publisher<? extends E> publisher) {
        return from(publisher, 64);
    }

    /**
     * The elements of a publisher, by the rules of Reactive Streams (rows T21, C22). It is subscribed to at once, so that
     * nothing that a hot one publishes from now on is missed.
     *
     * <pre>{@code
     * try (var prices = AsyncIterator.from(publisher)) {        // await tone, inside async
     *     for (var price : prices.awaiting()) {
     *         show(price);
     *     }
     * }
     *
     * return AsyncIterator.from(publisher).forEach(this::show);  // stage tone
     * }</pre>
     *
     * <p>At most {@code batch} elements are requested ahead of those who take them, and more whenever half of them have been
     * taken: so a publisher that is faster than its readers waits for them.
     *
     * <p><b>Cancellation</b>: {@link #close} cancels the subscription. What has come and nobody has taken is dropped; so is
     * what the publisher still sends.
     *
     * <p><b>Errors</b>: when the publisher fails, the elements that came before are still given, and {@link #next} then
     * fails with its failure. When nobody has asked by the time the iterator is closed, the failure goes to the uncaught
     * handler. A publisher that sends more than was requested, or throws where it must not, is cancelled and counts as
     * failed.
     *
     * <p><b>Threads</b>: the iterator belongs to the runtime of the calling thread, outside of any to the shared one: those
     * who wait go on there, whatever thread the publisher sends from. The publisher is asked for more on the thread that
     * takes.
     *
     * @param batch how many elements are requested ahead, at least 1
     */
    static <E> AsyncIterator<E> from(Flow.Publisher<? extends E> publisher, int batch) {
        Objects.requireNonNull(publisher, "publisher");
        if (batch < 1) {
            throw new IllegalArgumentException(
                    "a batch of " + batch + ": at least 1 element has to be requested at a time");
        }
        return DuotoneProvider.get().iterator(publisher, batch);
    }

    /**
     * Asks for the next element; empty when there are no more. Any number of calls may be waiting: they are served in the
     * order in which they were made.
     */
    Task<Optional<E>> next();

    /**
     * Calls {@code action} with each element, one at a time: the next one is asked for when the stage that
     * {@code action} returned is done. The task ends when there are no more elements, and the iterator is closed then,
     * however that comes.
     *
     * <p><b>Cancellation</b>: cancels the stage that is waited for, and closes the iterator.
     *
     * <p><b>Errors</b>: what {@code action} throws, or what its stage fails with, closes the iterator and fails the task.
     *
     * <p><b>Threads</b>: {@code action} is called on the calling thread as long as nothing has to be waited for, and then
     * on workers; it must not block.
     */
    Task<@Nullable Void> forEach(Function<? super E, ? extends CompletionStage<?>> action);

    /**
     * The elements for a {@code for} loop in an {@link Coroutines#async async} body, which waits for each as
     * {@link Coroutines#await} does. One loop is for one thread.
     *
     * <p><b>Cancellation</b>: as for {@code await}; and the iterator is closed. A loop that is left by {@code break}, or by
     * an exception of its own, has to close it: use try-with-resources.
     *
     * <p><b>Threads</b>: refused with {@link IllegalStateException} where {@code await} is.
     */
    Iterable<E> awaiting();

    /**
     * The elements for one subscriber, by the rules of Reactive Streams (row C22). An element is asked for when there is demand for
     * it and not before; the end is found in the same way, so that a subscriber hears of it when it wants one more.
     *
     * <p><b>Cancellation</b>: by the subscriber, closes the iterator.
     *
     * <p><b>Errors</b>: a request for zero elements or fewer closes the iterator and gives the subscriber an
     * {@link IllegalArgumentException}. A second subscriber is refused with {@link IllegalStateException}. One that throws
     * is taken for cancelled, and what it threw goes to the uncaught handler.
     *
     * <p><b>Threads</b>: the subscriber is called on the thread that requests or that brings an element, usually a worker,
     * never by two at a time: it must not block.
     */
    Flow.Publisher<E> asPublisher();

    /**
     * Ends the iteration: work that was to bring more elements is cancelled with a reason of kind
     * {@link CancelReason.Kind#SCOPE_CLOSED}, elements that nobody has taken are dropped, and every {@link #next} that
     * waits, or comes later, gives empty. Returns at once; the scope waits for the cleanup. Harmless the second time, and
     * when the iteration is over.
     */
    @Override
    void close();
}
