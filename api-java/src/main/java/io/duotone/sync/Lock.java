package io.duotone.sync;

import io.duotone.Task;
import io.duotone.spi.DuotoneProvider;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One at a time (rows T32-T34, Y22, S38, C20). The Java face of a {@code Mutex} of kotlinx.
 *
 * <pre>{@code
 * return lock.with(() -> account.transfer(amount));        // stage tone
 *
 * try (var held = await(lock.acquire())) {                 // await tone, inside async
 *     await(account.transfer(amount));
 * }
 * }</pre>
 *
 * <p>Not reentrant: who waits for a lock that it holds waits for itself.
 *
 * <p><b>Fairness</b>: first come, first served. A newcomer does not pass those who wait.
 *
 * <p><b>Cancellation</b>: a cancelled wait does not get the lock, also when it had been handed over already: it goes to
 * the next.
 *
 * <p><b>Threads</b>: all methods may be called from any thread. What was done before the lock was given back
 * happens-before whoever gets it next.
 */
public interface Lock {
    /** A lock that nobody holds. */
    static Lock create() {
        return DuotoneProvider.get().sync().lock();
    }

    /** Waits for the lock, and takes it until the permit is closed. */
    Task<Permit> acquire();

    /**
     * As {@link #acquire()}, at most for {@code timeout}.
     *
     * <p><b>Errors</b>: fails with {@link java.util.concurrent.TimeoutException} when that was not enough.
     *
     * @param timeout zero or less: tries once, without waiting; nanosecond resolution
     */
    Task<Permit> acquire(Duration timeout);

    /** Takes the lock when nobody holds it; else empty. */
    Optional<Permit> tryAcquire();

    /**
     * Takes the lock now (row T33).
     *
     * @throws io.duotone.WouldBlockException when somebody holds it
     */
    Permit orThrow();

    /**
     * Waits for the lock, calls {@code body}, and gives the lock back when the stage that it returned is done.
     *
     * <p><b>Cancellation</b>: while waiting, leaves the queue; later, cancels the stage of the body and gives the lock back.
     *
     * <p><b>Errors</b>: what {@code body} throws, or its stage fails with.
     *
     * <p><b>Threads</b>: {@code body} is called on the calling thread when the lock is free, else on a worker; it must not
     * block.
     */
    <T extends @Nullable Object> Task<T> with(Callable<? extends CompletionStage<? extends T>> body);

    /** Completes when the lock is free, in turn with those who want it, and does not take it (row S38). */
    Task<@Nullable Void> awaitFree();

    /**
     * A new condition: where those who hold this lock wait for what others will do under it.
     *
     * @throws UnsupportedOperationException by the sides of a {@link ReadWriteLock}
     */
    Condition condition();

    /** Whether somebody holds the lock. It may be given back as soon as this has been looked at. */
    boolean isHeld();

    /**
     * Who holds, and who waits. Of a {@code Mutex} of kotlinx, which a lock is unless it is a side of a
     * {@link ReadWriteLock}, those who wait in Kotlin are not seen.
     */
    SyncStatistics statistics();
}
