package io.duotone.sync;

import io.duotone.Task;
import io.duotone.spi.DuotoneProvider;

/**
 * Lets nobody pass before so many have arrived, and from then on everybody (rows T36, Y23, C21). One that closes again is a
 * {@link CyclicBarrier}.
 *
 * <pre>{@code
 * Barrier allConnected = Barrier.create(3);
 * scope.spawn(s -> connect().thenCompose(any -> allConnected.await()).thenCompose(index -> serve()));
 * }</pre>
 *
 * <p><b>Cancellation</b>: whoever has arrived stays arrived: no index is given twice, and the others wait for no
 * replacement. The cancelled wait leaves the queue.
 *
 * <p><b>Threads</b>: all methods may be called from any thread, of a runtime or not. What was done before an arrival
 * happens-before whoever passes, once it is open, goes on.
 *
 * <p><b>Fairness</b>: those who wait go on in the order in which they arrived.
 */
public interface Barrier {
    /**
     * A barrier at which nobody has arrived.
     *
     * @param parties how many must arrive; at least 1
     */
    static Barrier create(int parties) {
        return DuotoneProvider.get().sync().barrier(parties);
    }

    /** How many must arrive. */
    int parties();

    /**
     * How many have arrived, late ones and those who did not wait among them; no more than {@link Integer#MAX_VALUE}.
     */
    int arrivals();

    /** Whether enough have arrived. It does not close again. */
    boolean isOpen();

    /**
     * Arrives without waiting.
     *
     * @return how many had arrived before
     */
    int arrive();

    /**
     * Arrives, and completes when enough have: at once if this is the last, or late.
     *
     * @return how many had arrived before: 0 for the first
     */
    Task<Integer> await();

    /** How many wait; nobody holds a barrier. */
    SyncStatistics statistics();
}
