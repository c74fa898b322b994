package io.duotone.interop.time;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.CancelReason;
import io.duotone.ContextKey;
import io.duotone.Coroutine;
import io.duotone.Cycle;
import io.duotone.Duotone;
import io.duotone.Scope;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Cycles from Java, in real time; what they do exactly is tested where time stands still. */
final class CycleTest {
    private static final Duration PERIOD = Duration.ofMillis(2);
    private static final Duration HOUR = Duration.ofHours(1);

    private final Queue<String> calls = new ConcurrentLinkedQueue<>();

    @Test
    @DisplayName("S46 C24 the functions are called in their order, and a period lies between two runs")
    void runs() {
        Semaphore ended = new Semaphore(0);
        Queue<Duration> begins = new ConcurrentLinkedQueue<>();
        Duotone.run(async(scope -> {
            Duration made = scope.runtime().time();
            Cycle cycle = scope.cycle("heartbeat", PERIOD, inner -> {
                begins.add(inner.runtime().time());
                return inner.yieldNow().thenRun(() -> calls.add("first"));
            });
            cycle.append(inner -> {
                calls.add("second");
                ended.release();
                return Task.completed("ignored");
            });
            ended.acquire(3);
            Duration last = made;
            for (Duration begin : begins) {
                Duration earliest = last.plus(PERIOD);
                assertTrue(begin.compareTo(earliest) >= 0, () -> begin + " is before " + earliest);
                last = begin;
            }
            assertTrue(cycle.isActive());
            return "done";
        }));
        List<String> firstThree = calls.stream().limit(6).toList();
        assertEquals(List.of("first", "second", "first", "second", "first", "second"), firstThree);
    }

    @Test
    @DisplayName("S46 C18 the failure of a function goes to the uncaught handler, the others and the next runs go on")
    void failures() {
        Queue<String> reported = new ConcurrentLinkedQueue<>();
        Semaphore ended = new Semaphore(0);
        Duotone.builder()
                .uncaught((task, failure) -> reported.add(task + ": " + failure.getMessage()))
                .run(async(scope -> {
                    Cycle cycle = scope.cycle("heartbeat", HOUR, inner -> {
                        throw new IllegalStateException("thrown");
                    });
                    cycle.append(inner -> Task.failed(new AssertionError("failed")));
                    cycle.append(releases(ended));
                    for (int i = 0; i < 2; i++) {
                        cycle.callNow();
                        ended.acquire();
                    }
                    return "done";
                }));
        List<String> run = List.of("heartbeat: thrown", "heartbeat: failed");
        assertEquals(List.of(run, run).stream().flatMap(List::stream).toList(), List.copyOf(reported));
    }

    @Test
    @DisplayName("S46 callNow during a run makes one more follow, and runs never overlap")
    void callNow() {
        Semaphore begun = new Semaphore(0);
        CompletableFuture<String> mayEnd = new CompletableFuture<>();
        Duotone.run(async(scope -> {
            Cycle cycle = scope.cycle(HOUR, inner -> {
                calls.add("begun");
                begun.release();
                return mayEnd.copy().thenRun(() -> calls.add("ended"));
            });
            cycle.callNow();
            begun.acquire();
            cycle.callNow();
            cycle.callNow();
            assertEquals(Optional.of(Duration.ZERO), cycle.timeLeft());
            assertEquals(1, calls.size());
            mayEnd.complete("");
            begun.acquire();
            while (cycle.timeLeft().orElseThrow().isZero()) {
                await(scope.yieldNow());
            }
            assertFalse(begun.tryAcquire());
            return "done";
        }));
        assertEquals(List.of("begun", "ended", "begun", "ended"), List.copyOf(calls));
    }

    @Test
    @DisplayName("S46 C15 a cycle of a confined scope takes turns with what else runs there")
    void confined() {
        Semaphore ended = new Semaphore(0);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Duotone.run(scope -> {
            Scope turns = scope.confined();
            Cycle cycle = turns.cycle(HOUR, inner -> {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                inside.decrementAndGet();
                ended.release();
                return Task.completed("ignored");
            });
            return turns.spawn(inner -> {
                        inside.incrementAndGet();
                        cycle.callNow();
                        // Time for another worker to take the run, if that did not have to wait for its turn.
                        for (int i = 0; i < 1_000_000 && ended.availablePermits() == 0; i++) {
                            Thread.onSpinWait();
                        }
                        inside.decrementAndGet();
                        return inner.yieldNow();
                    })
                    .thenCompose(any -> scope.spawnBlocking(() -> {
                        ended.acquire();
                        return "done";
                    }));
        });
        assertEquals(1, most.get());
    }

