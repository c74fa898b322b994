package io.duotone.interop.facade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Duotone;
import io.duotone.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Scope.spawnBlocking. */
class BlockingTest {
    @Test
    @DisplayName("T16 Y16 a blocking call runs on the blocking pool, at once, and gives its value or its failure")
    void runsOnThePool() {
        IOException disk = new IOException("disk");

        assertTrue(Duotone.<String>run(scope ->
                        scope.spawnBlocking(() -> Thread.currentThread().getName()))
                .contains("blocking"));
        assertSame(
                disk,
                assertThrows(
                                UncheckedIOException.class,
                                () -> Duotone.<Integer>run(scope -> scope.spawnBlocking(() -> {
                                    throw disk;
                                })))
                        .getCause());
    }

    @Test
    @DisplayName("T17 a call that is still queued is dropped when it is cancelled")
    void queuedIsDropped() {
        AtomicBoolean started = new AtomicBoolean();
        CountDownLatch mayEnd = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);

        Duotone.builder().blockingThreads(1).<Integer>run(scope -> {
            Task<Integer> first = scope.spawnBlocking(() -> {
                running.countDown();
                Signals.awaitReached(mayEnd);
                return 1;
            });
            Task<Boolean> queued = scope.spawnBlocking(() -> started.getAndSet(true));
            assertTrue(queued.cancel("not needed"));
            assertTrue(queued.isCancelled());
            mayEnd.countDown();
            return first;
        });

        assertFalse(started.get());
    }

    @Test
    @DisplayName("T18 calls above the number of threads wait in a queue")
    void queue() {
        int sum = Duotone.builder().blockingThreads(2).run(scope -> {
            Task<Integer> all = Task.completed(0);
            for (int i = 1; i <= 100; i++) {
                int value = i;
                all = all.thenCombine(scope.spawnBlocking(() -> value), Integer::sum);
            }
            return all;
        });

        assertEquals(5050, sum);
    }

    @Test
    @DisplayName("T17 Y17 C18 what a cancelled call fails with, besides the interrupt, is not lost")
    void failureAfterCancel() {
        IllegalStateException broken = new IllegalStateException("cleanup broke");
        CountDownLatch running = new CountDownLatch(1);

        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> Duotone.<Boolean>run(scope -> {
                    Task<Integer> call = scope.spawnBlocking(() -> {
                        running.countDown();
                        try {
                            Signals.blockUntilInterrupted();
                        } catch (InterruptedException e) {
                            throw broken;
                        }
                        return 1;
                    });
                    return scope.spawnBlocking(() -> {
                        Signals.awaitReached(running);
                        return call.cancel("enough");
                    });
                }));

        assertSame(broken, thrown);
    }
}
