package io.duotone.interop.scope;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.CancelReason;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.OpenScope;
import io.duotone.Scope;
import io.duotone.ScopeOptions;
import io.duotone.ScopePolicy;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import io.duotone.TaskInfo;
import io.duotone.TaskOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Scopes without a body, and the list of a scope's tasks. */
@Timeout(60)
final class OpenScopeTest {
    private final Queue<CancelReason.Kind> cancelled = new ConcurrentLinkedQueue<>();
    private final Queue<String> reported = new ConcurrentLinkedQueue<>();

    @Test
    @DisplayName("R3 R12 the idiom: open, spawn, join, in the await tone")
    void idiom() {
        List<Integer> done = new ArrayList<>();
        int sum = Duotone.run(async(scope -> {
            try (OpenScope uploads = scope.open(ScopeOptions.defaults().named("uploads"))) {
                assertEquals("uploads", uploads.name());
                Task<Integer> one = uploads.spawn(slowly(1));
                Task<Integer> two = uploads.spawn(slowly(2));
                await(one.thenRun(() -> done.add(1)));
                await(uploads.spawn(slowly(3)));
                uploads.join();
                assertThrows(IllegalStateException.class, () -> uploads.spawn(slowly(4)));
                return one.join() + two.join();
            }
        }));
        assertEquals(3, sum);
        assertEquals(List.of(1), done);
    }

    @Test
    @DisplayName("R12 completing ends it with the last task, at once without any, and gives the same task each time")
    void complete() {
        Duotone.run(scope -> {
            assertNull(scope.open().complete().join());
            OpenScope open = scope.open();
            CompletableFuture<Integer> gate = new CompletableFuture<>();
            open.spawn(inner -> gate);
            Task<Void> end = open.complete();
            assertSame(end, open.complete());
            assertFalse(end.isDone());
            open.close();
            assertTrue(open.isActive());
            gate.complete(1);
            return end;
        });
    }

