package io.duotone.interop.facade;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.duotone.CancelReason;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The await tone on the runtime: bodies on threads of their own. */
class AwaitToneTest {
    private static final Duotone DUOTONE = Duotone.start(DuotoneOptions.defaults());
    private static final Duration FOREVER = Duration.ofDays(1000);

    @AfterAll
    static void close() {
        DUOTONE.close();
    }

    private static boolean hasVirtualThreads() {
        return Runtime.version().feature() >= 21;
    }

    @Test
    @DisplayName("T1 a body awaits, and holds no worker while it does")
    void awaits() {
        try (Duotone one = Duotone.builder().threads(1).start()) {
            assertEquals(
                    List.of(1, 2, 3),
                    one.block(scope -> scope.spawn(Collections.nCopies(3, 0).stream()
                                    .map(zero -> async(inner -> {
                                        await(inner.sleep(Duration.ofMillis(10)));
                                        return await(inner.yieldNow().thenApply(yielded -> 1));
                                    }))
                                    .toList())
                            .thenApply(ones -> List.of(ones.get(0), ones.get(0) + ones.get(1), ones.size()))));
        }
    }

    @Test
    @DisplayName("C13 a body runs anew at each start, in the scope it is started in")
    void runsAnew() {
        AtomicReference<Integer> runs = new AtomicReference<>(0);
        Coroutine<Integer> counting = async(scope -> {
            assertSame(DUOTONE, scope.runtime());
            assertSame(DUOTONE, Duotone.current());
            return runs.updateAndGet(run -> run + 1);
        });

        assertEquals(0, runs.get());
        assertEquals(1, DUOTONE.block(counting));
        assertEquals(2, DUOTONE.<Integer>block(scope -> scope.spawn(counting)));
    }

    @Test
    @DisplayName("C29 errors arrive unwrapped, in the body and at its caller")
    void errors() {
        IOException disk = new IOException("disk");
        IllegalStateException broken = new IllegalStateException("broken");

        assertSame(
                disk,
                assertThrows(
                                UncheckedIOException.class,
                                () -> DUOTONE.block(async(scope -> {
                                    throw disk;
                                })))
                        .getCause());
        assertEquals("caught", DUOTONE.block(async(scope -> {
            try {
                await(Task.failed(broken).thenApply(value -> value));
                return "nothing";
            } catch (IllegalStateException e) {
                assertSame(broken, e);
                return "caught";
            }
        })));
    }

    @Test
    @DisplayName("C4 a failure inside a nested scope can be caught in the body")
    void catchesNested() {
        IllegalStateException broken = new IllegalStateException("broken");

        assertEquals("caught", DUOTONE.block(async(scope -> {
            try {
                return await(scope.<String>fork(inner -> inner.spawn(deep -> Task.failed(broken))));
            } catch (IllegalStateException e) {
                assertSame(broken, e);
                return "caught";
            }
        })));
    }

    @Test
    @DisplayName(
            "T26 Y11 S18 S19 C5 cancelling interrupts the body; every await from then on throws, with the reason; the scope waits for it")
    void cancelled() {
        CountDownLatch awaiting = new CountDownLatch(1);
        List<CancelReason> reasons = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean ended = new AtomicBoolean();
        Coroutine<Integer> body = async(scope -> {
            try {
                Task<Void> sleep = scope.sleep(FOREVER);
                awaiting.countDown();
                await(sleep);
            } catch (TaskCancelledException e) {
                reasons.add(e.reason());
            }
            try {
                await(Task.completed(1));
            } catch (TaskCancelledException e) {
                reasons.add(e.reason());
            }
            ended.set(true);
            return 1;
        });

        DUOTONE.block(scope -> {
            Task<Integer> task = scope.spawn("body", body);
            return scope.spawnBlocking(() -> {
                Signals.awaitReached(awaiting);
                assertTrue(task.cancel("enough"));
                return task.isCancelled();
            });
        });

        assertTrue(ended.get());
        CancelReason expected = CancelReason.cancelled("enough").from("body");
        assertEquals(List.of(expected, expected), reasons);
    }

    @Test
    @DisplayName("C6 a body cancelled for a failed sibling sees who failed")
    void siblingFailed() {
        AtomicReference<CancelReason> seen = new AtomicReference<>();
        CountDownLatch awaiting = new CountDownLatch(1);
        IllegalStateException broken = new IllegalStateException("broken");

        assertThrows(
                IllegalStateException.class,
                () -> DUOTONE.block(async(scope -> {
                    scope.spawn(async(inner -> {
                        try {
                            Task<Void> sleep = inner.sleep(FOREVER);
                            awaiting.countDown();
                            return await(sleep);
                        } catch (TaskCancelledException e) {
                            seen.set(e.reason());
                            throw e;
                        }
                    }));
                    scope.spawn("loader", async(inner -> {
                        Signals.awaitReached(awaiting);
                        throw broken;
                    }));
                    return await(scope.sleep(FOREVER));
                })));

        CancelReason reason = seen.get();
        assertNotNull(reason);
        assertEquals(CancelReason.Kind.SIBLING_FAILED, reason.kind());
        assertEquals("loader", reason.origin());
    }

