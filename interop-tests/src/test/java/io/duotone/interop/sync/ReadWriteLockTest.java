package io.duotone.interop.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Task;
import io.duotone.WouldBlockException;
import io.duotone.sync.Lock;
import io.duotone.sync.Permit;
import io.duotone.sync.ReadWriteLock;
import io.duotone.sync.SyncStatistics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class ReadWriteLockTest {
    private final ReadWriteLock lock = ReadWriteLock.create();
    private final Lock reading = lock.reading();
    private final Lock writing = lock.writing();

    @Test
    @DisplayName("C20 many read together, and one writes alone, first come, first served")
    void sides() {
        assertSame(reading, lock.reading());
        List<Permit> readers = List.of(reading.orThrow(), reading.orThrow());
        Task<Permit> writer = writing.acquire();
        Task<Permit> late = reading.acquire();
        assertTrue(reading.isHeld());
        assertFalse(writing.isHeld());
        assertEquals(new SyncStatistics(2, 2), lock.statistics());
        assertEquals(new SyncStatistics(2, 1), reading.statistics());
        assertEquals("ReadWriteLock(2 reading, 2 waiting)", lock.toString());
        assertTrue(reading.tryAcquire().isEmpty());
        readers.forEach(Permit::close);
        OneWorker.awaitUntil(writer::isDone);
        assertFalse(late.isDone());
        assertTrue(writing.isHeld());
        writer.join().close();
        OneWorker.awaitUntil(late::isDone);
        late.join().close();
        assertEquals(new SyncStatistics(0, 0), lock.statistics());
    }

    @Test
    @DisplayName("T34 C20 a cancelled writer lets the readers behind it pass, also when it had the lock already")
    void cancelledWriter() {
        Permit reader = reading.orThrow();
        Task<Permit> writer = writing.acquire();
        Task<Permit> second = reading.acquire();
        writer.cancel("enough");
        OneWorker.awaitUntil(second::isDone);
        second.join().close();
        reader.close();

        List<Task<Permit>> waits = new ArrayList<>();
        OneWorker.steps(
                scope -> {
                    Permit held = reading.orThrow();
                    waits.add(writing.acquire());
                    waits.add(reading.acquire());
                    held.close();
                    assertTrue(writing.isHeld());
                    waits.get(0).cancel("enough");
                },
                scope -> waits.get(1).join().close());
        assertEquals(new SyncStatistics(0, 0), lock.statistics());
    }

    @Test
    @DisplayName("T33 C20 now, or for a time, or around a body")
    void waysToTake() {
        assertEquals(
                "ReadWriteLock(1 reading, 0 waiting)",
                reading.with(() -> Task.completed(lock.toString())).join());
        assertEquals(
                "ReadWriteLock(writing, 0 waiting)",
                writing.with(() -> Task.completed(lock.toString())).join());
        Permit held = writing.orThrow();
        String message =
                assertThrows(WouldBlockException.class, reading::orThrow).getMessage();
        assertTrue(message.contains("reading side of ReadWriteLock(writing"), message);
        OneWorker.assertFailed(TimeoutException.class, reading.acquire(Duration.ofMillis(1)));
        OneWorker.assertFailed(TimeoutException.class, writing.acquire(Duration.ZERO));
        Task<?> free = reading.awaitFree();
        assertFalse(free.isDone());
        held.close();
        OneWorker.awaitUntil(free::isDone);
        assertEquals(new SyncStatistics(0, 0), lock.statistics());
    }

    @Test
    @DisplayName("C20 its sides have no conditions")
    void noConditions() {
        assertThrows(UnsupportedOperationException.class, reading::condition);
        assertThrows(UnsupportedOperationException.class, writing::condition);
    }
}
