package io.duotone.channel;

import io.duotone.Task;
import io.duotone.spi.DuotoneProvider;
import org.jspecify.annotations.Nullable;

/**
 * One value or failure, from anywhere, for all who wait for it (row C22). The Java face of a {@code CompletableDeferred} of
 * kotlinx.
 *
 * <pre>{@code
 * OneShot<Address> bound = OneShot.create();
 * scope.spawn(s -> serve(bound::succeed));
 * return bound.task().thenCompose(this::connect);
 * }</pre>
 *
 * <p><b>Cancellation</b>: cancelling one of its tasks concerns that task alone.
 *
 * <p><b>Threads</b>: all methods may be called from any thread. What was done before it got its outcome happens-before
 * whoever gets it from there. The tasks are completed on the thread that brings the outcome.
 *
 * @param <T> the value; may be null
 */
public interface OneShot<T extends @Nullable Object> {
    /** One without an outcome. */
    static <T extends @Nullable Object> OneShot<T> create() {
        return DuotoneProvider.get().channels().oneShot();
    }

    /** Brings the value; false when there was an outcome already. */
    boolean succeed(T value);

    /**
     * Brings a failure, which cancels the tasks when it is a {@link java.util.concurrent.CancellationException}; false when
     * there was an outcome already.
     */
    boolean fail(Throwable failure);

    /** A task that ends with the outcome; each call gives another. */
    Task<T> task();

    /** Whether there is an outcome. */
    boolean isDone();
}
