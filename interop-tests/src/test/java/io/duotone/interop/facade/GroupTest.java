package io.duotone.interop.facade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Both;
import io.duotone.CancelReason;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import io.duotone.Three;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Scope: coroutines spawned together. */
class GroupTest {
    private static final Duotone DUOTONE = Duotone.start(DuotoneOptions.defaults());
    private static final Duration FOREVER = Duration.ofDays(1000);

    @AfterAll
    static void close() {
        DUOTONE.close();
    }

    private static Coroutine<Integer> soon(int value) {
        return scope -> scope.sleep(Duration.ofMillis(value % 7)).thenApply(slept -> value);
    }

    @Test
    @DisplayName("T11 two and three coroutines give their values in the order of the arguments")
    void twoAndThree() {
        assertEquals(
                new Both<>("a", 2),
                DUOTONE.block(scope -> scope.spawn(
                        inner -> inner.sleep(Duration.ofMillis(10)).thenApply(slept -> "a"),
                        inner -> Task.completed(2))));
        assertEquals(
                new Three<>(1, "b", 3L),
                DUOTONE.block(scope -> scope.spawn(
                        soon(1), inner -> Task.completed("b"), inner -> CompletableFuture.completedFuture(3L))));
    }

    @Test
    @DisplayName("T11 a collection gives its values in its order, an empty one an empty list")
    void collection() {
        List<Coroutine<Integer>> coroutines = new ArrayList<>();
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            coroutines.add(i % 3 == 0 ? scope -> scope.yieldNow().thenApply(yielded -> 0) : soon(i));
            expected.add(i % 3 == 0 ? 0 : i);
        }

