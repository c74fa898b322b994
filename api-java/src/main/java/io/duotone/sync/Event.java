package io.duotone.sync;

import io.duotone.Task;
import io.duotone.spi.DuotoneProvider;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A flag that coroutines wait for (rows T9, Y19, S40, C19).
 *
 * <pre>{@code
 * Event ready = Event.create();
 * scope.spawn(s -> ready.await().thenCompose(set -> serve()));
 * load();
 * ready.set();
 * }</pre>
 *
 * <p><b>Cancellation</b>: a cancelled wait leaves the queue.
 *
 * <p><b>Threads</b>: all methods may be called from any thread, of a runtime or not. What was done before {@link #set}
 * happens-before whoever it releases, or finds the event set, goes on.
 *
 * <p><b>Fairness</b>: {@link #set} releases everybody who waits, in the order in which they came;
 * on several workers they go on at the same time.
 */
public interface Event {
    /** An event that is not set. */
    static Event create() {
        return DuotoneProvider.get().sync().event();
    }

    /** Whether the event is set. It may be cleared by another as soon as this has been looked at. */
    boolean isSet();

    /**
     * Sets the event and releases all who wait, also when it is cleared at once.
     *
     * @return whether it was not set before
     */
    boolean set();

    /**
     * Clears the event: from now on {@link #await()} waits.
     *
     * @return whether it was set before
     */
    boolean clear();

    /** Completes when the event is set; at once when it is. */
    Task<@Nullable Void> await();

    /**
     * As {@link #await()}, at most for {@code timeout}; gives false when that was not enough. What has come just in time
     * counts, also when the event was cleared at once.
     *
     * @param timeout zero or less: looks once, without waiting. Rounded up to milliseconds
     */
    Task<Boolean> await(Duration timeout);

    /** How many wait; nobody holds an event. */
    SyncStatistics statistics();
}
