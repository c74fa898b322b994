package io.duotone.interop.scope;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.AsyncIterator;
import io.duotone.CancelReason;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.Outcome;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Outcomes in the order in which they come, and all that an iterator offers but the publisher. */
final class AsCompletedTest {
    private final Queue<String> seen = new ConcurrentLinkedQueue<>();

    @Test
    @DisplayName("T21 Y25 outcomes come in the order in which the coroutines end, then empty")
    void order() {
        List<CompletableFuture<String>> gates = gates(3);
        List<String> got = Duotone.run(async(scope -> {
            AsyncIterator<Outcome<String>> results = scope.asCompleted(waitingFor(gates));
            List<String> values = new ArrayList<>();
            for (int gate : new int[] {2, 0, 1}) {
                gates.get(gate).complete("" + gate);
                values.add(valueOf(await(results.next())));
            }
            assertTrue(await(results.next()).isEmpty());
            assertTrue(await(results.next()).isEmpty());
            return values;
        }));
        assertEquals(List.of("2", "0", "1"), got);
    }

    @Test
    @DisplayName("Y25 whoever asks first gets what ends first, and too many get nothing")
    void firstComeFirstServed() {
        List<CompletableFuture<String>> gates = gates(2);
        Duotone.run(async(scope -> {
            AsyncIterator<Outcome<String>> results = scope.asCompleted(waitingFor(gates));
            Task<Optional<Outcome<String>>> first = results.next();
            Task<Optional<Outcome<String>>> second = results.next();
            Task<Optional<Outcome<String>>> third = results.next();
            gates.get(1).complete("fast");
            assertEquals("fast", valueOf(await(first)));
            assertFalse(second.isDone());
            gates.get(0).complete("slow");
            assertEquals("slow", valueOf(await(second)));
            assertTrue(await(third).isEmpty());
            return null;
        }));
    }

    @Test
    @DisplayName(
            "C23 a coroutine that fails, throws or is cancelled by itself gives a failed outcome, and the others go on")
    void failures() {
        Ends kinds = Duotone.run(async(scope -> {
            AsyncIterator<Outcome<String>> results = scope.asCompleted(List.of(
                    inner -> Task.failed(new IllegalStateException("failed")),
                    inner -> {
                        throw new AssertionError("thrown");
                    },
                    inner -> {
                        inner.cancel("itself");
                        return Task.completed("never");
                    },
                    inner -> inner.spawn(deep -> Task.failed(new IllegalStateException("child")))
                            .handle((value, failure) -> "never"),
                    inner -> inner.yieldNow().thenApply(any -> "value")));
            List<String> failures = new ArrayList<>();
            List<String> values = new ArrayList<>();
            for (Outcome<String> result : results.awaiting()) {
                Throwable failure = result.failure();
                if (failure == null) {
                    values.add(result.orElseThrow());
                } else {
                    failures.add(
                            failure instanceof TaskCancelledException cancelled
                                    ? cancelled.reason().message()
                                    : String.valueOf(failure.getMessage()));
                }
            }
            return new Ends(failures.stream().sorted().toList(), values);
        }));
        assertEquals(List.of("child", "failed", "itself", "thrown"), kinds.failures());
        assertEquals(List.of("value"), kinds.values());
    }

    private record Ends(List<String> failures, List<String> values) {}

    @Test
    @DisplayName("T21 the coroutines start at the call, and the scope waits for them")
    void hot() {
        CountDownLatch begun = new CountDownLatch(2);
        AtomicBoolean ended = new AtomicBoolean();
        Duotone.run(async(scope -> {
            scope.asCompleted(List.<Coroutine<Void>>of(
                    inner -> {
                        begun.countDown();
                        return inner.yieldNow()
                                .thenCompose(any -> inner.yieldNow())
                                .thenRun(() -> ended.set(true));
                    },
                    inner -> {
                        begun.countDown();
                        return Task.completed(null);
                    }));
            assertTrue(begun.await(30, TimeUnit.SECONDS));
            return null;
        }));
        assertTrue(ended.get());
    }

    @Test
    @DisplayName("T21 what has come can be taken when the scope is over")
    void afterTheScope() {
        AsyncIterator<Outcome<String>> results = Duotone.run(scope ->
                Task.completed(scope.asCompleted(List.<Coroutine<String>>of(inner -> Task.completed("kept")))));
        assertEquals("kept", valueOf(results.next().join()));
        assertTrue(results.next().join().isEmpty());
    }

    @Test
    @DisplayName("T21 nothing to run ends at once; null, and a scope that has ended, are refused at the call")
    void edges() {
        Duotone.run(scope -> {
            assertTrue(scope.asCompleted(List.<Coroutine<String>>of())
                    .next()
                    .join()
                    .isEmpty());
            assertThrows(NullPointerException.class, () -> scope.asCompleted(Arrays.asList((Coroutine<String>) null)));
            return Task.completed(null);
        });
        CompletableFuture<io.duotone.Scope> over = new CompletableFuture<>();
        Duotone.run(scope -> scope.fork(inner -> Task.completed(over.complete(inner))));
        assertThrows(
                IllegalStateException.class,
                () -> over.join().asCompleted(List.<Coroutine<String>>of(inner -> Task.completed("late"))));
    }

    @Test
    @DisplayName("T21 close cancels what runs, and gives empty to all that wait or come later")
    void close() {
        Duotone.run(async(scope -> {
            CountDownLatch begun = new CountDownLatch(1);
            AsyncIterator<Outcome<String>> results = scope.asCompleted(List.of(waits(begun)));
            Task<Optional<Outcome<String>>> waiting = results.next();
            assertTrue(begun.await(30, TimeUnit.SECONDS));
            results.close();
            results.close();
            assertTrue(await(waiting).isEmpty());
            assertTrue(await(results.next()).isEmpty());
            return null;
        }));
        assertEquals(List.of("SCOPE_CLOSED"), List.copyOf(seen));
    }

