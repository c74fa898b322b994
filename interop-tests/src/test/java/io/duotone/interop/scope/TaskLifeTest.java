package io.duotone.interop.scope;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.CancelReason;
import io.duotone.ConcurrentOperationException;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.ErrorShape;
import io.duotone.Outcome;
import io.duotone.ScopeOptions;
import io.duotone.ScopePolicy;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import io.duotone.TaskGroupException;
import io.duotone.TaskOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A task from its start to its end, and who hears of that. */
final class TaskLifeTest {
    private static final Duration SHORT = Duration.ofMillis(5);
    private static final Duration LONG = Duration.ofHours(1);

    @Test
    @DisplayName("Y6 S10 R5 a spawned task starts though nobody awaits it, and its scope goes on meanwhile")
    void background() {
        assertEquals("started", Duotone.<String>run(scope -> {
            CompletableFuture<String> started = new CompletableFuture<>();
            CompletableFuture<String> mayEnd = new CompletableFuture<>();
            Task<String> task = scope.spawn(inner -> {
                started.complete("started");
                return mayEnd;
            });
            return started.thenApply(value -> {
                boolean isDone = task.isDone();
                mayEnd.complete("ended");
                return isDone ? "done too early" : value;
            });
        }));
    }

    @Test
    @DisplayName("R14 a body that throws cancels its tasks, and what it threw arrives after their cleanup")
    void bodyThrows() {
        CountDownLatch waits = new CountDownLatch(1);
        AtomicBoolean cleanedUp = new AtomicBoolean();
        IllegalStateException broken = new IllegalStateException("broken");

        assertSame(
                broken,
                assertThrows(
                        IllegalStateException.class,
                        () -> Duotone.<Object>run(async(scope -> {
                            scope.spawn(async(inner -> {
                                try {
                                    waits.countDown();
                                    return await(inner.sleep(LONG));
                                } finally {
                                    cleanedUp.set(true);
                                }
                            }));
                            waits.await();
                            throw broken;
                        }))));
        assertTrue(cleanedUp.get());
    }

    @Test
    @DisplayName("Y12 Y13 Y14 C3 an error is the first failure, a group where there are more, or always a group")
    void shapes() {
        assertEquals("a failure and 0 more", shownAs(ErrorShape.FIRST, 1));
        assertEquals("a failure and 1 more", shownAs(ErrorShape.FIRST, 2));
        assertEquals("a failure and 0 more", shownAs(ErrorShape.GROUP_IF_MANY, 1));
        assertEquals("a group of 2", shownAs(ErrorShape.GROUP_IF_MANY, 2));
        assertEquals("a group of 1", shownAs(ErrorShape.GROUP, 1));
        assertEquals("a group of 2", shownAs(ErrorShape.GROUP, 2));
    }

    private static String shownAs(ErrorShape shape, int failures) {
        ScopeOptions options =
                ScopeOptions.defaults().policy(ScopePolicy.COLLECT).errors(shape);
        try {
            return Duotone.<String>run(scope -> scope.fork(options, inner -> {
                for (int i = 0; i < failures; i++) {
                    inner.spawn(deep -> Task.failed(new IllegalStateException("failure")));
                }
                return Task.completed("no failure");
            }));
        } catch (TaskGroupException group) {
            return "a group of " + group.failures().size();
        } catch (IllegalStateException failure) {
            return "a failure and " + failure.getSuppressed().length + " more";
        }
    }

    @Test
    @DisplayName("T40 C6 C10 C29 each way to end has a type of its own: cancellation, timeout, misuse, many failures")
    void types() {
        assertInstanceOf(
                CancellationException.class,
                assertThrows(
                        TaskCancelledException.class,
                        () -> Duotone.<Void>run(scope -> {
                            scope.cancel("enough");
                            return scope.sleep(LONG);
                        })));
        assertInstanceOf(
                TimeoutException.class,
                assertThrows(
                                CompletionException.class,
                                () -> Duotone.<Void>run(scope -> scope.failAfter(SHORT, inner -> inner.sleep(LONG))))
                        .getCause());
        assertThrows(IllegalStateException.class, Duotone::current);
        assertInstanceOf(IllegalStateException.class, new ConcurrentOperationException("two at a time"));
        ScopeOptions grouped = ScopeOptions.defaults().errors(ErrorShape.GROUP);
        assertThrows(
                TaskGroupException.class,
                () -> Duotone.<Object>run(
                        scope -> scope.fork(grouped, inner -> Task.failed(new IllegalStateException("failure")))));
    }

