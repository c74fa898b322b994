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
import io.duotone.ScopeOptions;
import io.duotone.ScopePolicy;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import io.duotone.TaskGroupException;
import io.duotone.TaskOptions;
import io.duotone.coroutines.facade.Scopes;
import io.duotone.coroutines.facade.Suspending;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import kotlinx.coroutines.CoroutineScopeKt;
import kotlinx.coroutines.JobKt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How scopes end, seen from Java: what comes at the same moment, late, or from inside what is ending. */
final class ScopeEndTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final Queue<Throwable> reports = new ConcurrentLinkedQueue<>();
    private final Duotone duotone = Duotone.builder()
            .threads(2)
            .uncaught((task, failure) -> reports.add(failure))
            .start();

    @Test
    @DisplayName("C6 a background task hears why its scope was cancelled, not that nothing else was left")
    void backgroundReason() {
        CompletableFuture<CancelReason.Kind> heard = new CompletableFuture<>();
        try (duotone) {
            duotone.block(scope -> scope.fork(ScopeOptions.defaults().timeout(Duration.ofMillis(20)), inner -> {
                        inner.spawn(TaskOptions.defaults().background(), background -> background.sleep(LONG))
                                .whenComplete((value, failure) -> heard.complete(((TaskCancelledException) failure)
                                        .reason()
                                        .kind()));
                        return inner.sleep(LONG);
                    })
                    .handle((value, failure) -> failure));
        }
        assertEquals(CancelReason.Kind.TIMEOUT, heard.join());
    }

    @Test
    @DisplayName("C2 R15 a body whose cleanup fails fails its scope, whatever the policy makes of its tasks")
    void cleanupOfBody() {
        try (duotone) {
            for (ScopePolicy policy : ScopePolicy.values()) {
                IllegalStateException failure = new IllegalStateException("cleanup");
                CountDownLatch waits = new CountDownLatch(1);
                Coroutine<Object> body = async(inner -> {
                    try {
                        waits.countDown();
                        return await(inner.sleep(LONG));
                    } catch (CancellationException cancelled) {
                        throw failure;
                    }
                });
                Throwable thrown = duotone.block(scope -> {
                    Task<Object> fork = scope.fork(ScopeOptions.defaults().policy(policy), inner -> {
                        scope.spawnBlocking(() -> {
                            waits.await();
                            return inner.cancel("enough");
                        });
                        return body.start(inner);
                    });
                    return fork.handle((value, cause) -> cause);
                });
                assertSame(failure, thrown, () -> policy + " gave " + thrown);
            }
        }
        assertTrue(reports.isEmpty(), reports::toString);
    }

    @Test
    @DisplayName("C18 a failed task that is combined with another has been heard")
    void combined() {
        IllegalStateException failure = new IllegalStateException("contained");
        try (duotone) {
            duotone.block(scope -> {
                Task<Object> failed = scope.spawn(TaskOptions.defaults().contained(), inner -> {
                    throw failure;
                });
                return failed.handle((value, cause) -> cause)
                        .thenCompose(cause -> failed.thenCombine(Task.completed(1), (a, b) -> a))
                        .handle((value, cause) -> cause);
            });
        }
        assertTrue(reports.isEmpty(), reports::toString);
    }

    @Test
    @DisplayName("C18 a call of a suspend function that fails and that nobody hears of is reported")
    void unheardCall() {
        IllegalStateException failure = new IllegalStateException("unheard");
        try (duotone) {
            Suspending.task(duotone, k -> {
                throw failure;
            });
        }
        assertEquals(List.of(failure), List.copyOf(reports));
    }

    @Test
    @DisplayName("C29 roles that a scope of kotlinx does not know are refused there")
    void rolesOfKotlinx() {
        Scope scope = Scopes.asJava(CoroutineScopeKt.CoroutineScope(JobKt.Job(null)));
        try (duotone) {
            for (TaskOptions role : List.of(
                    TaskOptions.defaults().background(), TaskOptions.defaults().master())) {
                IllegalStateException refused =
                        assertThrows(IllegalStateException.class, () -> scope.spawn(role, inner -> Task.completed(1)));
                assertTrue(refused.getMessage().contains("taskScope"), refused::getMessage);
            }
        }
    }

    @Test
    @DisplayName("C9 C7 failAfter of no time fails, but refuses in a scope that has ended")
    void failAfterTheEnd() {
        try (duotone) {
            Scope[] ended = new Scope[1];
            duotone.block(scope -> {
                ended[0] = scope;
                return Task.completed(null);
            });
            assertThrows(
                    IllegalStateException.class, () -> ended[0].failAfter(Duration.ZERO, inner -> Task.completed(1)));
        }
    }

    @Test
    @DisplayName("T27 racers start on a worker, also when the race is called from elsewhere")
    void raceOnWorkers() {
        try (duotone) {
            String thread = duotone.block(scope -> scope.spawnBlocking(() -> await(scope.race(
                    List.of(inner -> Task.completed(Thread.currentThread().getName()))))));
            assertTrue(thread.contains("worker"), thread);
        }
    }

    @Test
    @DisplayName("T30 a value that arrives when the time is over is closed")
    void lateValue() {
        AtomicInteger open = new AtomicInteger();
        try (duotone) {
            for (int round = 0; round < 300; round++) {
                AutoCloseable closed =
                        duotone.block(scope -> scope.moveOnAfter(Duration.ofNanos(200_000), async(inner -> {
                                    await(inner.sleep(Duration.ofNanos(100_000)));
                                    open.incrementAndGet();
                                    return (AutoCloseable) open::decrementAndGet;
                                }))
                                .thenApply(timed -> timed.isTimedOut() ? () -> {} : timed.get()));
                assertTrue(closeQuietly(closed));
            }
        }
        assertEquals(0, open.get());
    }

    private static boolean closeQuietly(AutoCloseable resource) {
        try {
            resource.close();
            return true;
        } catch (Exception e) {
            return false;
        }
    }

    @Test
    @DisplayName("Y15 C6 failures survive being written and read: the reason, and the failures of a group")
    void serialised() throws IOException, ClassNotFoundException {
        try (duotone) {
            CancelReason reason = new CancelReason(CancelReason.Kind.TIMEOUT, "too slow", "upload");
            assertEquals(reason, ((TaskCancelledException) copy(new TaskCancelledException(reason))).reason());

            TaskGroupException group = (TaskGroupException) copy(
                    new TaskGroupException("a scope", List.of(new IllegalStateException("1"), new IOException("2"))));
            assertEquals(2, group.failures().size());
            assertEquals("2", group.failures().get(1).getMessage());
        }
    }

    private static Object copy(Object original) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(original);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return in.readObject();
        }
    }

    @Test
    @DisplayName("R13 of two that cancel a scope one is told that it was the one")
    void cancelOnce() {
        try (duotone) {
            duotone.block(scope -> scope.isolate(inner -> {
                assertTrue(inner.cancel("first"));
                assertFalse(inner.cancel("second"));
                return Task.completed(null);
            }));
        }
    }

    @Test
    @DisplayName("C1 ten thousand scopes, one within the other, end one after the other")
    void deep() {
        AtomicInteger ended = new AtomicInteger();
        try (duotone) {
            duotone.block(scope -> nest(scope, ended, 10_000));
        }
        assertEquals(10_000, ended.get());
    }

    private static Task<Object> nest(Scope scope, AtomicInteger ended, int depth) {
        if (depth == 0) {
            return Task.completed(null);
        }
        return scope.spawn(inner -> {
            var unused = nest(inner, ended, depth - 1);
            ended.incrementAndGet();
            return Task.completed(null);
        });
    }
}
