package io.duotone.sync;

import io.duotone.Task;
import io.duotone.spi.DuotoneProvider;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * So many at a time (rows T34, T35, Y21, S39, C20).
 *
 * <pre>{@code
 * Semaphore connections = Semaphore.create(10);
 * return connections.with(() -> fetch(url));               // stage tone
 *
 * try (var permit = await(connections.acquire())) {        // await tone, inside async
 *     await(fetch(url));
 * }
 * }</pre>
 *
 * <p><b>Fairness</b>: first come, first served. One that wants many permits is not passed by those who want few: they wait
 * behind it.
 *
 * <p><b>Cancellation</b>: a cancelled wait takes nothing, also when its permits had been handed over already: they go to
 * the next.
 *
 * <p><b>Threads</b>: all methods may be called from any thread. What was done before a permit was given back happens-before
 * whoever gets it next.
 */
public interface Semaphore {
    /**
     * A semaphore with all its permits free.
     *
     * @param permits at least 1
     */
    static Semaphore create(int permits) {
        return create(permits, permits);
    }

    /**
     * A semaphore with fewer free permits than there can be: the others are added by {@link #release}.
     *
     * @param permits those that are free at first; zero or more
     * @param limit the most that can be free at a time; at least 1, and no less than {@code permits}
     */
    static Semaphore create(int permits, int limit) {
        return DuotoneProvider.get().sync().semaphore(permits, limit);
    }

    /** Waits for a permit and takes it. */
    default Task<Permit> acquire() {
        return acquire(1);
    }

    /** As {@link #acquire(int, Duration)}, for one permit. */
    default Task<Permit> acquire(Duration timeout) {
        return acquire(1, timeout);
    }

    /**
     * Waits until so many permits are free, and takes them together.
     *
     * <p><b>Errors</b>: {@link IllegalArgumentException} for less than one, or more than there can be.
     * {@link UnsupportedOperationException} for more than one when this is the face of a {@code Semaphore} of kotlinx, which
     * gives them one by one.
     */
    Task<Permit> acquire(int permits);

    /**
     * As {@link #acquire(int)}, at most for {@code timeout}.
     *
     * <p><b>Errors</b>: fails with {@link java.util.concurrent.TimeoutException} when that was not enough; then nothing has
     * been taken.
     *
     * @param timeout zero or less: tries once, without waiting; nanosecond resolution
     */
    Task<Permit> acquire(int permits, Duration timeout);

    /** Takes a permit if one is free and nobody waits; else empty. */
    default Optional<Permit> tryAcquire() {
        return tryAcquire(1);
    }

    /** As {@link #tryAcquire()}, for several. <b>Errors</b>: as for {@link #acquire(int)}. */
    Optional<Permit> tryAcquire(int permits);

    /**
     * Takes a permit now (rows T33, T35).
     *
     * @throws io.duotone.WouldBlockException when none is free, or somebody waits
     */
    Permit orThrow();

    /**
     * Waits for a permit, calls {@code body}, and gives the permit back when the stage that it returned is done; see
     * {@link Lock#with}.
     */
    <T extends @Nullable Object> Task<T> with(Callable<? extends CompletionStage<? extends T>> body);

    /**
     * Adds a permit that no {@link Permit} stands for.
     *
     * @throws IllegalStateException when all are free already
     */
    default void release() {
        release(1);
    }

    /**
     * Adds permits that no {@link Permit} stands for.
     *
     * <p><b>Errors</b>: as for {@link #acquire(int)}.
     *
     * @throws IllegalStateException when more would be free than there can be; then none is added
     */
    void release(int permits);

    /** The permits that are free. Others may take them as soon as this has been looked at. */
    int available();

    /**
     * The permits that are taken, and how many wait. Of a {@code Semaphore} of kotlinx neither the limit nor who waits in
     * Kotlin is known: then there are no holders, and only those who wait here.
     */
    SyncStatistics statistics();
}
