package io.duotone.interop.scope;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static io.duotone.interop.scope.AsCompletedTest.awaitText;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.AsyncIterator;
import io.duotone.ContextKey;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.Outcome;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What an iterator offers besides {@code next}, {@code close} and the publisher: its two loops. */
final class AsyncIteratorTest {
    private final Queue<String> seen = new ConcurrentLinkedQueue<>();

    @Test
    @DisplayName("T21 forEach takes one element at a time, and waits for the stage of its action")
    void forEach() {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Duotone.run(scope -> {
            List<Coroutine<String>> coroutines = IntStream.range(0, 50)
                    .mapToObj(i -> (Coroutine<String>) inner -> inner.yieldNow().thenApply(any -> "" + i))
                    .toList();
            return scope.asCompleted(coroutines).forEach(result -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                seen.add(result.orElseThrow());
                return scope.yieldNow().thenRun(running::decrementAndGet);
            });
        });
        assertEquals(1, most.get());
        assertEquals(
                IntStream.range(0, 50).mapToObj(Integer::toString).collect(Collectors.toSet()),
                seen.stream().collect(Collectors.toSet()));
        assertEquals(50, seen.size());
    }

    @Test
    @DisplayName("T21 forEach over very many that are there already does not run out of stack")
    void forEachOfMany() {
        AtomicInteger calls = new AtomicInteger();
        int many = 20_000;
        Duotone.run(async(scope -> {
            AsyncIterator<Outcome<Integer>> results = scope.asCompleted(many(many));
            awaitText(results, "0 to come");
            return await(results.forEach(result -> Task.completed(calls.incrementAndGet())));
        }));
        assertEquals(many, calls.get());
    }

    @Test
    @DisplayName("T21 a failing action, thrown or staged, ends forEach with the failure and closes the iterator")
    void forEachFails() {
        for (boolean thrown : new boolean[] {true, false}) {
            IllegalStateException failure = new IllegalStateException("action");
            CountDownLatch begun = new CountDownLatch(1);
            Duotone.run(async(scope -> {
                AsyncIterator<Outcome<String>> results =
                        scope.asCompleted(List.of(inner -> Task.completed("value"), waits(begun)));
                assertTrue(begun.await(30, TimeUnit.SECONDS));
                IllegalStateException got = assertThrows(
                        IllegalStateException.class,
                        () -> await(results.forEach(result -> {
                            if (thrown) {
                                throw failure;
                            }
                            return Task.failed(failure);
                        })));
                assertEquals("action", got.getMessage()); // itself, or the copy that kotlinx makes in debug mode
                assertTrue(await(results.next()).isEmpty());
                return null;
            }));
        }
        assertEquals(List.of("SCOPE_CLOSED", "SCOPE_CLOSED"), List.copyOf(seen));
    }

    @Test
    @DisplayName("T21 C28 the action of forEach has the context values of its caller, after a wait too")
    void forEachHasValues() {
        ContextKey<String> key = ContextKey.named("user");
        Duotone.run(scope -> scope.with(key, "ann").spawn(inner -> {
            List<Coroutine<String>> coroutines = IntStream.range(0, 3)
                    .mapToObj(i -> (Coroutine<String>) each -> each.yieldNow().thenApply(any -> "" + i))
                    .toList();
            return inner.asCompleted(coroutines).forEach(result -> {
                seen.add(key.getOr("nobody"));
                return inner.yieldNow();
            });
        }));
        assertEquals(List.of("ann", "ann", "ann"), List.copyOf(seen));
    }

    @Test
    @DisplayName("T21 C18 a failure of forEach that nobody hears of is reported")
    void forEachUnheard() {
        Duotone.builder()
                .uncaught((task, failure) -> seen.add(task + ": " + failure.getMessage()))
                .run(async(scope -> {
                    Task<Void> unheard = scope.asCompleted(List.<Coroutine<String>>of(
                                    inner -> inner.yieldNow().thenApply(any -> "value")))
                            .forEach(result -> Task.failed(new IllegalStateException("action")));
                    while (!unheard.isDone()) {
                        await(scope.yieldNow());
                    }
                    return null;
                }));
        assertEquals(List.of("AsyncIterator.forEach: action"), List.copyOf(seen));
    }

    @Test
    @DisplayName("T21 an action that returns null fails with a message that says so")
    void forEachNull() {
        NullPointerException thrown = assertThrows(
                NullPointerException.class,
                () -> Duotone.run(
                        scope -> scope.asCompleted(List.<Coroutine<String>>of(inner -> Task.completed("value")))
                                .forEach(result -> null)));
        assertTrue(thrown.getMessage().contains("returned null instead of a stage"), thrown::getMessage);
    }

    @Test
    @DisplayName("T21 cancelling forEach cancels the stage of its action, and closes the iterator")
    void forEachCancelled() {
        CompletableFuture<String> action = new CompletableFuture<>();
        CountDownLatch begun = new CountDownLatch(2);
        Duotone.run(async(scope -> {
            AsyncIterator<Outcome<String>> results =
                    scope.asCompleted(List.of(inner -> Task.completed("value"), waits(begun)));
            Task<Void> loop = results.forEach(result -> {
                begun.countDown();
                return action;
            });
            assertTrue(begun.await(30, TimeUnit.SECONDS));
            loop.cancel("enough");
            assertThrows(CancellationException.class, () -> await(action));
            awaitText(results, "closed");
            assertTrue(await(results.next()).isEmpty());
            return null;
        }));
        assertEquals(List.of("SCOPE_CLOSED"), List.copyOf(seen));
    }

    @Test
    @DisplayName("T21 an await-tone loop that is cancelled closes the iterator")
    void awaitingCancelled() {
        CountDownLatch begun = new CountDownLatch(2);
        Duotone.run(async(scope -> {
            AsyncIterator<Outcome<String>> results = scope.asCompleted(List.of(waits(begun)));
            Task<String> reader = scope.spawn(async(inner -> {
                begun.countDown();
                for (Outcome<String> result : results.awaiting()) {
                    seen.add("element " + result);
                }
                return "ended";
            }));
            assertTrue(begun.await(30, TimeUnit.SECONDS));
            reader.cancel("enough");
            awaitText(results, "closed");
            assertTrue(await(results.next()).isEmpty());
            return null;
        }));
        assertEquals(List.of("SCOPE_CLOSED"), List.copyOf(seen));
    }

    @Test
    @DisplayName("T21 C5 an element that comes to a loop which is cancelled already is not lost: its value is closed")
    void awaitingInACancelledBody() {
        CountDownLatch begun = new CountDownLatch(1);
        Duotone.run(async(scope -> {
            AsyncIterator<Outcome<AutoCloseable>> results = scope.asCompleted(
                    List.<Coroutine<AutoCloseable>>of(inner -> Task.completed(() -> seen.add("closed"))));
            awaitText(results, "1 there");
            Task<String> reader = scope.spawn(async(inner -> {
                begun.countDown();
                assertThrows(CancellationException.class, () -> await(new CompletableFuture<String>()));
                assertThrows(
                        TaskCancelledException.class,
                        () -> results.awaiting().iterator().hasNext());
                seen.add("over");
                return "cancelled";
            }));
            assertTrue(begun.await(30, TimeUnit.SECONDS));
            reader.cancel("enough");
            return null;
        }));
        assertEquals(List.of("closed", "over"), List.copyOf(seen));
    }

    @Test
    @DisplayName("T21 C16 the await-tone loop is refused on a worker, and takes nothing there")
    void awaitingOnWorker() {
        assertEquals("kept", Duotone.<String>run(scope -> {
            AsyncIterator<Outcome<String>> results =
                    scope.asCompleted(List.<Coroutine<String>>of(inner -> Task.completed("kept")));
            assertThrows(
                    IllegalStateException.class,
                    () -> results.awaiting().iterator().hasNext());
            return results.next().thenApply(AsCompletedTest::valueOf);
        }));
    }

    @Test
    @DisplayName("T21 the iterator of a loop keeps the contract of java.util.Iterator")
    void awaitingContract() {
        Duotone.run(async(scope -> {
            var each = scope.asCompleted(List.<Coroutine<String>>of(inner -> Task.completed("value")))
                    .awaiting()
                    .iterator();
            assertTrue(each.hasNext());
            assertTrue(each.hasNext());
            assertEquals("value", each.next().orElseThrow());
            assertThrows(NoSuchElementException.class, each::next);
            assertFalse(each.hasNext());
            return null;
        }));
    }

    private static List<Coroutine<Integer>> many(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> (Coroutine<Integer>) scope -> Task.completed(i))
                .toList();
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
}
