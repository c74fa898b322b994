package io.duotone.interop.scope;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
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
import io.duotone.ErrorShape;
import io.duotone.Outcome;
import io.duotone.Scope;
import io.duotone.ScopeOptions;
import io.duotone.ScopePolicy;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import io.duotone.TaskGroupException;
import io.duotone.TaskOptions;
import io.duotone.Timed;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a scope offers in Java besides spawning; the policies have a table of their own. */
final class ScopeVerbsTest {
    private static final Duration SHORT = Duration.ofMillis(5);
    private static final Duration LONG = Duration.ofHours(1);

    private final Queue<CancelReason.Kind> cancelled = new ConcurrentLinkedQueue<>();

    @Test
    @DisplayName("S21 C10 failAfter fails with a timeout, which is no cancellation, after the cleanup")
    void failAfter() {
        assertEquals("in time", Duotone.run(scope -> scope.failAfter(LONG, inner -> Task.completed("in time"))));

        CompletionException thrown =
                assertThrows(CompletionException.class, () -> Duotone.run(scope -> scope.failAfter(SHORT, waits())));
        assertInstanceOf(TimeoutException.class, thrown.getCause());
        assertTimedOutIfBegun();

        assertThrows(
                CompletionException.class,
                () -> Duotone.run(scope -> scope.failAfter(Duration.ZERO, inner -> fail("it must not start"))));
    }

    @Test
    @DisplayName("T30 Y20 C10 moveOnAfter gives a value or says that the time is over")
    void moveOnAfter() {
        Timed<String> inTime = Duotone.run(
                scope -> scope.moveOnAfter(LONG, inner -> inner.yieldNow().thenApply(any -> "value")));
        assertEquals("value", inTime.get());

        Timed<Void> nothing = Duotone.run(scope -> scope.moveOnAfter(LONG, Scope::yieldNow));
        assertFalse(nothing.isTimedOut());
        assertNull(nothing.get());

        Timed<String> late = Duotone.run(scope -> scope.moveOnAfter(SHORT, waits()));
        assertTrue(late.isTimedOut());
        assertThrows(NoSuchElementException.class, late::get);
        assertTimedOutIfBegun();

        assertThrows(
                IllegalStateException.class,
                () -> Duotone.run(scope -> scope.moveOnAfter(LONG, inner -> fail("inside"))));
    }

    @Test
    @DisplayName(
            "T14 repeat is the loop of the stage tone: as long as it likes, one run after the other, until one gives false")
    void repeat() {
        AtomicInteger runs = new AtomicInteger();
        assertNull(Duotone.run(scope -> scope.repeat(inner -> Task.completed(runs.incrementAndGet() < 100_000))));
        assertEquals(100_000, runs.get());

        assertNull(Duotone.run(scope ->
                scope.repeat(inner -> inner.yieldNow().thenApply(any -> runs.decrementAndGet() > 99_000))));
        assertEquals(99_000, runs.get());
    }

