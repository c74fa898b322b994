package io.duotone.interop.facade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.CancelReason;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.Scope;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Scope: single tasks, their failures and cancellations, and the life of the scope itself. */
class ScopeTest {
    private static final Duotone DUOTONE = Duotone.start(DuotoneOptions.defaults());
    private static final Duration FOREVER = Duration.ofDays(1000);

    @AfterAll
    static void close() {
        DUOTONE.close();
    }

    @Test
    @DisplayName("T11 Y4 a spawned coroutine starts on a worker of the runtime and gives its value")
    void spawnGivesTheValue() {
        String thread = DUOTONE.block(scope ->
                scope.spawn(inner -> Task.completed(Thread.currentThread().getName())));

        assertTrue(thread.startsWith("duotone-worker"), thread);
    }

    @Test
    @DisplayName("T11 the task has the name of its spawn")
    void namedSpawn() {
        assertEquals("loader", DUOTONE.block(scope -> {
            Task<Integer> task = scope.spawn("loader", inner -> Task.completed(1));
            return task.thenApply(value -> task.name());
        }));
    }

    @Test
    @DisplayName("T11 Y32 a coroutine may return any stage, one that is done, one of another library, null as value")
    void anyStage() {
        CompletableFuture<String> later = new CompletableFuture<>();
        assertEquals("now", DUOTONE.block(scope -> CompletableFuture.completedFuture("now")));
        assertEquals("minimal", DUOTONE.block(scope -> CompletableFuture.completedStage("minimal")));
        assertNull(DUOTONE.<Object>block(scope -> Task.completed(null)));
        assertEquals("later", DUOTONE.block(scope -> {
            scope.runtime().executor().execute(() -> later.complete("later"));
            return later;
        }));
    }

    @Test
    @DisplayName("T11 a coroutine that returns null instead of a stage fails with a message that says so")
    void nullStage() {
        NullPointerException failure =
                assertThrows(NullPointerException.class, () -> DUOTONE.<Object>block(scope -> null));

        assertTrue(String.valueOf(failure.getMessage()).contains("returned null instead of a stage"));
    }

    @Test
    @DisplayName("C29 a throw from start, checked ones included, is a failed stage and arrives unwrapped")
    void throwFromStart() {
        IllegalArgumentException mine = new IllegalArgumentException("mine");
        IOException io = new IOException("disk");

        assertSame(
                mine,
                assertThrows(
                        IllegalArgumentException.class,
                        () -> DUOTONE.<Object>block(scope -> {
                            throw mine;
                        })));
        assertSame(
                io,
                assertThrows(
                                UncheckedIOException.class,
                                () -> DUOTONE.<Object>block(scope -> {
                                    throw io;
                                }))
                        .getCause());
        assertSame(
                mine,
                assertThrows(
                        IllegalArgumentException.class,
                        () -> DUOTONE.<Object>block(scope -> Task.failed(mine).thenApply(value -> value))));
        assertSame(
                InterruptedException.class,
                assertThrows(
                                CompletionException.class,
                                () -> DUOTONE.<Object>block(scope -> {
                                    throw new InterruptedException();
                                }))
                        .getCause()
                        .getClass());
    }

    @Test
    @DisplayName("T22 R2 C1 the tasks of a scope are joined before its result is visible")
    void joinsChildren() {
        AtomicBoolean childEnded = new AtomicBoolean();
        AtomicReference<Task<Boolean>> child = new AtomicReference<>();

        DUOTONE.block(scope -> {
            child.set(scope.spawn(
                    inner -> inner.sleep(Duration.ofMillis(30)).thenApply(slept -> childEnded.getAndSet(true))));
            return Task.completed(1);
        });

        assertTrue(childEnded.get());
        assertTrue(child.get().isDone());
    }

    @Test
    @DisplayName("C1 a spawned task is a scope: its own children are joined before it completes")
    void spawnedTaskJoinsItsChildren() {
        CompletableFuture<Integer> gate = new CompletableFuture<>();

        DUOTONE.block(scope -> {
            Task<String> parent = scope.spawn(inner -> {
                inner.spawn(deep -> gate);
                return Task.completed("value");
            });
            return scope.sleep(Duration.ofMillis(20)).thenCompose(slept -> {
                assertFalse(parent.isDone());
                gate.complete(1);
                return parent.thenAccept(value -> assertEquals("value", value));
            });
        });
    }

