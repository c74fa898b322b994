package io.duotone.interop.facade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.CancelReason;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Duotone: starting, running, spawning at the root, blocking, closing. */
class RuntimeTest {
    private static final Duration FOREVER = Duration.ofDays(1000);

    @Test
    @DisplayName("T2 run gives the value of main, any number of times, also at once")
    void runGivesTheValue() {
        assertEquals(1, Duotone.<Integer>run(scope -> Task.completed(1)));
        assertEquals(
                2,
                Duotone.builder()
                        .threads(1)
                        .<Integer>run(scope -> scope.spawnBlocking(
                                () -> Duotone.run(inner -> inner.yieldNow().thenApply(yielded -> 2)))));
    }

    @Test
    @DisplayName("T5 the options are those it was started with, and threads have its name")
    void options() {
        DuotoneOptions options = Duotone.builder().name("mine").threads(3).build();
        try (Duotone duotone = Duotone.start(options)) {
            assertEquals(options, duotone.options());
            String thread =
                    duotone.block(scope -> Task.completed(Thread.currentThread().getName()));
            assertTrue(thread.startsWith("mine-worker"), thread);
            assertTrue(duotone.toString().contains("mine"), duotone.toString());
        }
    }

    @Test
    @DisplayName("S2 C16 current is the runtime of the thread, on workers and in blocking calls, and refused elsewhere")
    void current() {
        try (Duotone duotone = Duotone.start(DuotoneOptions.defaults())) {
            assertSame(duotone, duotone.block(scope -> Task.completed(Duotone.current())));
            assertSame(duotone, duotone.block(scope -> scope.spawnBlocking(Duotone::current)));
            assertSame(duotone, duotone.block(scope -> Task.completed(scope.runtime())));
            assertThrows(IllegalStateException.class, Duotone::current);
        }
    }

    @Test
    @DisplayName("S3 C16 the shared runtime is one, and cannot be closed")
    void shared() {
        assertSame(Duotone.shared(), Duotone.shared());
        assertEquals(3, Duotone.shared().<Integer>block(scope -> Task.completed(3)));
        assertThrows(IllegalStateException.class, () -> Duotone.shared().close());
        assertFalse(Duotone.shared().isClosed());
    }

    @Test
    @DisplayName("C16 whatever would block a worker is refused there, naming the call")
    void blockingOnAWorkerIsRefused() {
        try (Duotone duotone = Duotone.start(DuotoneOptions.defaults());
                Duotone other = Duotone.start(DuotoneOptions.defaults())) {
            Map<String, Runnable> calls = Map.of(
                    "Duotone.block", () -> other.block(scope -> Task.completed(1)),
                    "close", other::close,
                    "Task.join",
                            () -> Duotone.current()
                                    .spawn(scope -> scope.sleep(FOREVER))
                                    .join(),
                    "Coroutines.await", () -> io.duotone.Coroutines.await(Task.completed(1)));
            calls.forEach((name, call) -> {
                IllegalStateException refused = assertThrows(
                        IllegalStateException.class,
                        () -> duotone.<Integer>block(scope -> {
                            call.run();
                            return Task.completed(1);
                        }));
                assertTrue(String.valueOf(refused.getMessage()).contains(name), refused.getMessage());
            });
        }
    }

    @Test
    @DisplayName("T15 Y35 an interrupt of the blocked thread cancels the coroutine with that reason and stays set")
    void interruptedBlock() {
        AtomicReference<Task<Void>> sleep = new AtomicReference<>();
        try (Duotone duotone = Duotone.start(DuotoneOptions.defaults())) {
            Thread.currentThread().interrupt();
            TaskCancelledException thrown = assertThrows(
                    TaskCancelledException.class,
                    () -> duotone.<Void>block(scope -> {
                        sleep.set(scope.sleep(FOREVER));
                        return sleep.get();
                    }));
            assertTrue(Thread.interrupted());
            assertEquals(CancelReason.Kind.INTERRUPTED, thrown.reason().kind());
        }
        // The coroutine may have been cancelled before it began.
        if (sleep.get() != null) {
            assertEquals(
                    CancelReason.Kind.INTERRUPTED,
                    java.util.Objects.requireNonNull(sleep.get().cancelReason()).kind());
        }
    }

    @Test
    @DisplayName("S7 C1 closing cancels what runs with the reason SHUTDOWN and waits for its cleanup")
    void closeCancels() {
        AtomicBoolean cleanedUp = new AtomicBoolean();
        CountDownLatch running = new CountDownLatch(2);
        Duotone duotone = Duotone.start(DuotoneOptions.defaults());
        Task<Void> sleeper = duotone.spawn(scope -> {
            running.countDown();
            return scope.sleep(FOREVER);
        });
        Task<Integer> blocked = duotone.spawn(scope -> scope.spawnBlocking(() -> {
            running.countDown();
            try {
                Signals.blockUntilInterrupted();
            } catch (InterruptedException e) {
                cleanedUp.set(true);
            }
            return 1;
        }));
        Signals.awaitReached(running);

        duotone.close();

        assertTrue(cleanedUp.get());
        for (Task<?> task : new Task<?>[] {sleeper, blocked}) {
            assertTrue(task.isCancelled(), task::toString);
            assertEquals(
                    CancelReason.Kind.SHUTDOWN,
                    java.util.Objects.requireNonNull(task.cancelReason()).kind());
        }
        assertTrue(duotone.isClosed());
        duotone.close();
    }

