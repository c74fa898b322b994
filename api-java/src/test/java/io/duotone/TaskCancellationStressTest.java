package io.duotone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Two threads at one task, many times over; after each round what must hold whoever was first. */
class TaskCancellationStressTest {
    private static final int ROUNDS = 20_000;
    private static final int MOST_SPINS = 200;
    private static final CancelReason REASON = CancelReason.cancelled("stress");
    private static ExecutorService second;

    /** What one side of a round does. */
    @FunctionalInterface
    private interface Side {
        void run() throws Exception;
    }

    @BeforeAll
    static void start() {
        second = Executors.newSingleThreadExecutor();
    }

    @AfterAll
    static void stop() {
        second.shutdownNow();
    }

    /** Runs both sides at the same time, one of them a little later, and returns when both have ended. */
    private static void race(CyclicBarrier barrier, int round, Side one, Side other) throws Exception {
        int lead = round % MOST_SPINS;
        Future<?> done = second.submit(() -> {
            barrier.await(20, TimeUnit.SECONDS);
            spin(lead - MOST_SPINS / 2);
            other.run();
            return null;
        });
        barrier.await(20, TimeUnit.SECONDS);
        spin(MOST_SPINS / 2 - lead);
        one.run();
        done.get(20, TimeUnit.SECONDS);
    }

    private static void spin(int times) {
        for (int i = 0; i < times; i++) {
            Thread.onSpinWait();
        }
    }

    @Test
    @DisplayName("C17 cancelled or completed, never both, and stopped once or not at all")
    void cancelAgainstCompletion() throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(2);
        for (int round = 0; round < ROUNDS; round++) {
            TestTask<Integer> task = new TestTask<>();
            boolean[] won = new boolean[2];
            race(barrier, round, () -> won[0] = task.cancel(REASON), () -> won[1] = task.succeed(1));
            assertTrue(won[0] ^ won[1], "one of them");
            assertEquals(won[0], task.isCancelled());
            assertEquals(won[0] ? 1 : 0, task.stopped.size());
        }
    }

    @Test
    @DisplayName("C17 two cancels stop the work once")
    void cancelAgainstCancel() throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(2);
        for (int round = 0; round < ROUNDS; round++) {
            TestTask<Integer> source = new TestTask<>();
            Task<Integer> derived = source.thenApply(value -> value);
            race(barrier, round, () -> derived.cancel(REASON), () -> source.cancel(REASON));
            assertEquals(1, source.stopped.size());
            assertTrue(source.isCancelled());
            assertTrue(derived.isCompletedExceptionally());
        }
    }

    @Test
    @DisplayName("C17 the later of two dependents cancels, exactly once")
    void bothDependentsAtOnce() throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(2);
        for (int round = 0; round < ROUNDS; round++) {
            TestTask<Integer> source = new TestTask<>();
            Task<Integer> one = source.thenApply(value -> value);
            Task<Integer> other = source.handle((value, failure) -> value);
            race(barrier, round, () -> one.cancel(REASON), () -> other.cancel(REASON));
            assertEquals(1, source.stopped.size());
            assertSame(REASON, source.cancelReason());
        }
    }

    @Test
    @DisplayName("C17 the stage inside is cancelled however late it appears")
    void cancelAgainstTheStageInside() throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(2);
        for (int round = 0; round < ROUNDS; round++) {
            TestTask<Integer> source = new TestTask<>();
            TestTask<Integer> inner = new TestTask<>();
            boolean[] called = new boolean[1];
            Task<Integer> derived = source.thenCompose(value -> {
                called[0] = true;
                return inner;
            });
            boolean[] cancelled = new boolean[1];
            race(barrier, round, () -> cancelled[0] = derived.cancel(REASON), () -> source.succeed(1));
            assertTrue(cancelled[0], "the stage inside never ends by itself");
            assertEquals(called[0], inner.isCancelled(), "no stage was made, or it is cancelled");
            assertEquals(called[0] ? 1 : 0, inner.stopped.size());
            assertEquals(source.isCancelled() ? 1 : 0, source.stopped.size());
        }
    }

    @Test
    @DisplayName("C17 a loser of an either-stage is neither cancelled nor claimed")
    void eitherAgainstCancel() throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(2);
        for (int round = 0; round < ROUNDS; round++) {
            TestTask<Integer> winner = new TestTask<>();
            TestTask<Integer> loser = new TestTask<>();
            Task<Integer> kept = loser.thenApply(value -> value);
            Task<Integer> derived = winner.applyToEither(loser, value -> value);
            race(barrier, round, () -> derived.cancel(REASON), () -> winner.succeed(1));
            assertFalse(loser.isDone(), "kept waits for it");
            assertTrue(kept.cancel(REASON));
            assertEquals(1, loser.stopped.size(), "kept was the last, whichever way the other ended");
        }
    }

    @Test
    @DisplayName("C17 deriving while the source ends leaves nothing pending")
    void deriveAgainstCompletion() throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(2);
        for (int round = 0; round < ROUNDS; round++) {
            TestTask<Integer> source = new TestTask<>();
            TestTask<Integer> other = new TestTask<>();
            int[] result = new int[2];
            race(
                    barrier,
                    round,
                    () -> {
                        Task<Integer> derived = source.thenApply(value -> value + 1);
                        Task<Integer> either = source.applyToEither(other, value -> value + 2);
                        result[0] = derived.join();
                        result[1] = either.join();
                    },
                    () -> source.succeed(1));
            assertEquals(2, result[0]);
            assertEquals(3, result[1]);
            assertTrue(other.thenRun(() -> {}).cancel(REASON));
            assertTrue(other.isCancelled());
        }
    }

    @Test
    @DisplayName("C17 a wait and a cancelled dependent: the wait ends with the value or with the cancellation")
    void joinAgainstCancel() throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(2);
        for (int round = 0; round < ROUNDS; round++) {
            TestTask<Integer> source = new TestTask<>();
            Task<Integer> derived = source.thenApply(value -> value);
            race(barrier, round, () -> derived.cancel(REASON), () -> {
                Task<Integer> late = source.handle((value, failure) -> failure == null ? value : -1);
                source.succeed(1);
                int seen = late.join();
                assertEquals(source.isCancelled() ? -1 : 1, seen);
            });
            assertTrue(source.isDone());
            assertEquals(source.isCancelled() ? 1 : 0, source.stopped.size());
        }
    }
}
