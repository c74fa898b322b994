package io.duotone.sync;

import io.duotone.Duotone;
import io.duotone.Task;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Slows work down to a rate (row C20): made by {@link Duotone#rateLimiter(int, Duration)}, and nothing to close. Permits
 * come one by one, evenly over the time, and are not given back; those that nobody wants are saved up as far as the burst
 * allows. So in any time there go no more than the burst and what the rate gives in that time. There is a timer only while
 * somebody waits.
 *
 * <pre>{@code
 * RateLimiter calls = runtime.rateLimiter(100, ofSeconds(1));
 * return calls.acquire().thenCompose(any -> submit(order));
 * }</pre>
 *
 * <p><b>Fairness</b>: first come, first served. One that wants many permits is not passed by those who want few: they wait
 * behind it.
 *
 * <p><b>Cancellation</b>: a cancelled wait takes nothing, also when its permits had come already: they are there for the
 * next.
 *
 * <p><b>Errors</b>: any number of permits must be between 1 and the burst, else {@link IllegalArgumentException}. A wait is
 * cancelled with {@link io.duotone.CancelReason.Kind#SHUTDOWN} when the runtime is closed.
 *
 * <p><b>Threads</b>: all methods may be called from any thread, of the runtime or not.
 */
public interface RateLimiter {
    /** How many permits come in each {@link #per}. */
    int permits();

    /** The time in which that many come. */
    Duration per();

    /** How many can be saved up, and the most that can be taken at once. */
    int burst();

    /** Waits until a permit has come, and takes it. */
    default Task<@Nullable Void> acquire() {
        return acquire(1);
    }

    /** Waits until so many permits have come, and takes them. */
    Task<@Nullable Void> acquire(int permits);

    /** As {@link #acquire(int, Duration)}, for one permit. */
    default Task<@Nullable Void> acquire(Duration timeout) {
        return acquire(1, timeout);
    }

    /**
     * As {@link #acquire(int)}, but fails at once when the permits would come later than {@code timeout} from now, with all
     * who wait before. So it never waits in vain.
     *
     * <p><b>Errors</b>: fails with {@link java.util.concurrent.TimeoutException}; then nothing has been taken.
     *
     * @param timeout zero or less: takes them only when they are there. Nanosecond resolution
     */
    Task<@Nullable Void> acquire(int permits, Duration timeout);

    /** Takes a permit if one is there and nobody waits; else false. */
    default boolean tryAcquire() {
        return tryAcquire(1);
    }

    /** Takes so many permits if they are there and nobody waits; else false. */
    boolean tryAcquire(int permits);

    /** As {@link #orThrow(int)}, for one permit. */
    default void orThrow() {
        orThrow(1);
    }

    /**
     * Takes permits now (row T33).
     *
     * @throws io.duotone.WouldBlockException when they are not there, or somebody waits
     */
    void orThrow(int permits);

    /** The permits that could be taken now if nobody waited. */
    int available();

    /** How many wait; permits of a rate are not held. */
    SyncStatistics statistics();
}