    @Test
    @DisplayName("Y2 C1 with atExit = JOIN the end of run waits for the tasks of the runtime")
    void atExitJoin() {
        AtomicInteger ended = new AtomicInteger();
        CompletableFuture<Integer> gate = new CompletableFuture<>();

        Duotone.builder().atExit(DuotoneOptions.AtExit.JOIN).run(scope -> {
            scope.runtime()
                    .spawn(root -> root.sleep(Duration.ofMillis(30)).thenApply(slept -> ended.incrementAndGet()));
            return Task.completed(1);
        });

        assertEquals(1, ended.get());
        assertFalse(gate.isDone());
    }

    @Test
    @DisplayName("T7 C1 by default the end of run cancels the tasks of the runtime")
    void atExitCancel() {
        AtomicReference<Task<?>> detached = new AtomicReference<>();

        Duotone.run(scope -> {
            detached.set(scope.runtime().spawn(root -> root.sleep(FOREVER)));
            return Task.completed(1);
        });

        assertTrue(detached.get().isCancelled());
    }

    @Test
    @DisplayName("S7 C9 a closed runtime refuses work with a message that says so")
    void closedRefuses() {
        Duotone duotone = Duotone.start(DuotoneOptions.defaults());
        duotone.close();

        assertThrows(IllegalStateException.class, () -> duotone.spawn(scope -> Task.completed(1)));
        assertThrows(IllegalStateException.class, () -> duotone.block(scope -> Task.completed(1)));
        assertThrows(RejectedExecutionException.class, () -> duotone.executor().execute(() -> {}));
    }

    @Test
    @DisplayName("T11 async stages without an executor run on the runtime of their task")
    void asyncStages() {
        try (Duotone duotone = Duotone.builder().name("home").start()) {
            String thread = duotone.spawn(scope -> scope.sleep(Duration.ofMillis(1)))
                    .thenApplyAsync(slept -> Thread.currentThread().getName())
                    .join();
            assertTrue(thread.startsWith("home-worker"), thread);
        }
    }

    @Test
    @DisplayName(
            "T13 S17 C18 a failure at the root that reaches no dependent goes to the uncaught handler, one that does, does not")
    void uncaught() {
        Map<String, Throwable> reported = new ConcurrentHashMap<>();
        CountDownLatch handled = new CountDownLatch(1);
        IllegalStateException broken = new IllegalStateException("broken");
        try (Duotone duotone = Duotone.builder()
                .uncaught((name, failure) -> {
                    reported.put(name, failure);
                    handled.countDown();
                })
                .start()) {
            CompletableFuture<Integer> gate = new CompletableFuture<>();
            Task<Integer> awaited =
                    duotone.spawn(scope -> gate.thenCompose(one -> Task.failed(new IllegalStateException("awaited"))));
            Task<String> message = awaited.handle((value, failure) -> "seen");
            gate.complete(1);
            assertEquals("seen", message.join());

            duotone.spawn(scope -> Task.failed(broken));
            Signals.awaitReached(handled);
        }
        assertEquals(1, reported.size(), reported::toString);
        assertSame(broken, reported.values().iterator().next());
    }

    @Test
    @DisplayName("C6 a cancelled task is reported nowhere")
    void cancellationIsNoFailure() {
        AtomicInteger reported = new AtomicInteger();
        try (Duotone duotone = Duotone.builder()
                .uncaught((name, failure) -> reported.incrementAndGet())
                .start()) {
            duotone.spawn(scope -> scope.sleep(FOREVER)).cancel("no");
            duotone.spawn(scope -> scope.spawnBlocking(() -> {
                        Signals.blockUntilInterrupted();
                        return 1;
                    }))
                    .cancel("no");
        }
        assertEquals(0, reported.get());
    }

    @Test
    @DisplayName("T11 the failure of a root task is there for whoever joins it later")
    void joinFailure() {
        IllegalStateException broken = new IllegalStateException("broken");
        try (Duotone duotone = Duotone.builder().uncaught((name, failure) -> {}).start()) {
            Task<Integer> task = duotone.spawn(scope -> Task.failed(broken));
            CompletionException thrown = assertThrows(CompletionException.class, task::join);
            assertSame(broken, thrown.getCause());
            assertNotNull(assertInstanceOf(IllegalStateException.class, thrown.getCause())
                    .getMessage());
        }
    }
}