    @Test
    @DisplayName("T14 a run that fails ends the loop of repeat")
    void repeatFails() {
        AtomicInteger runs = new AtomicInteger();
        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> Duotone.run(scope -> scope.repeat(inner -> {
                    if (runs.incrementAndGet() == 3) {
                        throw new IllegalStateException("the third run");
                    }
                    return inner.yieldNow().thenCompose(any -> inner.yieldNow()).thenApply(any -> true);
                })));
        assertEquals("the third run", thrown.getMessage());
        assertEquals(3, runs.get());
    }

    @Test
    @DisplayName("T14 C5 a loop of repeat whose runs are done at once can be cancelled, and lets others run")
    void repeatCancelled() {
        Duotone.run(Duotone.builder().threads(1).build(), scope -> {
            Task<Void> endless = scope.repeat(inner -> Task.completed(true));
            return scope.yieldNow().thenAccept(any -> assertTrue(endless.cancel("enough")));
        });
    }

    @Test
    @DisplayName("S22 repeatTimeout gives each iteration its time")
    void repeatTimeout() {
        AtomicInteger turns = new AtomicInteger();
        assertNull(Duotone.run(scope ->
                scope.repeatTimeout(LONG, inner -> inner.yieldNow().thenApply(any -> turns.incrementAndGet() < 10))));
        assertEquals(10, turns.get());

        assertThrows(
                CompletionException.class,
                () -> Duotone.run(scope ->
                        scope.repeatTimeout(SHORT, inner -> waits().start(inner).thenApply(any -> true))));
    }

    @Test
    @DisplayName("Y28 C4 isolate gives the outcome as a value, and its failure hurts nobody else")
    void isolate() {
        List<Outcome<String>> outcomes = Duotone.run(scope -> {
            Task<String> other = scope.spawn(inner -> inner.yieldNow().thenApply(any -> "alive"));
            return scope.isolate(inner -> inner.spawn(deep -> ScopeVerbsTest.<String>fail("inside")))
                    .thenCombine(other, (outcome, alive) -> List.of(outcome, new Outcome.Success<>(alive)));
        });

        assertFalse(outcomes.get(0).isSuccess());
        assertEquals(
                "inside",
                assertInstanceOf(IllegalStateException.class, outcomes.get(0).failure())
                        .getMessage());
        assertThrows(IllegalStateException.class, () -> outcomes.get(0).orElseThrow());
        assertEquals("alive", outcomes.get(1).orElseThrow());
        assertThrows(
                AssertionError.class,
                () -> Duotone.run(scope -> scope.isolate(inner -> {
                    throw new AssertionError("no outcome");
                })));
    }

    @Test
    @DisplayName("T27 race gives the first outcome, and the losers have cleaned up")
    void race() {
        CompletableFuture<String> mayWin = new CompletableFuture<>();
        Coroutine<String> loser = waits(() -> mayWin.complete("winner"));

        assertEquals("winner", Duotone.<String>run(scope -> scope.race(inner -> mayWin, loser)));
        assertEquals(List.of(CancelReason.Kind.SCOPE_CLOSED), List.copyOf(cancelled));

        assertEquals(
                "done",
                Duotone.<String>run(scope -> scope.race(inner -> Task.completed("done"), inner -> fail("late"))));
        assertThrows(
                IllegalStateException.class,
                () -> Duotone.<String>run(scope -> scope.race(waits(), inner -> fail("first"))));
        assertThrows(
                IllegalArgumentException.class,
                () -> Duotone.<String>run(scope -> scope.race(List.<Coroutine<String>>of())));
    }

    @Test
    @DisplayName("T19 T20 map and mapBlocking keep the order and the limit, and collect the failures")
    void map() {
        List<Integer> elements = IntStream.rangeClosed(1, 20).boxed().toList();
        List<Integer> squares = elements.stream().map(i -> i * i).toList();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();

        assertEquals(
                squares,
                Duotone.<List<Integer>>run(scope -> scope.map(elements, 3, i -> inner -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    return inner.yieldNow().thenApply(any -> {
                        running.decrementAndGet();
                        return i * i;
                    });
                })));
        assertTrue(most.get() <= 3, () -> "at a time: " + most.get());
        assertEquals(squares, Duotone.<List<Integer>>run(scope -> scope.mapBlocking(elements, i -> i * i)));

        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> Duotone.<List<Integer>>run(scope ->
                        scope.map(elements, i -> inner -> i % 5 == 0 ? fail("" + i) : Task.completed(i))));
        assertEquals(3, thrown.getSuppressed().length);
    }

    @Test
    @DisplayName("R1 R18 the timeout of a running scope can be moved and taken back")
    void timeoutMoves() {
        ScopeOptions options = ScopeOptions.defaults().named("slow").timeout(LONG);

        assertEquals(
                "in time",
                Duotone.<String>run(scope -> scope.fork(options, inner -> {
                    inner.timeoutAfter(LONG);
                    inner.clearTimeout();
                    return inner.yieldNow().thenApply(any -> inner.name() == null ? "no name" : "in time");
                })));
        CompletionException thrown = assertThrows(
                CompletionException.class,
                () -> Duotone.<String>run(scope -> scope.fork(options, inner -> {
                    inner.timeoutAfter(SHORT);
                    return waits().start(inner);
                })));
        assertTrue(thrown.getCause().getMessage().contains("slow timed out"), thrown.getCause()::getMessage);
        assertThrows(
                IllegalArgumentException.class, () -> ScopeOptions.defaults().timeout(Duration.ZERO));
    }

    @Test
    @DisplayName("C3 the shape of a scope's error is an option")
    void errorShape() {
        TaskGroupException group = assertThrows(
                TaskGroupException.class,
                () -> Duotone.<String>run(scope -> scope.fork(
                        ScopeOptions.defaults().policy(ScopePolicy.COLLECT).errors(ErrorShape.GROUP_IF_MANY), inner -> {
                            inner.spawn(deep -> fail("one"));
                            inner.spawn(deep -> fail("two"));
                            return Task.completed("body");
                        })));
        assertEquals(2, group.failures().size());
        assertSame(group.getCause(), group.failures().get(0));
    }

    @Test
    @DisplayName("R11 R18 roles and timeouts work in the scope that a verb makes, as in any other")
    void rolesInside() {
        Outcome<String> outcome = Duotone.run(scope -> scope.isolate(inner -> {
            inner.spawn(TaskOptions.defaults().background(), waits());
            inner.timeoutAfter(LONG);
            return Task.completed("value");
        }));

        assertEquals("value", outcome.orElseThrow());
    }

    @Test
    @DisplayName("R8 C17 awaitedContained holds for groups too")
    void awaitedGroup() {
        CompletableFuture<Integer> isAwaited = new CompletableFuture<>();
        assertEquals(
                "alive",
                Duotone.<String>run(scope -> scope.fork(ScopeOptions.defaults().awaitedContained(true), inner -> {
                    Task<String> awaiting = inner.spawn(
                                    deep -> isAwaited.thenCompose(any -> ScopeVerbsTest.<Integer>fail("one")),
                                    Scope::yieldNow)
                            .handle((both, failure) -> failure == null ? "no failure" : "alive");
                    isAwaited.complete(1);
                    return awaiting;
                })));
    }

    /** The time may be over before the work has a thread: then there is nobody to see why. */
    private void assertTimedOutIfBegun() {
        assertTrue(cancelled.stream().allMatch(CancelReason.Kind.TIMEOUT::equals), cancelled::toString);
    }

    private static <T> Task<T> fail(String message) {
        return Task.failed(new IllegalStateException(message));
    }

    /** A coroutine that waits until it is cancelled, and then tells why. */
    private Coroutine<String> waits() {
        return waits(() -> {});
    }

    private Coroutine<String> waits(Runnable whenBegun) {
        return async(scope -> {
            try {
                whenBegun.run();
                return await(new CompletableFuture<String>());
            } catch (TaskCancelledException e) {
                cancelled.add(e.reason().kind());
                throw e;
            }
        });
    }
}
