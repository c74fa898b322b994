package io.duotone.interop.scope;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.CancelReason;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.Scope;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Work from and for other threads and other runtimes, and stages among coroutines. */
@Timeout(60)
final class SubmittingTest {
    @Test
    @DisplayName("Y5 members of different kinds make one list in their order, and one may come twice")
    void mixedMembers() {
        CompletableFuture<String> event = new CompletableFuture<>();
        List<String> values = Duotone.run(scope -> {
            Task<String> running = scope.spawn(inner -> inner.yieldNow().thenApply(any -> "task"));
            Coroutine<String> again = Coroutine.of(running);
            Coroutine<String> opens = inner -> {
                event.complete("event");
                return Task.completed("stage tone");
            };
            return scope.spawn(List.of(
                    Coroutine.of(event),
                    opens,
                    again,
                    async(inner -> await(inner.yieldNow().thenApply(any -> "await tone"))),
                    again));
        });
        assertEquals(List.of("event", "stage tone", "task", "await tone", "task"), values);
        assertThrows(NullPointerException.class, () -> Coroutine.of(null));
    }

    @Test
    @DisplayName(
            "Y5 C17 a cancelled wait for a stage cancels it as an await does, and leaves a task that others wait for")
    void cancelledStage() {
        CompletableFuture<Integer> plain = new CompletableFuture<>();
        try (Duotone duotone = Duotone.builder().start()) {
            Task<Integer> common = duotone.spawn(scope -> new CompletableFuture<>());
            Task<Integer> other = common.thenApply(value -> value);
            Task<?> group = duotone.spawn(scope -> scope.spawn(Coroutine.of(plain), Coroutine.of(common)));
            // The group waits for the second stage once it counts as one who does.
            Polling.awaitUntil(() -> common.toString().contains("2 waiting"));
            group.cancel("enough");
            Polling.awaitUntil(plain::isCancelled);
            assertFalse(common.isDone());
            other.cancel("enough");
            assertTrue(common.isCancelled());
        }
    }

    @Test
    @DisplayName("S11 any thread may spawn, on the runtime and in a scope, at the same time as others")
    void fromAnyThread() throws InterruptedException {
        CompletableFuture<Scope> opened = new CompletableFuture<>();
        CompletableFuture<Void> mayEnd = new CompletableFuture<>();
        ConcurrentLinkedQueue<Task<String>> tasks = new ConcurrentLinkedQueue<>();
        try (Duotone duotone = Duotone.builder().name("any").threads(2).start()) {
            Task<Void> body = duotone.spawn(scope -> {
                opened.complete(scope);
                return mayEnd;
            });
            Scope scope = opened.join();
            Coroutine<String> where = inner ->
                    inner.yieldNow().thenApply(any -> Thread.currentThread().getName());
            List<Thread> threads = IntStream.range(0, 4)
                    .mapToObj(index -> new Thread(() -> {
                        for (int i = 0; i < 500; i++) {
                            tasks.add(i % 2 == 0 ? duotone.spawn(where) : scope.spawn(where));
                        }
                    }))
                    .toList();
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            mayEnd.complete(null);
            body.join();
            assertEquals(2000, tasks.size());
            for (Task<String> task : tasks) {
                assertTrue(task.join().startsWith("any-worker"), task::toString);
            }
            assertThrows(IllegalStateException.class, () -> scope.spawn(where));
        }
    }

    @Test
    @DisplayName(
            "S12 a plain thread that waits for a task gets value, failure or cancellation; its timeout leaves the task running")
    void plainThreads() throws Exception {
        CompletableFuture<String> gate = new CompletableFuture<>();
        IllegalStateException broken = new IllegalStateException("broken");
        try (Duotone duotone = Duotone.builder().uncaught((name, failure) -> {}).start()) {
            Task<String> task = duotone.spawn(scope -> gate);
            assertThrows(TimeoutException.class, () -> task.get(1, TimeUnit.MILLISECONDS));
            assertThrows(TimeoutException.class, () -> task.get(0, TimeUnit.NANOSECONDS));
            assertFalse(task.isDone());
            gate.complete("value");
            assertEquals("value", task.get(30, TimeUnit.SECONDS));
            assertEquals("value", task.join());

            Task<String> failing = duotone.spawn(scope -> Task.failed(broken));
            assertSame(
                    broken,
                    assertThrows(ExecutionException.class, () -> failing.get(30, TimeUnit.SECONDS))
                            .getCause());

            Task<String> waiting = duotone.spawn(scope -> new CompletableFuture<>());
            CompletableFuture<CancelReason> seen = new CompletableFuture<>();
            Thread joiner = new Thread(() -> {
                try {
                    waiting.join();
                } catch (TaskCancelledException e) {
                    seen.complete(e.reason());
                }
            });
            joiner.start();
            waiting.cancel("enough");
            assertEquals("enough", seen.get(30, TimeUnit.SECONDS).message());
            joiner.join();
        }
    }

    @Test
    @DisplayName("S13 a task of another runtime is awaited in either tone, and the coroutine goes on where it was")
    void otherRuntime() {
        CompletableFuture<String> gate = new CompletableFuture<>();
        try (Duotone there = Duotone.builder().name("there").start();
                Duotone here = Duotone.builder().name("here").threads(1).start()) {
            Task<String> task = there.spawn(
                    scope -> gate.thenApplyAsync(value -> Thread.currentThread().getName(), there.executor()));
            Task<String> stageTone = here.spawn(scope -> scope.spawn(Coroutine.of(task.copy()))
                    .thenApplyAsync(name -> name + " " + Thread.currentThread().getName()));
            Task<String> awaitTone = here.spawn(async(scope -> {
                String name = await(task.copy());
                return name + " " + Duotone.current().options().name();
            }));
            gate.complete("open");
            assertTrue(stageTone.join().matches("there-worker-\\d+ here-worker-0"), stageTone::join);
            assertTrue(awaitTone.join().matches("there-worker-\\d+ here"), awaitTone::join);
        }
    }

    @Test
    @DisplayName(
            "S13 C17 cancelling who waits on another runtime cancels the task, and closing the task's runtime ends the wait")
    void otherRuntimeCancels() {
        try (Duotone here = Duotone.builder().start()) {
            Task<String> waiting;
            try (Duotone there = Duotone.builder().start()) {
                Task<String> first = there.spawn(scope -> new CompletableFuture<>());
                Task<String> awaits = here.spawn(Coroutine.of(first));
                Polling.awaitUntil(() -> first.toString().contains("1 waiting"));
                awaits.cancel("enough");
                Polling.awaitUntil(first::isCancelled);

                Task<String> second = there.spawn(scope -> new CompletableFuture<>());
                waiting = here.spawn(Coroutine.of(second));
                Polling.awaitUntil(() -> second.toString().contains("1 waiting"));
            }
            assertEquals(
                    CancelReason.Kind.SHUTDOWN,
                    assertThrows(TaskCancelledException.class, waiting::join)
                            .reason()
                            .kind());
        }
    }
}
