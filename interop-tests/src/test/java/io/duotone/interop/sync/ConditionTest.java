package io.duotone.interop.sync;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.Task;
import io.duotone.sync.Condition;
import io.duotone.sync.Lock;
import io.duotone.sync.Permit;
import io.duotone.sync.Semaphore;
import io.duotone.sync.SyncStatistics;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class ConditionTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final Lock lock = Lock.create();
    private final Condition condition = lock.condition();

    private void assertFree() {
        OneWorker.awaitUntil(() -> lock.statistics().equals(new SyncStatistics(0, 0)));
        assertEquals(new SyncStatistics(0, 0), condition.statistics());
    }

    private boolean signal() {
        Permit held = lock.acquire().join();
        try {
            return condition.signal();
        } finally {
            held.close();
        }
    }

    @Test
    @DisplayName("C20 a wait gives the lock back, and has it again when it ends; its permit is away meanwhile")
    void waits() {
        Permit held = lock.orThrow();
        Task<@Nullable Void> wait = condition.await(held);
        assertFalse(lock.isHeld());
        assertFalse(held.isHeld());
        assertTrue(held.toString().contains("away"), held::toString);
        assertEquals("Condition(1 waiting)", condition.toString());
        Permit other = lock.orThrow();
        assertTrue(condition.signal());
        assertFalse(wait.isDone());
        other.close();
        OneWorker.awaitUntil(wait::isDone);
        assertTrue(held.isHeld());
        assertTrue(lock.isHeld());
        held.close();
        assertFree();
    }

    @Test
    @DisplayName("C20 a buffer in the await tone: nobody waits who could go on")
    void buffer() {
        Condition notEmpty = lock.condition();
        Deque<Integer> buffer = new ArrayDeque<>();
        Coroutine<Integer> taker = async(scope -> {
            int sum = 0;
            for (int i = 0; i < 20; i++) {
                try (Permit held = await(lock.acquire())) {
                    while (buffer.isEmpty()) {
                        await(notEmpty.await(held));
                    }
                    sum += buffer.remove();
                }
            }
            return sum;
        });
        int sum = Duotone.<Integer>run(async(scope -> {
            Task<Integer> first = scope.spawn(taker);
            Task<Integer> second = scope.spawn(taker);
            for (int i = 0; i < 40; i++) {
                try (Permit held = await(lock.acquire())) {
                    assertTrue(held.isHeld());
                    buffer.add(i);
                    notEmpty.signal();
                }
            }
            return await(first) + await(second);
        }));
        assertEquals(39 * 40 / 2, sum);
        assertFree();
    }

    @Test
    @DisplayName("C20 signals go to those who have waited longest; all can be ended at once")
    void signals() {
        List<Task<@Nullable Void>> waits = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Permit held = lock.orThrow();
            waits.add(condition.await(held).thenAccept(any -> held.close()));
        }
        assertTrue(signal());
        OneWorker.awaitUntil(() -> waits.get(0).isDone());
        assertFalse(waits.get(1).isDone());
        Permit held = lock.acquire().join();
        assertEquals(3, condition.signalAll());
        held.close();
        OneWorker.awaitUntil(() -> waits.stream().allMatch(Task::isDone));
        assertFalse(signal());
        assertFree();
    }

    @Test
    @DisplayName("C20 a cancelled wait closes its permit, at every point, and its signal goes to the next")
    void cancelled() {
        Permit queued = lock.orThrow();
        Task<@Nullable Void> first = condition.await(queued);
        first.cancel("enough");
        assertFalse(queued.isHeld());
        queued.close();
        assertFree();

        List<Permit> permits = new ArrayList<>();
        List<Task<?>> waits = new ArrayList<>();
        OneWorker.steps(
                scope -> {
                    for (int i = 0; i < 2; i++) {
                        permits.add(lock.orThrow());
                        waits.add(condition.await(permits.get(i)));
                    }
                    Permit held = lock.orThrow();
                    condition.signal();
                    held.close();
                    waits.get(0).cancel("enough");
                },
                scope -> {
                    assertFalse(permits.get(0).isHeld());
                    assertTrue(waits.get(1).isDone());
                    assertTrue(permits.get(1).isHeld());
                    permits.get(1).close();
                });
        assertFree();
    }

    @Test
    @DisplayName("C20 a permit that is closed while it is away: the lock is not kept when the wait ends")
    void closedMeanwhile() {
        Permit held = lock.orThrow();
        Task<@Nullable Void> wait = condition.await(held);
        held.close();
        held.close();
        assertTrue(signal());
        OneWorker.awaitUntil(wait::isDone);
        assertFalse(wait.isCompletedExceptionally());
        assertFalse(held.isHeld());
        assertFree();
    }

    @Test
    @DisplayName("C20 at most for a time: false, and the lock is held")
    void timeouts() {
        Permit held = lock.orThrow();
        for (Duration timeout : new Duration[] {Duration.ZERO, Duration.ofNanos(-1), Duration.ofMillis(1)}) {
            Task<Boolean> wait = condition.await(held, timeout);
            OneWorker.awaitUntil(wait::isDone);
            assertFalse(wait.join());
            assertTrue(held.isHeld());
        }
        Task<Boolean> inTime = condition.await(held, HOUR);
        assertTrue(signal());
        OneWorker.awaitUntil(inTime::isDone);
        assertTrue(inTime.join());
        held.close();
        assertFree();
    }

    @Test
    @DisplayName("C20 it is refused without the lock, or with a permit that does not hold it")
    void refused() {
        assertThrows(IllegalStateException.class, condition::signal);
        assertThrows(IllegalStateException.class, condition::signalAll);
        Permit closed = lock.orThrow();
        closed.close();
        assertThrows(IllegalStateException.class, () -> condition.await(closed));
        Permit other = Lock.create().orThrow();
        assertThrows(IllegalArgumentException.class, () -> condition.await(other));
        assertThrows(
                IllegalArgumentException.class,
                () -> condition.await(Semaphore.create(1).orThrow()));
        Permit held = lock.orThrow();
        Task<@Nullable Void> wait = condition.await(held);
        assertThrows(IllegalStateException.class, () -> condition.await(held));
        wait.cancel("enough");
        assertFree();
    }
}
