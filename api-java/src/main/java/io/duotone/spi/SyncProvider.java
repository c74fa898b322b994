package io.duotone.spi;

import io.duotone.sync.Barrier;
import io.duotone.sync.CyclicBarrier;
import io.duotone.sync.Event;
import io.duotone.sync.Lock;
import io.duotone.sync.ReadWriteLock;
import io.duotone.sync.Semaphore;

/** What coroutines wait for together; see {@link io.duotone.sync}. */
public interface SyncProvider {
    /** See {@link Event#create}. */
    Event event();

    /** See {@link Lock#create}. */
    Lock lock();

    /** See {@link Semaphore#create(int, int)}. */
    Semaphore semaphore(int permits, int limit);

    /** See {@link ReadWriteLock#create}. */
    ReadWriteLock readWriteLock();

    /** See {@link Barrier#create}. */
    Barrier barrier(int parties);

    /** See {@link CyclicBarrier#create(int, Runnable)}. */
    CyclicBarrier cyclicBarrier(int parties, Runnable action);
}