    @Test
    @DisplayName("R3 join throws the failure of a task, and its siblings have been cancelled")
    void failure() {
        CountDownLatch begun = new CountDownLatch(1);
        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> Duotone.run(async(scope -> {
                    try (OpenScope open = scope.open()) {
                        open.spawn(waits(begun));
                        assertTrue(begun.await(30, SECONDS));
                        open.spawn(inner -> Task.failed(new IllegalStateException("broken")));
                        // Once all has ended, what comes is cancelled: it cannot know.
                        Polling.awaitUntil(() -> open.tasks().isEmpty() && !open.isActive());
                        assertThrows(TaskCancelledException.class, () -> await(open.spawn(slowly(1))));
                        assertTrue(open.sleep(Duration.ofDays(1)).isCancelled());
                        open.join();
                    }
                    return null;
                })));
        assertEquals("broken", thrown.getMessage());
        assertEquals(List.of(CancelReason.Kind.SIBLING_FAILED), List.copyOf(cancelled));
    }

    @Test
    @DisplayName("R3 close without join cancels with SCOPE_CLOSED and waits for the cleanup")
    void close() {
        CountDownLatch begun = new CountDownLatch(1);
        Duotone.run(async(scope -> {
            OpenScope open = scope.open();
            open.spawn(waits(begun));
            assertTrue(begun.await(30, SECONDS));
            open.close();
            assertEquals(List.of(CancelReason.Kind.SCOPE_CLOSED), List.copyOf(cancelled));
            open.close();
            assertThrows(IllegalStateException.class, () -> open.spawn(slowly(1)));
            assertTrue(assertThrows(TaskCancelledException.class, open::join)
                    .getMessage()
                    .contains("closed before"));
            return null;
        }));
    }

    @Test
    @DisplayName("R3 a cancelled join cancels the scope, and close waits for its cleanup")
    void cancelledJoin() {
        CountDownLatch begun = new CountDownLatch(1);
        try (Duotone duotone = Duotone.start(DuotoneOptions.defaults())) {
            AtomicReference<List<CancelReason.Kind>> atClose = new AtomicReference<>();
            CountDownLatch closed = new CountDownLatch(1);
            Task<Void> holder = duotone.spawn(async(scope -> {
                try (OpenScope open = duotone.open()) {
                    open.spawn(waits(begun));
                    open.join();
                } finally {
                    atClose.set(List.copyOf(cancelled));
                    closed.countDown();
                }
                return null;
            }));
            awaitReached(begun);
            holder.cancel("enough");
            awaitReached(closed);
            assertEquals(List.of(CancelReason.Kind.CANCELLED), atClose.get());
        }
    }

    @Test
    @DisplayName("R3 C16 on a worker join is refused, and close cancels and says that it cannot wait")
    void onWorker() {
        CountDownLatch begun = new CountDownLatch(1);
        try (Duotone duotone = Duotone.builder().threads(1).start()) {
            OpenScope open = duotone.open();
            CountDownLatch mayEnd = new CountDownLatch(1);
            open.spawn(async(inner -> {
                try {
                    return await(waits(begun).start(inner));
                } finally {
                    assertTrue(mayEnd.await(30, SECONDS));
                }
            }));
            awaitReached(begun);
            String refused = duotone.block(scope -> {
                String join =
                        assertThrows(IllegalStateException.class, open::join).getMessage();
                String close =
                        assertThrows(IllegalStateException.class, open::close).getMessage();
                return Task.completed(join + close);
            });
            assertTrue(refused.contains("OpenScope.join") && refused.contains("OpenScope.close"), refused);
            mayEnd.countDown();
            assertThrows(TaskCancelledException.class, open::join);
            assertEquals(List.of(CancelReason.Kind.SCOPE_CLOSED), List.copyOf(cancelled));
        }
    }

    @Test
    @DisplayName("R3 policy, timeout and roles hold in it, and C3 the shape of its error")
    void options() {
        Duotone.run(async(scope -> {
            try (OpenScope open = scope.open(ScopeOptions.defaults().policy(ScopePolicy.SUPERVISE))) {
                open.spawn(inner -> Task.failed(new IllegalStateException("alone")))
                        .handle((value, failure) -> failure);
                assertEquals(1, await(open.spawn(slowly(1))));
                open.spawn(TaskOptions.defaults().background(), waits(new CountDownLatch(1)));
                open.join();
            }
            try (OpenScope open =
                    scope.open(ScopeOptions.defaults().named("limited").timeout(Duration.ofMillis(5)))) {
                open.spawn(inner -> inner.sleep(Duration.ofDays(1)));
                CompletionException late = assertThrows(CompletionException.class, open::join);
                assertInstanceOf(TimeoutException.class, late.getCause());
            }
            return null;
        }));
    }

    @Test
    @DisplayName("R3 C1 one of the runtime ends with the runtime, and C18 its failure is reported when nobody joins")
    void ofRuntime() {
        Task<Void> end;
        try (Duotone duotone = Duotone.builder()
                .uncaught((name, failure) -> reported.add(name + ": " + failure.getMessage()))
                .start()) {
            OpenScope open = duotone.open();
            CountDownLatch begun = new CountDownLatch(1);
            open.spawn(waits(begun));
            awaitReached(begun);
            end = open.complete();
            duotone.open(ScopeOptions.defaults().named("lost"))
                    .spawn(scope -> Task.failed(new IllegalStateException("unheard")));
            Polling.awaitUntil(() -> !reported.isEmpty());
        }
        assertEquals(List.of("lost: unheard"), List.copyOf(reported));
        assertEquals(List.of(CancelReason.Kind.SHUTDOWN), List.copyOf(cancelled));
        assertEquals(
                CancelReason.Kind.SHUTDOWN,
                assertThrows(TaskCancelledException.class, end::join).reason().kind());

        try (Duotone joining =
                Duotone.builder().atExit(DuotoneOptions.AtExit.JOIN).start()) {
            end = joining.open().spawn(slowly(1)).thenRun(() -> {});
        }
        assertNull(end.join());
        Duotone closed = Duotone.start(DuotoneOptions.defaults());
        closed.close();
        assertThrows(IllegalStateException.class, closed::open);
    }

    @Test
    @DisplayName("R3 C9 opening in a scope that has ended is refused")
    void ended() {
        AtomicReference<Scope> ended = new AtomicReference<>();
        Duotone.run(scope -> scope.fork(inner -> {
                    ended.set(inner);
                    return Task.completed(1);
                })
                .thenRun(() -> assertThrows(
                        IllegalStateException.class, () -> ended.get().open())));
    }

    @Test
    @DisplayName("R24 S48 tasks lists what has not ended, nested, with name, state and age")
    void tasks() {
        CompletableFuture<Integer> gate = new CompletableFuture<>();
        Duotone.run(async(scope -> {
            assertEquals(List.of(), scope.tasks());
            CountDownLatch begun = new CountDownLatch(3);
            Coroutine<Integer> waiting = inner -> {
                begun.countDown();
                return gate;
            };
            scope.spawn("parent", inner -> {
                inner.spawn("child", waiting);
                return waiting.start(inner);
            });
            scope.fork(ScopeOptions.defaults().named("fork"), inner -> {
                inner.spawn(waiting);
                return Task.completed(1);
            });
            assertTrue(begun.await(30, SECONDS));
            Polling.awaitUntil(() -> state(scope, "fork") == TaskInfo.State.JOINING);

            List<TaskInfo> tasks =
                    scope.tasks().stream().filter(task -> task.name() != null).toList();
            assertEquals(
                    List.of(
                            "parent (active, n ms)\n  child (active, n ms)",
                            "fork (joining, n ms)\n  a task without a name (active, n ms)"),
                    tasks.stream()
                            .map(task -> task.toString().replaceAll("\\d+ ms", "n ms"))
                            .toList());
            Duration age = tasks.get(0).runningFor();
            assertTrue(age != null && !age.isNegative(), () -> "" + age);
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> tasks.get(0).tasks().clear());
            gate.complete(1);
            return null;
        }));
    }

    private static TaskInfo.State state(Scope scope, String name) {
        return scope.tasks().stream()
                .filter(task -> name.equals(task.name()))
                .findFirst()
                .orElseThrow()
                .state();
    }

    private static <T> Coroutine<T> slowly(T value) {
        return scope -> scope.yieldNow().thenApply(any -> value);
    }

    /** A coroutine that waits until it is cancelled, and then tells why. */
    private Coroutine<Void> waits(CountDownLatch begun) {
        return async(scope -> {
            try {
                begun.countDown();
                return await(new CompletableFuture<Void>());
            } catch (TaskCancelledException e) {
                cancelled.add(e.reason().kind());
                throw e;
            }
        });
    }

    private static void awaitReached(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, SECONDS), "not reached in time");
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while waiting", e);
        }
    }
}
