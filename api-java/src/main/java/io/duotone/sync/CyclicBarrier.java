package io.duotone.sync;

import io.duotone.Task;
import io.duotone.spi.DuotoneProvider;

/**
 * Lets those who arrive go on together, so many at a time, and begins anew (row C21).
 *
 * <pre>{@code
 * CyclicBarrier step = CyclicBarrier.create(workers, board::swap);
 * Coroutine<Void> worker = async(scope -> {
 *     while (true) {
 *         compute();
 *         await(step.await());
 *     }
 * });
 * }</pre>
 *
 * <p>The last to arrive runs the action, and then all go on. Who arrives meanwhile belongs to the next round.
 *
 * <p><b>Cancellation</b>: a cancelled wait takes its arrival back: the round then waits for one more. Once the last has
 * arrived it is too late for that, and the others go on.
 *
 * <p><b>Errors</b>: what the action throws is what all of its round fail with; the next round begins as ever.
 *
 * <p><b>Threads</b>: all methods may be called from any thread, of a runtime or not. The action runs on that of the last to
 * arrive, so it must not block. What was done before an arrival happens-before the action, and that before those of the
 * round go on.
 *
 * <p><b>Fairness</b>: a round is of those who arrived first, and they go on in that order.
 */
public interface CyclicBarrier {
    /**
     * A barrier without an action.
     *
     * @param parties how many go on together; at least 1
     */
    static CyclicBarrier create(int parties) {
        return create(parties, () -> {});
    }

    /**
     * A barrier whose {@code action} is run by the last to arrive, before the others go on.
     *
     * @param parties how many go on together; at least 1
     */
    static CyclicBarrier create(int parties, Runnable action) {
        return DuotoneProvider.get().sync().cyclicBarrier(parties, action);
    }

    /** How many go on together. */
    int parties();

    /** How many have arrived in this round; less than {@link #parties}. */
    int arrivals();

    /**
     * Arrives, and completes when all of the round have and the action has run.
     *
     * <p><b>Errors</b>: fails with what the action throws.
     *
     * @return the place in the order of arrival of those who go on together: 0 for the first, and each number once in a
     *     round
     */
    Task<Integer> await();

    /** How many wait for their round; nobody holds a barrier. */
    SyncStatistics statistics();
}