    @Test
    @DisplayName(
            "S15 S16 whoever listens hears of the end once, before or after it; one that throws or is gone hurts no other")
    void listeners() {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        String waited = Duotone.run(async(scope -> {
            CompletableFuture<String> gate = new CompletableFuture<>();
            Task<String> task = scope.spawn(TaskOptions.defaults().contained(), inner -> gate);
            Task<Boolean> throwing = task.handle((value, failure) -> {
                heard.add("throwing");
                throw new IllegalStateException("a listener");
            });
            Task<Boolean> gone = task.handle((value, failure) -> heard.add("gone"));
            Task<Boolean> second = task.handle((value, failure) -> heard.add("second"));
            assertTrue(gone.cancel("not interested any more"));
            gate.completeExceptionally(new IllegalStateException("the task"));

            // Waiting for the end alone does not throw what the task failed with.
            String end = await(task.handle((value, failure) -> failure == null ? "value" : "failure"));
            await(second);
            assertThrows(IllegalStateException.class, () -> await(throwing));
            await(task.handle((value, failure) -> heard.add("late")));
            return end;
        }));
        assertEquals("failure", waited);
        assertEquals(
                List.of("late", "second", "throwing"), heard.stream().sorted().toList());
    }

    @Test
    @DisplayName("R16 C5 a task that does not end when it is cancelled is reported, and still waited for")
    void stubborn() {
        Queue<String> warnings = new ConcurrentLinkedQueue<>();
        Logger logger = Logger.getLogger("io.duotone");
        Handler listener = listener(warnings);
        logger.addHandler(listener);
        AtomicBoolean ended = new AtomicBoolean();
        CountDownLatch running = new CountDownLatch(1);
        TaskOptions options = TaskOptions.defaults().named("stubborn").cancelTimeout(SHORT);
        try {
            assertThrows(
                    TaskCancelledException.class,
                    () -> Duotone.<Boolean>run(scope -> {
                        scope.spawn(
                                options,
                                inner -> inner.spawnBlocking(() -> {
                                    running.countDown();
                                    Polling.awaitUntil(
                                            () -> warnings.stream().anyMatch(warning -> warning.contains("stubborn")));
                                    return ended.getAndSet(true);
                                }));
                        return scope.spawnBlocking(() -> {
                            running.await();
                            return scope.cancel("enough");
                        });
                    }));
        } finally {
            logger.removeHandler(listener);
        }
        assertTrue(ended.get());
    }

    private static Handler listener(Queue<String> messages) {
        return new Handler() {
            @Override
            public void publish(LogRecord record) {
                messages.add(record.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }

    @Test
    @DisplayName("R23 names stand where tasks and scopes show themselves, and in the reasons that they give")
    void names() {
        assertEquals(
                "value",
                Duotone.<String>run(scope -> scope.fork(ScopeOptions.defaults().named("uploads"), inner -> {
                    assertEquals("uploads", inner.name());
                    assertTrue(inner.toString().contains("uploads"), inner::toString);
                    Task<Void> task = inner.spawn("loader", deep -> deep.sleep(LONG));
                    assertEquals("loader", task.name());
                    assertTrue(task.toString().contains("loader"), task::toString);
                    task.cancel("not needed");
                    CancelReason reason = task.cancelReason();
                    assertNotNull(reason);
                    assertEquals("loader", reason.origin());
                    return Task.completed("value");
                })));
    }

    @Test
    @DisplayName("Y26 a coroutine gives a resource to a try block, which closes it")
    void resource() {
        List<String> events = new ArrayList<>();
        Coroutine<Connection> opens = scope -> scope.yieldNow().thenApply(yielded -> {
            events.add("open");
            return new Connection(events);
        });
        Duotone.<String>run(async(scope -> {
            try (Connection connection = await(scope.spawn(opens))) {
                connection.use();
            }
            return "done";
        }));
        assertEquals(List.of("open", "use", "close"), events);
    }

    private record Connection(List<String> events) implements AutoCloseable {
        void use() {
            events.add("use");
        }

        @Override
        public void close() {
            events.add("close");
        }
    }

    @Test
    @DisplayName("Y27 a loop awaits one coroutine after the other, or what comes next of several")
    void loops() {
        List<Coroutine<Integer>> coroutines =
                List.of(scope -> scope.yieldNow().thenApply(yielded -> 1), scope -> Task.completed(2));
        assertEquals(6, Duotone.<Integer>run(async(scope -> {
            int sum = 0;
            for (Coroutine<Integer> coroutine : coroutines) {
                sum += await(scope.spawn(coroutine));
            }
            for (Outcome<Integer> outcome : scope.asCompleted(coroutines).awaiting()) {
                sum += outcome.orElseThrow();
            }
            return sum;
        })));
    }
}