    @Test
    @DisplayName("S46 C28 a cycle has the values of the view that it was made through, and of the code that made it")
    void values() {
        ContextKey<String> user = ContextKey.named("user");
        Semaphore ended = new Semaphore(0);
        Duotone.run(async(scope -> {
            Coroutine<String> sees = inner -> inner.yieldNow().thenApply(any -> {
                calls.add(user.getOr("nobody"));
                ended.release();
                return "";
            });
            scope.with(user, "ann").cycle(HOUR, sees).callNow();
            ended.acquire();
            Coroutine<Cycle> makes = inner -> Task.completed(scope.cycle(HOUR, sees));
            await(scope.spawn(makes.with(user, "bob"))).callNow();
            ended.acquire();
            scope.cycle(HOUR, sees).callNow();
            ended.acquire();
            return "done";
        }));
        assertEquals(List.of("ann", "bob", "nobody"), List.copyOf(calls));
    }

    @Test
    @DisplayName("S46 the next run can be moved, and the period changed")
    void moved() {
        Semaphore ended = new Semaphore(0);
        Duotone.run(async(scope -> {
            Cycle cycle = scope.cycle(HOUR, releases(ended));
            assertTrue(cycle.timeLeft().orElseThrow().compareTo(HOUR) <= 0);
            cycle.reschedule(HOUR.multipliedBy(3));
            assertTrue(cycle.timeLeft().orElseThrow().compareTo(HOUR) > 0);
            cycle.reschedule(PERIOD);
            ended.acquire();
            assertEquals(HOUR, cycle.period());
            cycle.setPeriod(PERIOD);
            assertEquals(PERIOD, cycle.period());
            ended.acquire(2);
            return "done";
        }));
    }

    @Test
    @DisplayName("S46 a function is taken out once for each time that it was added")
    void remove() {
        Semaphore ended = new Semaphore(0);
        Coroutine<Object> twice = inner -> {
            calls.add("twice");
            return Task.completed("");
        };
        Duotone.run(async(scope -> {
            Cycle cycle = scope.cycle(HOUR, twice);
            cycle.append(twice);
            cycle.append(releases(ended));
            assertTrue(cycle.remove(twice));
            cycle.callNow();
            ended.acquire();
            assertTrue(cycle.remove(twice));
            assertFalse(cycle.remove(twice));
            cycle.callNow();
            ended.acquire();
            return "done";
        }));
        assertEquals(List.of("twice"), List.copyOf(calls));
    }

    @Test
    @DisplayName("S46 R11 the scope does not wait for a cycle, and cancels the run under way")
    void background() {
        AtomicReference<Cycle> cycle = new AtomicReference<>();
        Semaphore begun = new Semaphore(0);
        Duotone.run(async(scope -> {
            cycle.set(scope.cycle(HOUR, async(inner -> {
                try {
                    begun.release();
                    return await(new CompletableFuture<>());
                } catch (TaskCancelledException e) {
                    calls.add(e.reason().kind().name());
                    throw e;
                }
            })));
            cycle.get().callNow();
            begun.acquire();
            return "done";
        }));
        assertEquals(List.of(CancelReason.Kind.SCOPE_CLOSED.name()), List.copyOf(calls));
        assertFalse(cycle.get().isActive());
        assertEquals(Optional.empty(), cycle.get().timeLeft());
        assertFalse(cycle.get().cancel());
        cycle.get().callNow();
    }

    @Test
    @DisplayName("S46 cancel ends a cycle, and is no failure of its scope")
    void cancel() {
        String result = Duotone.run(async(scope -> {
            Cycle cycle = scope.cycle(PERIOD, Scope::yieldNow);
            assertTrue(cycle.cancel());
            assertFalse(cycle.cancel());
            assertFalse(cycle.isActive());
            return "done";
        }));
        assertEquals("done", result);
    }

    @Test
    @DisplayName("S46 a period that is not positive is refused, and a scope that has ended")
    void refused() {
        Scope ended = Duotone.run(scope -> {
            assertThrows(IllegalArgumentException.class, () -> scope.cycle(Duration.ZERO, Scope::yieldNow));
            Cycle cycle = scope.cycle(HOUR);
            assertThrows(IllegalArgumentException.class, () -> cycle.setPeriod(Duration.ofNanos(-1)));
            assertThrows(NullPointerException.class, () -> cycle.append(null));
            return Task.completed(scope);
        });
        assertThrows(IllegalStateException.class, () -> ended.cycle(HOUR, Scope::yieldNow));
    }

    private static Coroutine<String> releases(Semaphore semaphore) {
        return inner -> {
            semaphore.release();
            return Task.completed("");
        };
    }
}