    @Test
    @DisplayName(
            "T25 Y10 R6 C2 a failing task fails the scope at once, and the siblings see the reason with the task's name")
    void failureCancelsSiblings() {
        IllegalStateException broken = new IllegalStateException("broken");
        AtomicReference<Task<?>> sibling = new AtomicReference<>();
        AtomicReference<Task<?>> inherited = new AtomicReference<>();

        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> DUOTONE.<Void>block(scope -> {
                    sibling.set(scope.spawn("patient", inner -> {
                        inherited.set(inner.spawn("grandchild", deep -> deep.sleep(FOREVER)));
                        return inner.sleep(FOREVER);
                    }));
                    scope.spawn(
                            "loader",
                            inner -> inner.sleep(Duration.ofMillis(10)).thenCompose(slept -> Task.failed(broken)));
                    return scope.sleep(FOREVER);
                }));

        assertSame(broken, thrown);
        assertTrue(sibling.get().isCancelled());
        assertReason(sibling.get(), CancelReason.Kind.SIBLING_FAILED, "loader");
        assertReason(inherited.get(), CancelReason.Kind.SIBLING_FAILED, "loader");
    }

    @Test
    @DisplayName("C2 the failure of a task fails the scope also when it is handled on the task")
    void handledFailureStillFailsTheScope() {
        IllegalStateException broken = new IllegalStateException("broken");

        assertSame(
                broken,
                assertThrows(
                        IllegalStateException.class,
                        () -> DUOTONE.<Object>block(scope ->
                                scope.spawn(inner -> Task.failed(broken)).exceptionally(e -> null))));
    }

    @Test
    @DisplayName("C2 a failure deep below arrives at the top at once, not after the cleanup in between")
    void failureTravelsUpAtOnce() {
        IllegalStateException broken = new IllegalStateException("broken");
        CountDownLatch topCancelled = new CountDownLatch(1);

        assertThrows(
                IllegalStateException.class,
                () -> DUOTONE.<Object>block(scope -> {
                    Task<?> top = scope.spawn(inner -> inner.sleep(FOREVER));
                    top.whenComplete((value, failure) -> topCancelled.countDown());
                    return scope.spawn("middle", middle -> {
                        // Its cleanup waits until the failure has arrived above.
                        middle.spawnBlocking(() -> {
                            try {
                                Signals.blockUntilInterrupted();
                            } catch (InterruptedException e) {
                                Signals.awaitReached(topCancelled);
                            }
                            return null;
                        });
                        return middle.spawn(
                                "deep",
                                deep -> deep.sleep(Duration.ofMillis(20)).thenCompose(slept -> Task.failed(broken)));
                    });
                }));
    }

    @Test
    @DisplayName("C3 later failures are suppressed in the first")
    void laterFailuresAreSuppressed() {
        IllegalStateException first = new IllegalStateException("first");
        IllegalStateException second = new IllegalStateException("second");

        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> DUOTONE.<Void>block(scope -> {
                    CountDownLatch interrupted = new CountDownLatch(1);
                    scope.spawnBlocking(() -> {
                        interrupted.countDown();
                        try {
                            Signals.blockUntilInterrupted();
                        } catch (InterruptedException e) {
                            throw second;
                        }
                        return null;
                    });
                    scope.spawnBlocking(() -> {
                        Signals.awaitReached(interrupted);
                        throw first;
                    });
                    return scope.sleep(FOREVER);
                }));

        assertSame(first, thrown);
        assertEquals(1, thrown.getSuppressed().length);
        assertSame(second, thrown.getSuppressed()[0]);
    }

    @Test
    @DisplayName("T23 R13 C6 cancelling the scope reaches its tasks with the reason, and the scope is cancelled")
    void cancelScope() {
        AtomicReference<Task<?>> child = new AtomicReference<>();
        CancelReason reason = CancelReason.cancelled("enough").from("boss");

        TaskCancelledException thrown = assertThrows(
                TaskCancelledException.class,
                () -> DUOTONE.<Void>block(scope -> {
                    child.set(scope.spawn(inner -> inner.sleep(FOREVER)));
                    assertTrue(scope.isActive());
                    assertTrue(scope.cancel(reason));
                    assertFalse(scope.isActive());
                    assertFalse(scope.cancel("again"));
                    return scope.sleep(FOREVER);
                }));

        assertEquals(reason, thrown.reason());
        assertTrue(child.get().isCancelled());
        assertEquals(reason, child.get().cancelReason());
    }

    @Test
    @DisplayName("S18 R9 C6 cancelling a task cancels its stage upstream and hurts nobody else")
    void cancelTask() {
        AtomicReference<Task<?>> stage = new AtomicReference<>();

        assertEquals(7, DUOTONE.<Integer>block(scope -> {
            CountDownLatch started = new CountDownLatch(1);
            Task<?> child = scope.spawn("sleeper", inner -> {
                Task<?> sleep = inner.sleep(FOREVER);
                stage.set(sleep);
                started.countDown();
                return sleep.thenApply(slept -> 1);
            });
            return scope.spawnBlocking(() -> {
                Signals.awaitReached(started);
                assertTrue(child.cancel("not needed"));
                assertTrue(child.isCancelled());
                return 7;
            });
        }));

        assertTrue(stage.get().isCancelled());
        assertReason(stage.get(), CancelReason.Kind.CANCELLED, "sleeper");
    }

    @Test
    @DisplayName("C17 a stage that others wait for survives the cancellation of the coroutine that returned it")
    void sharedStageSurvives() {
        assertEquals(5, DUOTONE.<Integer>block(scope -> {
            CompletableFuture<Integer> source = new CompletableFuture<>();
            Task<Integer> common = Task.completed(0).thenCompose(zero -> source);
            Task<Integer> mine = common.thenApply(value -> value);
            CountDownLatch started = new CountDownLatch(1);
            Task<Integer> child = scope.spawn(inner -> {
                started.countDown();
                return common;
            });
            return scope.spawnBlocking(() -> {
                Signals.awaitReached(started);
                child.cancel("not needed");
                source.complete(5);
                return mine.join();
            });
        }));
    }

    @Test
    @DisplayName("T23 C7 a task spawned into a cancelled scope does not start and is cancelled from the beginning")
    void spawnIntoCancelled() {
        AtomicBoolean started = new AtomicBoolean();

        assertThrows(
                TaskCancelledException.class,
                () -> DUOTONE.<Object>block(scope -> {
                    scope.cancel("over");
                    for (Task<?> late : new Task<?>[] {
                        scope.spawn(inner -> Task.completed(started.getAndSet(true))),
                        scope.spawn(inner -> Task.completed(started.getAndSet(true)), inner -> Task.completed(1)),
                        scope.spawnBlocking(() -> started.getAndSet(true)),
                        scope.fork(inner -> Task.completed(started.getAndSet(true))),
                        scope.sleep(FOREVER),
                        scope.yieldNow()
                    }) {
                        assertTrue(late.isCancelled());
                        CancelReason reason = late.cancelReason();
                        assertNotNull(reason);
                        assertEquals("over", reason.message());
                    }
                    return Task.completed(1);
                }));

        assertFalse(started.get());
    }

    @Test
    @DisplayName("T24 C9 starting work in a scope that has ended is refused with a message that tells what to do")
    void spawnIntoEnded() {
        AtomicReference<Scope> kept = new AtomicReference<>();
        DUOTONE.block(scope -> {
            kept.set(scope);
            return Task.completed(1);
        });
        Scope ended = kept.get();

        assertFalse(ended.isActive());
        assertFalse(ended.cancel("too late"));
        for (org.junit.jupiter.api.function.Executable late : new org.junit.jupiter.api.function.Executable[] {
            () -> ended.spawn(inner -> Task.completed(1)),
            () -> ended.spawn(inner -> Task.completed(1), inner -> Task.completed(1)),
            () -> ended.spawnBlocking(() -> 1),
            () -> ended.fork(inner -> Task.completed(1)),
            () -> ended.sleep(FOREVER),
            ended::yieldNow
        }) {
            String message = assertThrows(IllegalStateException.class, late).getMessage();
            assertTrue(message.contains("the scope has ended") && message.contains("Duotone.spawn"), message);
        }
    }

    @Test
    @DisplayName("R20 C4 a failure in a nested scope cancels that alone, and is the failure of its task")
    void nestedIsolatesFailure() {
        IllegalStateException broken = new IllegalStateException("broken");
        AtomicReference<Task<?>> inside = new AtomicReference<>();

        assertEquals("broken", DUOTONE.block(scope -> {
            Task<Integer> outside =
                    scope.spawn(inner -> inner.sleep(Duration.ofMillis(40)).thenApply(slept -> 1));
            Task<String> nested = scope.<String>fork(inner -> {
                        inside.set(inner.spawn(deep -> deep.sleep(FOREVER)));
                        inner.spawn("bad", deep -> Task.failed(broken));
                        return inner.sleep(FOREVER).thenApply(slept -> "never");
                    })
                    .exceptionally(failure -> String.valueOf(failure.getMessage()));
            return outside.thenCombine(nested, (one, message) -> message);
        }));

        assertReason(inside.get(), CancelReason.Kind.SIBLING_FAILED, "bad");
    }

    @Test
    @DisplayName("R20 C4 cancelling the outer scope cancels the nested one")
    void outerCancelReachesNested() {
        AtomicReference<Task<?>> inside = new AtomicReference<>();
        CountDownLatch started = new CountDownLatch(1);

        assertThrows(
                TaskCancelledException.class,
                () -> DUOTONE.<Object>block(scope -> {
                    scope.fork(inner -> {
                        inside.set(inner.spawn(deep -> deep.sleep(FOREVER)));
                        started.countDown();
                        return inside.get();
                    });
                    return scope.spawnBlocking(() -> {
                        Signals.awaitReached(started);
                        return scope.cancel("closing time");
                    });
                }));

        assertTrue(inside.get().isCancelled());
        assertReason(inside.get(), CancelReason.Kind.CANCELLED, null);
    }

    @Test
    @DisplayName("R19 C8 cancel returns at once; the scope ends after the cleanup")
    void scopeWaitsForCleanup() {
        AtomicBoolean cleanedUp = new AtomicBoolean();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);

        assertThrows(
                TaskCancelledException.class,
                () -> DUOTONE.<Object>block(scope -> {
                    Task<Integer> work = scope.spawnBlocking(() -> {
                        running.countDown();
                        try {
                            Signals.blockUntilInterrupted();
                        } catch (InterruptedException e) {
                            Signals.awaitReached(mayEnd);
                            cleanedUp.set(true);
                        }
                        return 1;
                    });
                    return scope.spawnBlocking(() -> {
                        Signals.awaitReached(running);
                        scope.cancel("now");
                        assertFalse(work.isDone());
                        assertFalse(cleanedUp.get());
                        mayEnd.countDown();
                        return 2;
                    });
                }));

        assertTrue(cleanedUp.get());
    }

    @Test
    @DisplayName(
            "T29 Y18 S23 sleep is never shorter than asked, zero and less complete at once, a cancelled one takes its timer out")
    void sleep() {
        DUOTONE.block(scope -> {
            assertTrue(scope.sleep(Duration.ZERO).isDone());
            assertTrue(scope.sleep(Duration.ofSeconds(-1)).isDone());
            Task<?> cancelled = scope.sleep(Duration.ofSeconds(Long.MAX_VALUE));
            assertFalse(cancelled.isDone());
            assertTrue(cancelled.cancel("no"));
            long before = System.nanoTime();
            return scope.sleep(Duration.ofMillis(3))
                    .thenAccept(slept -> assertTrue(System.nanoTime() - before >= 3_000_000));
        });
    }

    @Test
    @DisplayName("T14 Y3 yieldNow completes after the work that is ready now")
    void yieldNow() {
        try (Duotone one = Duotone.builder().threads(1).start()) {
            StringBuilder order = new StringBuilder();
            one.block(scope -> {
                scope.spawn(inner -> Task.completed(order.append("first ")));
                return scope.yieldNow().thenRun(() -> order.append("after"));
            });
            assertEquals("first after", order.toString());
        }
    }

    private static void assertReason(Task<?> task, CancelReason.Kind kind, String origin) {
        CancelReason reason = task.cancelReason();
        assertNotNull(reason, () -> "no reason: " + task);
        assertEquals(kind, reason.kind());
        assertEquals(origin, reason.origin());
    }
}