    @Test
    @DisplayName("C17 a cancelled await cancels the task it waits for unless others wait for it too")
    void cancelsWhatItAwaits() {
        CompletableFuture<Integer> gate = new CompletableFuture<>();
        Task<Integer> alone = Task.completed(0).thenCompose(zero -> gate);
        CompletableFuture<Integer> gateOfBoth = new CompletableFuture<>();
        Task<Integer> common = Task.completed(0).thenCompose(zero -> gateOfBoth);
        Task<Integer> other = common.thenApply(value -> value + 1);

        for (Task<Integer> awaited : List.of(alone, common)) {
            CountDownLatch awaiting = new CountDownLatch(1);
            DUOTONE.block(scope -> {
                Task<Integer> task = scope.spawn(async(inner -> {
                    awaiting.countDown();
                    return await(awaited);
                }));
                return scope.spawnBlocking(() -> {
                    Signals.awaitReached(awaiting);
                    return task.cancel("enough");
                });
            });
        }

        assertTrue(alone.isCancelled());
        assertTrue(gate.isCancelled());
        assertFalse(common.isDone());
        gateOfBoth.complete(1);
        assertEquals(2, other.join());
    }

    @Test
    @DisplayName("C1 closing the runtime ends the bodies with the reason SHUTDOWN")
    void shutdown() {
        AtomicReference<CancelReason> seen = new AtomicReference<>();
        CountDownLatch awaiting = new CountDownLatch(1);
        Duotone duotone = Duotone.start(DuotoneOptions.defaults());
        Task<Void> body = duotone.spawn(async(scope -> {
            try {
                Task<Void> sleep = scope.sleep(FOREVER);
                awaiting.countDown();
                return await(sleep);
            } catch (TaskCancelledException e) {
                seen.set(e.reason());
                throw e;
            }
        }));
        Signals.awaitReached(awaiting);

        duotone.close();

        assertTrue(body.isCancelled());
        assertEquals(
                CancelReason.Kind.SHUTDOWN,
                java.util.Objects.requireNonNull(seen.get()).kind());
    }

    @Test
    @DisplayName("T1 above the cap of awaitThreads a body is refused with the advice to use the stage tone")
    void capOfThreads() {
        assumeTrue(!hasVirtualThreads(), "bodies have virtual threads here");
        try (Duotone two = Duotone.builder().awaitThreads(2).start()) {
            CountDownLatch running = new CountDownLatch(2);
            CountDownLatch mayEnd = new CountDownLatch(1);
            Coroutine<Integer> body = async(scope -> {
                running.countDown();
                Signals.awaitReached(mayEnd);
                return 1;
            });
            Task<Integer> first = two.spawn(body);
            Task<Integer> second = two.spawn(body);
            Signals.awaitReached(running);

            RejectedExecutionException refused = assertThrows(RejectedExecutionException.class, () -> two.block(body));
            assertTrue(String.valueOf(refused.getMessage()).contains("stage tone"), refused.getMessage());

            mayEnd.countDown();
            assertEquals(2, first.join() + second.join());
            // The threads are back a moment after the tasks are done.
            Signals.awaitUntil(() -> {
                try {
                    return two.<Integer>block(body) == 1;
                } catch (RejectedExecutionException e) {
                    return false;
                }
            });
        }
    }

    @Test
    @DisplayName("T1 thousands of bodies at once where there are virtual threads")
    void manyBodies() {
        assumeTrue(hasVirtualThreads(), "needs virtual threads");
        List<Integer> ones = DUOTONE.block(scope -> scope.spawn(Collections.nCopies(5000, async(inner -> {
            await(inner.sleep(Duration.ofMillis(20)));
            return 1;
        }))));
        assertEquals(5000, ones.size());
    }

    @Test
    @DisplayName("T15 a value that a cancelled body still returns is closed when it can be")
    void lateValueIsClosed() {
        AtomicBoolean closed = new AtomicBoolean();
        CountDownLatch running = new CountDownLatch(1);
        AutoCloseable resource = () -> closed.set(true);

        DUOTONE.block(scope -> {
            Task<AutoCloseable> task = scope.spawnBlocking(() -> {
                running.countDown();
                try {
                    Signals.blockUntilInterrupted();
                } catch (InterruptedException e) {
                    // Opened in the very moment of the cancellation.
                }
                return resource;
            });
            return scope.spawnBlocking(() -> {
                Signals.awaitReached(running);
                return task.cancel("enough");
            });
        });

        assertTrue(closed.get());
    }
}
