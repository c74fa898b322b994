package io.duotone;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.TestProvider.Worker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CoroutinesTest {
    private static final CancelReason REASON = CancelReason.of(CancelReason.Kind.SHUTDOWN, "test");

    private static <T extends @Nullable Object> Task<T> start(AsyncBody<T> body) throws Exception {
        return (Task<T>) async(body).start(TestProvider.NO_SCOPE);
    }

    /** Starts a body and returns when its thread waits for {@code stage}. */
    private static <T extends @Nullable Object> Task<T> startWaiting(CompletableFuture<?> stage, AsyncBody<T> body)
            throws Exception {
        AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
        Task<T> task = start(scope -> {
            thread.set(Thread.currentThread());
            return body.run(scope);
        });
        Await.until(() -> {
            Thread started = thread.get();
            return started != null && started.getState() == Thread.State.WAITING && stage.getNumberOfDependents() > 0;
        });
        return task;
    }

    @Test
    @DisplayName("T1 a body awaits values, one after the other")
    void awaitsValues() throws Exception {
        TestTask<Integer> first = new TestTask<>();
        CompletableFuture<Integer> second = new CompletableFuture<>();
        Task<Integer> sum = start(scope -> await(first) + await(second) + await(second.minimalCompletionStage()));
        assertTrue(first.succeed(1));
        assertTrue(second.complete(2));
        assertEquals(5, sum.join());
        assertEquals(0, first.toString().indexOf("Task@"), first.toString());
    }

    @Test
    @DisplayName("C13 nothing runs before the start, and each start runs anew")
    void isLazy() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        Coroutine<Integer> coroutine = async(scope -> {
            assertSame(TestProvider.NO_SCOPE, scope);
            return runs.incrementAndGet();
        });
        assertEquals(0, runs.get());
        assertEquals(
                1, coroutine.start(TestProvider.NO_SCOPE).toCompletableFuture().get());
        assertEquals(
                2, coroutine.start(TestProvider.NO_SCOPE).toCompletableFuture().get());
    }

    @Test
    @DisplayName("C16 await is refused on a worker, even of a done stage")
    void refusedOnAWorker() throws Exception {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        Worker worker = new Worker(() -> {
            try {
                await(Task.completed(1));
            } catch (Throwable e) {
                thrown.set(e);
            }
        });
        worker.start();
        worker.join();
        Throwable refusal = assertInstanceOf(IllegalStateException.class, thrown.get());
        assertEquals("Coroutines.await on a worker", refusal.getMessage());
    }

    @Test
    @DisplayName("T1 failures arrive unwrapped")
    void failuresUnwrapped() {
        IllegalArgumentException unchecked = new IllegalArgumentException();
        AssertionError error = new AssertionError();
        IOException io = new IOException();
        TimeoutException checked = new TimeoutException();
        assertSame(unchecked, assertThrows(IllegalArgumentException.class, () -> await(Task.failed(unchecked))));
        assertSame(error, assertThrows(AssertionError.class, () -> await(Task.failed(error))));
        assertSame(
                io,
                assertThrows(UncheckedIOException.class, () -> await(Task.failed(io)))
                        .getCause());
        assertSame(
                checked,
                assertThrows(CompletionException.class, () -> await(Task.failed(checked)))
                        .getCause());
        Task<Integer> derived = Task.<Integer>failed(unchecked).thenApply(value -> value);
        assertSame(unchecked, assertThrows(IllegalArgumentException.class, () -> await(derived)));
        CompletableFuture<Integer> stranger = CompletableFuture.failedFuture(new CompletionException(unchecked));
        assertSame(unchecked, assertThrows(IllegalArgumentException.class, () -> await(stranger)));
    }

    @Test
    @DisplayName("Y15 the stack trace of a failure shows where it was awaited")
    void traceShowsTheSite() {
        IllegalArgumentException failure = new IllegalArgumentException();
        assertThrows(IllegalArgumentException.class, () -> await(Task.failed(failure)));
        List<String> methods = Arrays.stream(failure.getStackTrace())
                .map(StackTraceElement::getMethodName)
                .toList();
        int site = methods.indexOf("from");
        assertTrue(site > 0, methods.toString());
        assertTrue(methods.subList(site, methods.size()).contains("await"), methods.toString());
        assertTrue(methods.lastIndexOf("traceShowsTheSite") > site, methods.toString());
    }

    @Test
    @DisplayName("C6 a cancelled stage throws its cancellation")
    void cancelledStage() {
        TestTask<Integer> task = new TestTask<>();
        Task<Integer> derived = task.thenApply(value -> value);
        assertTrue(task.cancel(REASON));
        assertSame(
                REASON,
                assertThrows(TaskCancelledException.class, () -> await(task)).reason());
        assertSame(
                REASON,
                assertThrows(TaskCancelledException.class, () -> await(derived)).reason());
        CompletableFuture<Integer> stranger = new CompletableFuture<>();
        assertTrue(stranger.cancel(true));
        assertThrows(CancellationException.class, () -> await(stranger));
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    @DisplayName("C5 cancelling a body cancels what it awaits, and every later await throws")
    void cancellingTheBody() throws Exception {
        TestTask<Integer> pending = new TestTask<>();
        TestTask<Integer> later = new TestTask<>();
        List<CancelReason> seen = new ArrayList<>();
        CountDownLatch ended = new CountDownLatch(1);
        Task<Integer> body = startWaiting(pending, scope -> {
            try {
                seen.add(assertThrows(TaskCancelledException.class, () -> await(pending))
                        .reason());
                seen.add(assertThrows(TaskCancelledException.class, () -> await(Task.completed(1)))
                        .reason());
                seen.add(assertThrows(TaskCancelledException.class, () -> await(later))
                        .reason());
                return 1;
            } finally {
                ended.countDown();
            }
        });
        assertTrue(body.cancel(REASON));
        ended.await();
        assertEquals(List.of(REASON, REASON, REASON), seen);
        assertEquals(List.of(REASON), pending.stopped);
        assertEquals(List.of(REASON), later.stopped, "a stage handed to a cancelled body is stopped too");
    }

    @Test
    @DisplayName("C17 a cancelled await leaves what others wait for, and what is shared")
    void leavesWhatOthersAwait() throws Exception {
        TestTask<Integer> pending = new TestTask<>();
        TestTask<Integer> shared = new TestTask<>();
        assertSame(shared, shared.shared());
        Task<Integer> other = pending.thenApply(value -> value);
        CountDownLatch ended = new CountDownLatch(2);
        for (TestTask<Integer> awaited : List.of(pending, shared)) {
            Task<Integer> body = startWaiting(awaited, scope -> {
                try {
                    return await(awaited);
                } finally {
                    ended.countDown();
                }
            });
            assertTrue(body.cancel(REASON));
        }
        ended.await();
        assertFalse(pending.isDone());
        assertFalse(shared.isDone());
        assertTrue(other.cancel(REASON));
        assertEquals(List.of(REASON), pending.stopped);
    }

    @Test
    @DisplayName("C17 an await counts as a dependent")
    void countsAsDependent() throws Exception {
        TestTask<Integer> pending = new TestTask<>();
        Task<Integer> other = pending.thenApply(value -> value);
        Task<Integer> body = startWaiting(pending, scope -> await(pending));
        Await.until(() -> pending.toString().contains("2 waiting"));
        assertTrue(other.cancel(REASON));
        assertFalse(pending.isDone());
        assertTrue(pending.succeed(4));
        assertEquals(4, body.join());
    }

    @Test
    @DisplayName("C5 a future that is no task is cancelled with the body that awaits it")
    void cancelsAStranger() throws Exception {
        CompletableFuture<Integer> stranger = new CompletableFuture<>();
        CountDownLatch ended = new CountDownLatch(1);
        Task<Integer> body = startWaiting(stranger, scope -> {
            try {
                return await(stranger);
            } finally {
                ended.countDown();
            }
        });
        assertTrue(body.cancel(REASON));
        ended.await();
        assertTrue(stranger.isCancelled());
    }

    @Test
    @DisplayName("C6 an interrupt outside of a body is a cancellation of kind INTERRUPTED")
    void interruptedOutside() {
        TestTask<Integer> pending = new TestTask<>();
        Thread.currentThread().interrupt();
        TaskCancelledException thrown = assertThrows(TaskCancelledException.class, () -> await(pending));
        assertTrue(Thread.interrupted(), "the flag stays set");
        assertEquals(CancelReason.Kind.INTERRUPTED, thrown.reason().kind());
        assertEquals(List.of(thrown.reason()), pending.stopped);
    }

    @Test
    void aDoneStageIsReadWhateverTheInterruptFlag() {
        Thread.currentThread().interrupt();
        assertEquals(1, await(Task.completed(1)));
        assertTrue(Thread.interrupted());
    }

    @Test
    void theResultThatArrivesWhileWithdrawingIsNotLost() {
        TestTask<Integer> winning = new TestTask<>();
        TestTask<Integer> pending = new TestTask<>() {
            @Override
            protected void onCancel(CancelReason reason) {
                throw new AssertionError("it is done by then");
            }
        };
        Task<Integer> awaited = pending.applyToEither(winning, value -> value).shared();
        // interrupted before it waits, so it withdraws at once; the stage is shared and ends while it does
        CompletableFuture<Integer> ending = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                return winning.succeed(6) && complete(awaited.join());
            }
        };
        Thread.currentThread().interrupt();
        assertEquals(6, await(ending));
        assertTrue(Thread.interrupted(), "so that the next wait throws");
    }

    @Test
    void aThrowingHookIsSuppressedInTheCancellation() {
        IllegalStateException failure = new IllegalStateException();
        Task<Integer> throwing = new Task<>(TestProvider.EXECUTOR, null) {
            @Override
            protected void onCancel(CancelReason reason) {
                throw failure;
            }
        };
        Thread.currentThread().interrupt();
        TaskCancelledException thrown = assertThrows(TaskCancelledException.class, () -> await(throwing));
        assertTrue(Thread.interrupted());
        assertSame(failure, thrown.getSuppressed()[0]);
        assertNull(failure.getCause());
    }

    @Test
    @DisplayName("T1 what a body throws is the failure of its task, checked or not")
    void bodyThrows() throws Exception {
        IOException failure = new IOException();
        Task<Integer> task = start(scope -> {
            throw failure;
        });
        assertSame(failure, assertThrows(CompletionException.class, task::join).getCause());
    }
}