        assertEquals(expected, DUOTONE.block(scope -> scope.spawn(coroutines)));
        assertEquals(List.of(), DUOTONE.block(scope -> scope.spawn(List.<Coroutine<Integer>>of())));
        assertEquals(
                Arrays.asList(null, 1),
                DUOTONE.block(scope -> scope.spawn(
                        List.<Coroutine<Integer>>of(inner -> Task.completed(null), inner -> Task.completed(1)))));
    }

    @Test
    @DisplayName("T11 a null in the collection is refused before anything starts")
    void nullMember() {
        AtomicInteger started = new AtomicInteger();

        assertThrows(
                NullPointerException.class,
                () -> DUOTONE.block(scope -> scope.spawn(
                        Arrays.<Coroutine<Integer>>asList(inner -> Task.completed(started.incrementAndGet()), null))));
        assertEquals(0, started.get());
    }

    @Test
    @DisplayName("T11 a hundred thousand members that yield, sleep or are done at once all end")
    void many() {
        Coroutine<Integer> member = scope -> scope.yieldNow().thenApply(yielded -> 1);
        List<Integer> ones = DUOTONE.block(scope -> scope.spawn(Collections.nCopies(100_000, member)));

        assertEquals(100_000, ones.stream().mapToInt(one -> one).sum());
    }

    @Test
    @DisplayName("T12 C3 all members run to their end; the first failure is thrown, the others are suppressed in it")
    void failuresWaitForTheOthers() {
        IllegalStateException first = new IllegalStateException("first");
        IllegalStateException second = new IllegalStateException("second");
        CompletableFuture<Integer> firstFailed = new CompletableFuture<>();
        AtomicInteger ended = new AtomicInteger();

        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> DUOTONE.block(scope -> scope.spawn(List.<Coroutine<Integer>>of(
                        inner -> {
                            firstFailed.complete(1);
                            throw first;
                        },
                        inner -> firstFailed.thenComposeAsync(
                                one -> inner.sleep(Duration.ofMillis(10)).thenCompose(slept -> Task.failed(second))),
                        inner -> inner.sleep(Duration.ofMillis(30)).thenApply(slept -> ended.incrementAndGet())))));

        assertSame(first, thrown);
        assertEquals(1, thrown.getSuppressed().length);
        assertSame(second, thrown.getSuppressed()[0]);
        assertEquals(1, ended.get());
    }

    @Test
    @DisplayName("C3 of two, the second runs to its end when the first fails")
    void bothRunToTheEnd() {
        AtomicInteger ended = new AtomicInteger();
        IllegalStateException broken = new IllegalStateException("broken");

        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> DUOTONE.block(scope -> scope.spawn(
                        inner -> Task.<Integer>failed(broken),
                        inner -> inner.sleep(Duration.ofMillis(20)).thenApply(slept -> ended.incrementAndGet()))));

        assertSame(broken, thrown);
        assertEquals(1, ended.get());
    }

    @Test
    @DisplayName("C3 the failure of a task that a member spawned is one of the group, which still runs to its end")
    void failureOfAMembersChild() {
        IllegalStateException broken = new IllegalStateException("broken");
        AtomicInteger ended = new AtomicInteger();

        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> DUOTONE.block(scope -> scope.spawn(List.<Coroutine<Integer>>of(
                        inner -> inner.spawnBlocking(() -> {
                            throw broken;
                        }),
                        inner -> inner.sleep(Duration.ofMillis(30)).thenApply(slept -> ended.incrementAndGet())))));

        assertSame(broken, thrown);
        assertEquals(0, thrown.getSuppressed().length, "the same failure came twice, by the task and by the member");
        assertEquals(1, ended.get());
    }

    @Test
    @DisplayName("C2 a failed group fails its scope, with siblings cancelled")
    void failedGroupFailsTheScope() {
        IllegalStateException broken = new IllegalStateException("broken");
        AtomicReference<Task<?>> sibling = new AtomicReference<>();

        assertSame(
                broken,
                assertThrows(
                        IllegalStateException.class,
                        () -> DUOTONE.<Void>block(scope -> {
                            sibling.set(scope.spawn(inner -> inner.sleep(FOREVER)));
                            scope.spawn(soon(1), inner -> Task.<Integer>failed(broken));
                            return scope.sleep(FOREVER);
                        })));

        CancelReason reason = sibling.get().cancelReason();
        assertNotNull(reason);
        assertEquals(CancelReason.Kind.SIBLING_FAILED, reason.kind());
    }

    @Test
    @DisplayName("C6 cancelling the group cancels the stages of all its members, with the reason")
    void cancelGroup() {
        ConcurrentLinkedQueue<Task<?>> sleeps = new ConcurrentLinkedQueue<>();
        CountDownLatch started = new CountDownLatch(1000);
        AtomicReference<Task<?>> group = new AtomicReference<>();
        Coroutine<Integer> sleeper = scope -> {
            Task<?> sleep = scope.sleep(FOREVER);
            sleeps.add(sleep);
            started.countDown();
            return sleep.thenApply(slept -> 1);
        };

        DUOTONE.block(scope -> {
            group.set(scope.spawn(Collections.nCopies(1000, sleeper)));
            return scope.spawnBlocking(() -> {
                Signals.awaitReached(started);
                return group.get().cancel("enough");
            });
        });

        assertTrue(group.get().isCancelled());
        for (Task<?> sleep : sleeps) {
            Signals.awaitUntil(sleep::isDone);
            assertTrue(sleep.isCancelled());
            assertEquals(
                    "enough",
                    java.util.Objects.requireNonNull(sleep.cancelReason()).message());
        }
    }

    @Test
    @DisplayName("C7 members that have not begun when the group is cancelled do not start")
    void cancelBeforeTheStart() {
        AtomicInteger started = new AtomicInteger();
        try (Duotone one = Duotone.builder().threads(1).start()) {
            assertThrows(
                    TaskCancelledException.class,
                    () -> one.<Integer>block(scope -> {
                        // The one worker is busy here until all are queued and cancelled.
                        Task<List<Integer>> group = scope.spawn(
                                Collections.nCopies(1000, inner -> Task.completed(started.incrementAndGet())));
                        group.cancel("changed my mind");
                        return group.thenApply(List::size);
                    }));
        }
        assertEquals(0, started.get());
    }

    @Test
    @DisplayName("C1 a cancelled group ends after the blocking work of its members")
    void groupWaitsForThreads() {
        CountDownLatch running = new CountDownLatch(1);
        AtomicInteger cleanedUp = new AtomicInteger();

        DUOTONE.block(scope -> {
            Task<?> group = scope.spawn(List.<Coroutine<Integer>>of(inner -> inner.spawnBlocking(() -> {
                running.countDown();
                try {
                    Signals.blockUntilInterrupted();
                } catch (InterruptedException e) {
                    cleanedUp.incrementAndGet();
                }
                return 1;
            })));
            return scope.spawnBlocking(() -> {
                Signals.awaitReached(running);
                return group.cancel("enough");
            });
        });

        assertEquals(1, cleanedUp.get());
    }

    @Test
    @DisplayName("C6 a member whose own stage was cancelled cancels the group, and is no failure")
    void memberCancelledByItself() {
        TaskCancelledException thrown = assertThrows(
                TaskCancelledException.class,
                () -> DUOTONE.block(scope -> scope.spawn(List.<Coroutine<Integer>>of(
                        inner -> {
                            Task<Integer> stage = inner.sleep(FOREVER).thenApply(slept -> 1);
                            stage.cancel("by itself");
                            return stage;
                        },
                        soon(3)))));

        assertEquals("by itself", thrown.reason().message());
        assertFalse(DUOTONE.isClosed());
    }
}
