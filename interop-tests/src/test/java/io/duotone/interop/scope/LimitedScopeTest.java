package io.duotone.interop.scope;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Duotone;
import io.duotone.LimitedScope;
import io.duotone.Scope;
import io.duotone.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A scope with so many places. */
final class LimitedScopeTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    private void begins() {
        most.accumulateAndGet(running.incrementAndGet(), Math::max);
    }

    private int ends(int result) {
        running.decrementAndGet();
        return result;
    }

    @Test
    @DisplayName("S45 at most so many run at a time, and the scope waits for all, in both tones")
    void limited() {
        AtomicInteger ended = new AtomicInteger();
        List<Task<Task<Integer>>> spawned = new ArrayList<>();
        Duotone.run(scope -> {
            LimitedScope limited = scope.limited(3);
            assertEquals(3, limited.limit());
            for (int i = 0; i < 30; i++) {
                int n = i;
                spawned.add(limited.spawn(inner -> {
                    begins();
                    return inner.yieldNow().thenCompose(any -> inner.yieldNow()).thenApply(any -> {
                        ended.incrementAndGet();
                        return ends(n);
                    });
                }));
            }
            return Task.completed("the scope waits");
        });
        assertEquals(30, ended.get());
        for (int i = 0; i < 30; i++) {
            assertEquals(i, spawned.get(i).join().join());
        }
        assertTrue(most.get() <= 3, most::toString);

        int sum = Duotone.<Integer>run(async(scope -> {
            LimitedScope limited = scope.limited(2);
            List<Task<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                int n = i;
                tasks.add(await(limited.spawn("task " + n, inner -> Task.completed(n))));
            }
            int total = 0;
            for (Task<Integer> task : tasks) {
                total += await(task);
            }
            return total;
        }));
        assertEquals(45, sum);
    }

    @Test
    @DisplayName("S45 adding waits for a free place, in turn, and a cancelled one starts nothing")
    void waitsForPlace() {
        CompletableFuture<String> first = new CompletableFuture<>();
        AtomicInteger started = new AtomicInteger();
        List<Integer> order = new ArrayList<>();
        Duotone.run(scope -> {
            LimitedScope limited = scope.limited(1);
            Task<Task<String>> one = limited.spawn(inner -> first);
            assertTrue(one.isDone());
            assertEquals(1, limited.running());
            Task<Task<Integer>> dropped = limited.spawn(inner -> Task.completed(started.incrementAndGet()));
            assertFalse(dropped.isDone());
            List<Task<?>> later = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int n = i;
                later.add(limited.spawn(inner -> Task.completed(order.add(n))));
            }
            dropped.cancel("enough");
            first.complete("done");
            return later.get(2);
        });
        assertEquals(0, started.get());
        assertEquals(List.of(0, 1, 2), order);
    }

    @Test
    @DisplayName("S45 the first failure cancels all, those who wait for a place too, and is what the scope fails with")
    void failure() {
        CompletableFuture<String> fails = new CompletableFuture<>();
        List<Task<?>> all = new ArrayList<>();
        String message = assertThrows(
                        IllegalStateException.class,
                        () -> Duotone.run(scope -> {
                            LimitedScope limited = scope.limited(2);
                            all.add(limited.spawn(inner -> inner.sleep(HOUR)));
                            all.add(limited.spawn(inner -> fails));
                            all.add(limited.spawn(inner -> inner.sleep(HOUR)));
                            fails.completeExceptionally(new IllegalStateException("first"));
                            return scope.sleep(HOUR);
                        }))
                .getMessage();
        assertEquals("first", message);
        assertTrue(all.stream().allMatch(Task::isDone));
    }

    @Test
    @DisplayName("Y24 S45 a view of the blocking pool with so many calls at a time")
    void blocking() {
        Duotone.run(scope -> {
            LimitedScope pool = scope.limited(2);
            List<Task<?>> calls = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                int n = i;
                calls.add(pool.spawnBlocking(() -> {
                    begins();
                    Thread.onSpinWait();
                    return ends(n);
                }));
            }
            return Task.completed(calls.size());
        });
        assertEquals(0, running.get());
        assertTrue(most.get() <= 2, most::toString);
    }

    @Test
    @DisplayName("Y24 S45 a place is free when its thread has left the call")
    void blockingPlace() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        Duotone.run(scope -> {
            LimitedScope pool = scope.limited(1);
            Task<String> first = pool.<String>spawnBlocking(() -> {
                        begun.countDown();
                        while (mayEnd.getCount() > 0) {
                            Thread.onSpinWait();
                        }
                        return "late";
                    })
                    .join();
            return scope.spawnBlocking(() -> {
                begun.await();
                first.cancel("enough");
                Task<Task<@Nullable Void>> next = pool.spawnBlocking(() -> null);
                assertFalse(next.isDone());
                assertEquals(1, pool.running());
                mayEnd.countDown();
                Polling.awaitUntil(next::isDone);
                return next.join();
            });
        });
    }

    @Test
    @DisplayName("S45 bad limits are refused, and a scope that has ended takes no task")
    void refused() {
        List<Scope> ended = new ArrayList<>();
        Duotone.run(scope -> {
            ended.add(scope);
            for (int limit : new int[] {0, -1}) {
                String message = assertThrows(IllegalArgumentException.class, () -> scope.limited(limit))
                        .getMessage();
                assertTrue(message.contains("at least 1 task must run"), message);
            }
            return Task.completed("done");
        });
        LimitedScope limited = ended.get(0).limited(1);
        assertThrows(IllegalStateException.class, () -> limited.spawn(scope -> Task.completed(1)));
        assertEquals(0, limited.running());
    }
}
