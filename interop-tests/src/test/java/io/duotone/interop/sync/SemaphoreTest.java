package io.duotone.interop.sync;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Duotone;
import io.duotone.Task;
import io.duotone.WouldBlockException;
import io.duotone.sync.Permit;
import io.duotone.sync.Semaphore;
import io.duotone.sync.SyncStatistics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class SemaphoreTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    @DisplayName("T35 Y21 S39 C20 so many at a time, in the order in which they came")
    void order() {
        Semaphore semaphore = Semaphore.create(2);
        List<Integer> order = new ArrayList<>();
        List<Permit> kept = new ArrayList<>();
        List<Task<@Nullable Void>> all = new ArrayList<>();
        OneWorker.steps(
                scope -> {
                    List<Permit> held = List.of(semaphore.orThrow(), semaphore.orThrow());
                    IntStream.range(0, 4)
                            .forEach(n -> all.add(semaphore.acquire().thenAccept(permit -> {
                                order.add(n);
                                permit.close();
                            })));
                    assertEquals(new SyncStatistics(2, 4), semaphore.statistics());
                    held.get(0).close();
                    kept.add(held.get(1));
                },
                scope -> assertEquals(List.of(0, 1, 2, 3), order));
        kept.forEach(Permit::close);
        assertTrue(all.stream().allMatch(Task::isDone));
        assertEquals(new SyncStatistics(0, 0), semaphore.statistics());
    }

    @Test
    @DisplayName("T35 C20 nobody passes those who wait, few permits not those who want many")
    void noBarging() {
        Semaphore semaphore = Semaphore.create(3);
        Permit two = semaphore.tryAcquire(2).orElseThrow();
        Task<Permit> many = semaphore.acquire(3);
        Task<Permit> few = semaphore.acquire();
        assertEquals(1, semaphore.available());
        assertTrue(semaphore.tryAcquire().isEmpty());
        assertThrows(WouldBlockException.class, semaphore::orThrow);
        two.close();
        OneWorker.awaitUntil(many::isDone);
        assertFalse(few.isDone());
        many.join().close();
        OneWorker.awaitUntil(few::isDone);
        few.join().close();
        assertEquals(3, semaphore.available());
    }

    @Test
    @DisplayName("T34 C20 cancelled while queued it takes nothing, and those behind it that can go on do")
    void cancelledQueued() {
        Semaphore semaphore = Semaphore.create(3);
        Permit two = semaphore.tryAcquire(2).orElseThrow();
        Task<Permit> many = semaphore.acquire(3);
        Task<Permit> timed = semaphore.acquire(2, HOUR);
        Task<Permit> few = semaphore.acquire();
        many.cancel("enough");
        assertFalse(few.isDone());
        timed.cancel("enough");
        OneWorker.awaitUntil(few::isDone);
        few.join().close();
        two.close();
        assertEquals(new SyncStatistics(0, 0), semaphore.statistics());
    }

    @Test
    @DisplayName("T34 C20 cancelled when its permits were handed over, but before it went on: they go to the next")
    void cancelledHandedOver() {
        Semaphore semaphore = Semaphore.create(2);
        List<Task<?>> cancelled = new ArrayList<>();
        List<Task<Permit>> next = new ArrayList<>();
        for (int kind = 0; kind < 3; kind++) {
            int way = kind;
            cancelled.clear();
            next.clear();
            OneWorker.steps(
                    scope -> {
                        Permit both = semaphore.tryAcquire(2).orElseThrow();
                        cancelled.add(
                                switch (way) {
                                    case 0 -> semaphore.acquire(2);
                                    case 1 -> semaphore.acquire(2, HOUR);
                                    default -> semaphore.with(() -> Task.completed("must not be called"));
                                });
                        next.add(semaphore.acquire(2));
                        both.close();
                        assertTrue(cancelled.get(0).cancel("enough"));
                    },
                    scope -> next.get(0).join().close());
            assertEquals(new SyncStatistics(0, 0), semaphore.statistics());
        }
    }

    @Test
    @DisplayName("Y21 C20 with gives the permit back however the body ends")
    void with() {
        Semaphore semaphore = Semaphore.create(1);
        assertEquals(
                0, semaphore.with(() -> Task.completed(semaphore.available())).join());
        OneWorker.assertFailed(IllegalStateException.class, semaphore.with(() -> {
            throw new IllegalStateException("thrown");
        }));
        CompletableFuture<String> never = new CompletableFuture<>();
        Task<String> cancelled = semaphore.with(() -> never);
        assertEquals(0, semaphore.available());
        cancelled.cancel("enough");
        OneWorker.awaitUntil(() -> semaphore.available() == 1);
        assertTrue(never.isCancelled());
    }

    @Test
    @DisplayName("C20 a time that is over is a failure, and nothing is taken, in both tones")
    void timeouts() {
        Semaphore semaphore = Semaphore.create(1);
        Permit held = semaphore.acquire(Duration.ZERO).join();
        for (Duration timeout : new Duration[] {Duration.ZERO, Duration.ofNanos(-1), Duration.ofMillis(1)}) {
            OneWorker.assertFailed(TimeoutException.class, semaphore.acquire(timeout));
        }
        assertEquals("timeout", Duotone.<String>run(async(scope -> {
            try (Permit permit = await(semaphore.acquire(Duration.ofMillis(1)))) {
                return permit.toString();
            } catch (RuntimeException failure) {
                return failure.getCause() instanceof TimeoutException ? "timeout" : failure.toString();
            }
        })));
        held.close();
        held.close();
        assertEquals(new SyncStatistics(0, 0), semaphore.statistics());
    }

    @Test
    @DisplayName("T33 T35 C20 releasing too much is refused and changes nothing")
    void tooMuch() {
        Semaphore semaphore = Semaphore.create(1, 3);
        semaphore.release(2);
        String message =
                assertThrows(IllegalStateException.class, semaphore::release).getMessage();
        assertTrue(message.contains("3 of 3 are free already"), message);
        assertEquals(3, semaphore.available());
    }

    @Test
    @DisplayName("T35 C20 it may begin without permits")
    void withoutPermits() {
        Semaphore semaphore = Semaphore.create(0, 2);
        Task<Permit> wait = semaphore.acquire(2);
        semaphore.release();
        assertFalse(wait.isDone());
        semaphore.release();
        OneWorker.awaitUntil(wait::isDone);
        assertTrue(wait.join().isHeld());
        assertEquals("Semaphore(0 of 2 permits free, 0 waiting)", semaphore.toString());
    }

    @Test
    @DisplayName("Y21 S39 C20 bad numbers are refused, with advice, where they are given")
    void badNumbers() {
        assertThrows(IllegalArgumentException.class, () -> Semaphore.create(0));
        assertThrows(IllegalArgumentException.class, () -> Semaphore.create(-1, 1));
        assertThrows(IllegalArgumentException.class, () -> Semaphore.create(3, 2));
        Semaphore semaphore = Semaphore.create(2);
        for (int permits : new int[] {-1, 0, 3}) {
            String message = assertThrows(IllegalArgumentException.class, () -> semaphore.acquire(permits))
                    .getMessage();
            assertTrue(message.contains("between 1 and 2"), message);
            assertThrows(IllegalArgumentException.class, () -> semaphore.acquire(permits, HOUR));
            assertThrows(IllegalArgumentException.class, () -> semaphore.tryAcquire(permits));
            assertThrows(IllegalArgumentException.class, () -> semaphore.release(permits));
        }
        assertEquals(new SyncStatistics(0, 0), semaphore.statistics());
    }
}
