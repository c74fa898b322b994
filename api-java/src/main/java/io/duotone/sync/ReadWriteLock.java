package io.duotone.sync;

import io.duotone.spi.DuotoneProvider;

/**
 * Many who read, or one who writes (rows C20, T34).
 *
 * <pre>{@code
 * ReadWriteLock lock = ReadWriteLock.create();
 * return lock.reading().with(() -> find(key));              // stage tone
 *
 * try (var held = await(lock.writing().acquire())) {        // await tone, inside async
 *     await(store(key, value));
 * }
 * }</pre>
 *
 * <p>Not reentrant: who waits for a side that it keeps others from waits for itself. That is so for reading twice, too, when
 * somebody waits for writing in between.
 *
 * <p><b>Fairness</b>: first come, first served, so neither side starves. Who reads waits behind whoever came before for
 * writing; those who come to read one after the other go on together.
 *
 * <p><b>Cancellation</b>: a cancelled wait does not get the lock, also when it had been handed over already: it goes to the
 * next. Those who read and waited only behind a cancelled writer go on.
 *
 * <p><b>Threads</b>: all methods may be called from any thread. What a writer did happens-before all who get the lock
 * later, and what a reader did before the writers that do.
 */
public interface ReadWriteLock {
    /** A lock that nobody holds. */
    static ReadWriteLock create() {
        return DuotoneProvider.get().sync().readWriteLock();
    }

    /** The side of those who read: held by any number at a time, while nobody writes. It has no conditions. */
    Lock reading();

    /** The side of those who write: held by one at a time, while nobody reads. It has no conditions. */
    Lock writing();

    /** Those who read or write, and how many wait. */
    SyncStatistics statistics();
}
