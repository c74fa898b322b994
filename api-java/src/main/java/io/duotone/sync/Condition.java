package io.duotone.sync;

import io.duotone.Task;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where those who hold a lock wait for what others will do under it (row C20). Made by {@link Lock#condition}.
 *
 * <pre>{@code
 * try (var held = await(lock.acquire())) {                  // await tone, inside async
 *     while (jobs.isEmpty()) {
 *         await(notEmpty.await(held));
 *     }
 *     return jobs.remove();
 * }
 * }</pre>
 *
 * <p>A wait ends by a signal alone, but between the signal and the end of the wait others may have had the lock: look again,
 * in a loop. While a wait lasts its permit is away: it {@linkplain Permit#isHeld is not held}, and it is held again when the
 * wait is over. To close it meanwhile is allowed: then the lock is not kept when the wait ends.
 *
 * <p><b>Cancellation</b>: a task that is cancelled is over at once, before the lock could be had again. So a cancelled wait
 * closes its permit: it does not hold the lock any more, and there is nothing to give back. A signal for a wait that was
 * cancelled goes to the next.
 *
 * <p><b>Errors</b>: {@link IllegalArgumentException} for a permit of another lock; {@link IllegalStateException} for one that
 * is closed or away.
 *
 * <p><b>Threads</b>: all methods may be called from any thread. As with the lock, what was done under it before
 * happens-before what is done after the wait.
 *
 * <p><b>Fairness</b>: a signal is for whoever has waited longest; it then waits for the lock like all others.
 */
public interface Condition {
    /**
     * Gives the lock back, waits for a signal, and completes with the lock held again. Between giving it back and waiting no
     * signal is missed.
     *
     * @param held the permit by which the caller holds the lock
     */
    Task<@Nullable Void> await(Permit held);

    /**
     * As {@link #await(Permit)}, at most for {@code timeout}; gives false when no signal came in that time. To get the lock
     * again may take longer.
     *
     * @param held the permit by which the caller holds the lock
     * @param timeout zero or less: completes at once, and keeps the lock. Rounded up to milliseconds
     */
    Task<Boolean> await(Permit held, Duration timeout);

    /**
     * Ends the wait of whoever has waited longest.
     *
     * @return whether somebody waited
     * @throws IllegalStateException when nobody holds the lock
     */
    boolean signal();

    /**
     * Ends all waits.
     *
     * @return how many there were
     * @throws IllegalStateException when nobody holds the lock
     */
    int signalAll();

    /** How many wait for a signal; nobody holds a condition. */
    SyncStatistics statistics();
}
