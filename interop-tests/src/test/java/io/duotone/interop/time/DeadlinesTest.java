package io.duotone.interop.time;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.CancelReason;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.ScopeOptions;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The clock of a runtime, and deadlines on it. */
final class DeadlinesTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(5);

    @Test
    @DisplayName("T28 the clock of a runtime begins with it and goes on")
    void clock() {
        try (Duotone first = Duotone.start(DuotoneOptions.defaults())) {
            Duration before = first.time();
            assertTrue(!before.isNegative(), before::toString);
            try (Duotone second = Duotone.start(DuotoneOptions.defaults())) {
                Duration young = second.time();
                Duration old = first.time();
                assertTrue(old.compareTo(before) > 0 && young.compareTo(old) <= 0, () -> young + " " + old);
            }
        }
    }

    @Test
    @DisplayName(
            "T29 T28 a sleep is never shorter than asked on the clock of the runtime, zero and less are done at once")
    void sleep() {
        Duotone.run(scope -> {
            assertTrue(scope.sleep(Duration.ZERO).isDone());
            assertTrue(scope.sleep(Duration.ofSeconds(-1)).isDone());
            Duration before = scope.runtime().time();
            Duration asked = Duration.ofNanos(3_000_001);
            return scope.sleep(asked)
                    .thenAccept(slept ->
                            assertNotBefore(before.plus(asked), scope.runtime().time()));
        });
    }

    @Test
    @DisplayName("S21 C10 failAt fails at its deadline, and not before, with a timeout that the work sees")
    void failAt() {
        AtomicReference<CancelReason> seen = new AtomicReference<>();
        Duotone.run(scope -> {
            Duration deadline = scope.runtime().time().plus(SHORT);
            return scope.failAt(deadline, waits(seen)).handle((value, failure) -> {
                assertInstanceOf(TimeoutException.class, unwrapped(failure));
                assertNotBefore(deadline, scope.runtime().time());
                return "timed out";
            });
        });
        // The time may be over before the work has begun: then there is nobody to see why.
        CancelReason reason = seen.get();
        assertTrue(reason == null || reason.kind() == CancelReason.Kind.TIMEOUT, () -> "" + reason);

        assertEquals("in time", Duotone.<String>run(scope -> scope.failAt(LONG, inner -> Task.completed("in time"))));
    }

    @Test
    @DisplayName("C10 a deadline already past fails at once, and the body does not start")
    void failAtPast() {
        AtomicBoolean started = new AtomicBoolean();
        Duotone.run(scope -> {
            for (Duration past : new Duration[] {scope.runtime().time(), Duration.ZERO, Duration.ofSeconds(-1)}) {
                Task<?> task = scope.failAt(past, inner -> Task.completed(started.getAndSet(true)));
                assertTrue(task.isDone());
                CompletionException thrown = assertThrows(CompletionException.class, task::join);
                assertInstanceOf(TimeoutException.class, thrown.getCause());
                assertTrue(thrown.getCause().getMessage().contains("at once"), thrown::toString);
            }
            return Task.completed("");
        });
        assertTrue(!started.get());
    }

    @Test
    @DisplayName("R18 C10 a scope is given a deadline, another, and none; one already past ends it")
    void timeoutAt() {
        Duotone.run(scope -> scope.fork(inner -> {
            assertEquals(Optional.empty(), inner.deadline());
            assertEquals(Optional.empty(), inner.timeLeft());
            inner.timeoutAt(LONG);
            assertEquals(Optional.of(LONG), inner.deadline());
            assertTrue(inner.timeLeft().orElseThrow().compareTo(LONG) < 0);
            inner.timeoutAt(LONG.multipliedBy(2));
            assertEquals(Optional.of(LONG.multipliedBy(2)), inner.deadline());
            inner.clearTimeout();
            assertEquals(Optional.empty(), inner.deadline());
            return inner.yieldNow();
        }));

        CompletionException thrown = assertThrows(
                CompletionException.class,
                () -> Duotone.run(scope -> scope.fork(ScopeOptions.defaults().named("past"), inner -> {
                    inner.timeoutAt(Duration.ZERO);
                    assertEquals(Optional.of(Duration.ZERO), inner.timeLeft());
                    return new CompletableFuture<>();
                })));
        assertInstanceOf(TimeoutException.class, thrown.getCause());
        assertTrue(thrown.getCause().getMessage().startsWith("past timed out at its deadline"), thrown::toString);
    }

    @Test
    @DisplayName("R21 C10 scopes inside inherit the deadline, and the earliest wins")
    void earliestWins() {
        Duration longer = LONG.multipliedBy(2);
        Optional<Duration> earliest = Duotone.<Optional<Duration>>run(scope -> scope.failAt(
                LONG,
                outer -> outer.failAt(
                        longer,
                        inner -> inner.spawn(
                                task -> task.failAfter(longer, deepest -> Task.completed(deepest.deadline()))))));
        assertEquals(Optional.of(LONG), earliest);

        Optional<Duration> own = Duotone.<Optional<Duration>>run(scope ->
                scope.failAt(longer, outer -> outer.failAt(LONG, inner -> Task.completed(inner.deadline()))));
        assertEquals(Optional.of(LONG), own);

        assertThrows(
                CompletionException.class,
                () -> Duotone.run(scope -> scope.failAt(
                        scope.runtime().time().plus(SHORT),
                        outer -> outer.failAt(LONG, waits(new AtomicReference<>())))));
    }

    @Test
    @DisplayName("R18 in a scope that was made by failAt the deadline can be moved")
    void moved() {
        Optional<Duration> moved = Duotone.<Optional<Duration>>run(scope -> scope.failAt(LONG, inner -> {
            inner.timeoutAt(LONG.plus(SHORT));
            return Task.completed(inner.deadline());
        }));
        assertEquals(Optional.of(LONG.plus(SHORT)), moved);
    }

    /** Waits until it is cancelled, and then tells why. */
    private static Coroutine<Object> waits(AtomicReference<CancelReason> seen) {
        return async(scope -> {
            try {
                return await(new CompletableFuture<>());
            } catch (TaskCancelledException e) {
                seen.set(e.reason());
                throw e;
            }
        });
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException ? failure.getCause() : failure;
    }

    private static void assertNotBefore(Duration earliest, Duration actual) {
        assertTrue(actual.compareTo(earliest) >= 0, () -> actual + " is before " + earliest);
    }
}
