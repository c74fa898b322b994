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
import io.duotone.sync.Lock;
import io.duotone.sync.Permit;
import io.duotone.sync.SyncStatistics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class LockTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final Lock lock = Lock.create();

    private void assertFree() {
        OneWorker.awaitUntil(() -> lock.statistics().equals(new SyncStatistics(0, 0)));
        assertFalse(lock.isHeld());
        assertEquals("Lock(free)", lock.toString());
    }

    @Test
    @DisplayName("T32 Y22 S38 C20 one at a time, in the order in which they came")
    void order() {
        List<Integer> order = new ArrayList<>();
        List<Task<@Nullable Void>> all = new ArrayList<>();
        OneWorker.steps(
                scope -> {
                    Permit held = lock.orThrow();
                    IntStream.range(0, 4)
                            .forEach(n -> all.add(lock.acquire().thenAccept(permit -> {
                                order.add(n);
                                permit.close();
                            })));
                    assertEquals(new SyncStatistics(1, 4), lock.statistics());
                    assertEquals("Lock(held, 4 waiting)", lock.toString());
                    held.close();
                },
                scope -> assertEquals(List.of(0, 1, 2, 3), order));
        assertTrue(all.stream().allMatch(Task::isDone));
        assertFree();
    }

    @Test
    @DisplayName("T32 C20 nobody passes those who wait, when the lock is handed over neither")
    void noBarging() {
        List<Task<Permit>> waits = new ArrayList<>();
        OneWorker.steps(
                scope -> {
                    Permit held = lock.orThrow();
                    waits.add(lock.acquire());
                    held.close();
                    assertTrue(lock.isHeld());
                    assertFalse(waits.get(0).isDone());
                    assertTrue(lock.tryAcquire().isEmpty());
                },
                scope -> waits.get(0).join().close());
        assertFree();
    }

    @Test
    @DisplayName("T34 C20 cancelled while queued it leaves the queue")
    void cancelledQueued() {
        Permit held = lock.orThrow();
        Task<Permit> first = lock.acquire();
        Task<Permit> timed = lock.acquire(HOUR);
        Task<@Nullable Void> free = lock.awaitFree();
        Task<String> with = lock.with(() -> Task.completed("must not be called"));
        Task<Permit> last = lock.acquire();
        assertEquals(new SyncStatistics(1, 5), lock.statistics());
        for (Task<?> task : List.of(first, timed, free, with)) {
            assertTrue(task.cancel("enough"));
        }
        held.close();
        OneWorker.awaitUntil(last::isDone);
        last.join().close();
        assertFree();
    }

    @Test
    @DisplayName("T34 C20 cancelled when the lock was handed over, but before it went on: the lock goes to the next")
    void cancelledHandedOver() {
        List<Task<?>> cancelled = new ArrayList<>();
        List<Task<Permit>> next = new ArrayList<>();
        for (int kind = 0; kind < 4; kind++) {
            int way = kind;
            cancelled.clear();
            next.clear();
            OneWorker.steps(
                    scope -> {
                        Permit held = lock.orThrow();
                        cancelled.add(
                                switch (way) {
                                    case 0 -> lock.acquire();
                                    case 1 -> lock.acquire(HOUR);
                                    case 2 -> lock.awaitFree();
                                    default -> lock.with(() -> Task.completed("must not be called"));
                                });
                        next.add(lock.acquire());
                        held.close();
                        assertTrue(cancelled.get(0).cancel("enough"));
                    },
                    scope -> {
                        assertTrue(next.get(0).isDone());
                        next.get(0).join().close();
                    });
            assertFree();
        }
    }

    @Test
    @DisplayName("T34 C20 the body of a cancelled coroutine that holds the lock gives it back, in both tones")
    void cancelledHolder() {
        CompletableFuture<String> never = new CompletableFuture<>();
        Task<String> with = lock.with(() -> never);
        assertTrue(lock.isHeld());
        with.cancel("enough");
        assertFree();
        assertTrue(never.isCancelled());
        Duotone.run(scope -> {
            Task<Object> body = scope.spawn(async(inner -> {
                try (Permit held = await(lock.acquire())) {
                    assertTrue(held.isHeld());
                    return await(inner.sleep(HOUR));
                }
            }));
            return scope.spawnBlocking(() -> {
                OneWorker.awaitUntil(lock::isHeld);
                return body.cancel("enough");
            });
        });
        assertFree();
    }

    @Test
    @DisplayName("T34 C20 a body that has been cancelled does not keep a permit that was there at once")
    void cancelledBody() {
        CountDownLatch cancelled = new CountDownLatch(1);
        AtomicBoolean wasHeld = new AtomicBoolean();
        Duotone.run(scope -> {
            Task<String> body = scope.spawn(async(inner -> {
                try {
                    await(inner.sleep(HOUR));
                } catch (CancellationException expected) {
                    cancelled.countDown();
                }
                try (Permit held = await(lock.acquire())) {
                    wasHeld.set(held.isHeld());
                }
                return "not reached";
            }));
            body.cancel("enough");
            return Task.completed("the scope waits");
        });
        assertFalse(wasHeld.get());
        assertFree();
    }

    @Test
    @DisplayName("T33 C20 orThrow takes the lock now, or says why not")
    void orThrow() {
        Permit held = lock.orThrow();
        String message = assertThrows(WouldBlockException.class, lock::orThrow).getMessage();
        assertTrue(message.contains("Lock(held, 0 waiting)"), message);
        held.close();
        lock.orThrow().close();
        lock.tryAcquire().orElseThrow().close();
        assertFree();
    }

    @Test
    @DisplayName("T32 C20 a permit is given back once, whoever closes it how often")
    void closedTwice() {
        Permit held = lock.orThrow();
        assertTrue(held.isHeld());
        assertTrue(held.toString().startsWith("Permit(held, Lock("), held::toString);
        held.close();
        assertFalse(held.isHeld());
        Permit second = lock.orThrow();
        held.close();
        assertTrue(lock.isHeld());
        second.close();
        assertFree();
    }

    @Test
    @DisplayName("C20 a time that is over is a failure, and nothing is taken; zero and less try once")
    void timeouts() {
        Permit held = lock.orThrow();
        for (Duration timeout : new Duration[] {Duration.ZERO, Duration.ofNanos(-1), Duration.ofMillis(1)}) {
            OneWorker.assertFailed(TimeoutException.class, lock.acquire(timeout));
        }
        Task<Permit> inTime = lock.acquire(HOUR);
        held.close();
        OneWorker.awaitUntil(inTime::isDone);
        inTime.join().close();
        lock.acquire(Duration.ZERO).join().close();
        assertFree();
    }

    @Test
    @DisplayName("T32 Y22 C20 with calls the body under the lock, and gives it back however the body ends")
    void with() {
        assertEquals(
                "held",
                lock.with(() -> Task.completed(lock.isHeld() ? "held" : "free")).join());
        assertFree();
        OneWorker.assertFailed(IllegalStateException.class, lock.with(() -> {
            throw new IllegalStateException("thrown");
        }));
        OneWorker.assertFailed(
                IllegalStateException.class, lock.with(() -> Task.failed(new IllegalStateException("failed"))));
        OneWorker.assertFailed(NullPointerException.class, lock.with(() -> nothing()));
        assertThrows(NullPointerException.class, () -> lock.with(nothing()));
        assertFree();
        CompletableFuture<String> stage = new CompletableFuture<>();
        Task<String> first = lock.with(() -> stage);
        Task<String> second = lock.with(() -> Task.completed("second"));
        assertFalse(second.isDone());
        assertEquals(1, lock.statistics().waiting());
        stage.complete("first");
        OneWorker.awaitUntil(() -> first.isDone() && second.isDone());
        assertEquals("second", second.join());
        assertFree();
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }

    @Test
    @DisplayName("S38 who waits for the lock to be free does not take it")
    void awaitFree() {
        assertTrue(lock.awaitFree().isDone());
        assertFree();
        Permit held = lock.orThrow();
        Task<@Nullable Void> free = lock.awaitFree();
        assertFalse(free.isDone());
        held.close();
        OneWorker.awaitUntil(free::isDone);
        assertFree();
    }
}