    @Test
    @DisplayName("T21 close drops what nobody took: values are closed, failures reported, also those that come later")
    void closeDrops() {
        Duotone.builder()
                .uncaught((task, failure) -> seen.add("reported " + failure.getMessage()))
                .run(async(scope -> {
                    CountDownLatch begun = new CountDownLatch(2);
                    AsyncIterator<Outcome<AutoCloseable>> results = scope.asCompleted(List.of(
                            inner -> Task.completed(() -> seen.add("closed early")),
                            inner -> Task.failed(new IllegalStateException("early")),
                            async(inner -> {
                                awaitCancellation(begun);
                                return () -> seen.add("closed late");
                            }),
                            async(inner -> {
                                awaitCancellation(begun);
                                throw new IllegalStateException("late");
                            })));
                    assertTrue(begun.await(30, TimeUnit.SECONDS));
                    awaitText(results, "2 there, 2 to come");
                    results.close();
                    return null;
                }));
        assertEquals(
                List.of("closed early", "closed late", "reported early", "reported late"),
                seen.stream().sorted().toList());
    }

    @Test
    @DisplayName("T21 a cancelled next leaves its element to the next one that asks")
    void cancelledNext() {
        List<CompletableFuture<String>> gates = gates(1);
        Duotone.run(async(scope -> {
            AsyncIterator<Outcome<String>> results = scope.asCompleted(waitingFor(gates));
            Task<Optional<Outcome<String>>> given = results.next();
            Task<Optional<Outcome<String>>> kept = results.next();
            assertTrue(given.cancel("no longer wanted"));
            gates.get(0).complete("value");
            assertEquals("value", valueOf(await(kept)));
            return null;
        }));
    }

    @Test
    @DisplayName("T21 when the scope is cancelled, whoever waits or asks is cancelled with its reason")
    void scopeCancelled() {
        Queue<AsyncIterator<Outcome<String>>> iterator = new ConcurrentLinkedQueue<>();
        Queue<Task<?>> waiting = new ConcurrentLinkedQueue<>();
        CountDownLatch begun = new CountDownLatch(1);
        assertThrows(
                TaskCancelledException.class,
                () -> Duotone.run(scope -> {
                    AsyncIterator<Outcome<String>> results = scope.asCompleted(List.of(waits(begun), waits(begun)));
                    iterator.add(results);
                    waiting.add(results.next());
                    return scope.spawn(async(inner -> {
                        assertTrue(begun.await(30, TimeUnit.SECONDS));
                        scope.cancel("enough");
                        return null;
                    }));
                }));
        CancelReason reason = waiting.remove().cancelReason();
        assertEquals("enough", reason == null ? null : reason.message());
        assertTrue(iterator.remove().next().isCancelled());
    }

    @Test
    @DisplayName("T21 C6 when the runtime closes, whoever waits is cancelled with a reason of kind SHUTDOWN, loops too")
    void runtimeCloses() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<AsyncIterator<Outcome<String>>> iterator = new CompletableFuture<>();
        Task<Optional<Outcome<String>>> waiting;
        Task<Void> loop;
        try (Duotone runtime = Duotone.builder().start()) {
            runtime.spawn(scope -> {
                iterator.complete(scope.asCompleted(List.of(waits(begun))));
                return Task.completed(null);
            });
            waiting = iterator.join().next();
            loop = iterator.join().forEach(result -> Task.completed(null));
            assertTrue(begun.await(30, TimeUnit.SECONDS));
        }
        assertThrows(CancellationException.class, () -> waiting.get(30, TimeUnit.SECONDS));
        assertThrows(Exception.class, () -> loop.get(30, TimeUnit.SECONDS));
        assertEquals(CancelReason.Kind.SHUTDOWN, kindOf(waiting));
        assertEquals(CancelReason.Kind.SHUTDOWN, kindOf(loop));
        assertEquals(List.of("SHUTDOWN"), List.copyOf(seen));
    }

    private static CancelReason.Kind kindOf(Task<?> task) {
        CancelReason reason = task.cancelReason();
        return reason == null ? null : reason.kind();
    }

    private static List<CompletableFuture<String>> gates(int count) {
        return Stream.generate(CompletableFuture<String>::new).limit(count).toList();
    }

    private static List<Coroutine<String>> waitingFor(List<CompletableFuture<String>> gates) {
        return gates.stream().map(gate -> (Coroutine<String>) scope -> gate).toList();
    }

    static <T> T valueOf(Optional<Outcome<T>> outcome) {
        return outcome.orElseThrow().orElseThrow();
    }

    private static void awaitCancellation(CountDownLatch begun) {
        begun.countDown();
        assertInstanceOf(
                TaskCancelledException.class,
                assertThrows(CancellationException.class, () -> await(new CompletableFuture<String>())));
    }

    /** A coroutine that waits until it is cancelled, and then tells why. */
    private Coroutine<String> waits(CountDownLatch whenBegun) {
        return async(scope -> {
            whenBegun.countDown();
            try {
                return await(new CompletableFuture<String>());
            } catch (TaskCancelledException e) {
                seen.add(e.reason().kind().toString());
                throw e;
            }
        });
    }

    static void awaitText(Object shown, String text) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!shown.toString().contains(text)) {
            assertTrue(System.nanoTime() - end < 0, () -> "not in time: " + text + " in " + shown);
            Thread.onSpinWait();
        }
    }
}
