package io.duotone.interop.sync;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Duotone;
import io.duotone.Task;
import io.duotone.sync.Barrier;
import io.duotone.sync.CyclicBarrier;
import io.duotone.sync.SyncStatistics;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class BarrierTest {
    @Test
    @DisplayName("T36 Y23 C21 it opens when enough have arrived; later arrivals pass at once, and the index goes on")
    void opens() {
        Barrier barrier = Barrier.create(3);
        Task<Integer> first = barrier.await();
        Task<Integer> second = barrier.await();
        assertFalse(first.isDone());
        assertFalse(barrier.isOpen());
        assertEquals("Barrier(2 of 3 arrived, 2 waiting)", barrier.toString());
        assertEquals(2, barrier.await().join());
        OneWorker.awaitUntil(() -> first.isDone() && second.isDone());
        assertEquals(
                List.of(0, 1, 3, 4),
                List.of(first.join(), second.join(), barrier.await().join(), barrier.arrive()));
        assertEquals(5, barrier.arrivals());
        assertTrue(barrier.isOpen());
        assertEquals(3, barrier.parties());
    }

    @Test
    @DisplayName("T36 an arrival need not wait")
    void arrives() {
        Barrier barrier = Barrier.create(2);
        Task<Integer> wait = barrier.await();
        assertEquals(1, barrier.arrive());
        OneWorker.awaitUntil(wait::isDone);
        assertEquals(0, wait.join());
    }

    @Test
    @DisplayName("C21 whoever is cancelled stays arrived")
    void cancelled() {
        Barrier barrier = Barrier.create(2);
        Task<Integer> wait = barrier.await();
        wait.cancel("enough");
        assertEquals(new SyncStatistics(0, 0), barrier.statistics());
        assertEquals(1, barrier.await().join());
    }

    @Test
    @DisplayName("C21 a cyclic barrier lets so many go on together, again and again, in the await tone")
    void cyclic() {
        AtomicInteger actions = new AtomicInteger();
        CyclicBarrier barrier = CyclicBarrier.create(3, actions::incrementAndGet);
        List<Integer> sums = Duotone.run(scope -> scope.spawn(Collections.nCopies(3, async(inner -> {
            int sum = 0;
            for (int round = 0; round < 5; round++) {
                sum += await(barrier.await());
            }
            return sum;
        }))));
        assertEquals(5, actions.get());
        assertEquals(5 * (0 + 1 + 2), sums.stream().mapToInt(Integer::intValue).sum());
        assertEquals(0, barrier.arrivals());
    }

    @Test
    @DisplayName("C21 a cancelled wait at a cyclic barrier takes its arrival back")
    void cyclicCancelled() {
        CyclicBarrier barrier = CyclicBarrier.create(2);
        Task<Integer> wait = barrier.await();
        assertEquals(1, barrier.arrivals());
        wait.cancel("enough");
        assertEquals(0, barrier.arrivals());
        Task<Integer> first = barrier.await();
        assertFalse(first.isDone());
        assertEquals(1, barrier.await().join());
        OneWorker.awaitUntil(first::isDone);
        assertEquals(0, first.join());
    }

    @Test
    @DisplayName("C21 what the action throws is what all of its round fail with, and the next begins as ever")
    void actionFails() {
        AtomicBoolean fails = new AtomicBoolean(true);
        CyclicBarrier barrier = CyclicBarrier.create(2, () -> {
            if (fails.get()) {
                throw new IllegalStateException("the action failed");
            }
        });
        List<Task<Integer>> round = new ArrayList<>(List.of(barrier.await(), barrier.await()));
        round.forEach(task -> OneWorker.assertFailed(IllegalStateException.class, task));
        fails.set(false);
        Task<Integer> first = barrier.await();
        assertEquals(1, barrier.await().join());
        OneWorker.awaitUntil(first::isDone);
    }

    @Test
    @DisplayName("C21 fewer than one is refused")
    void refused() {
        for (int parties : new int[] {0, -1}) {
            assertThrows(IllegalArgumentException.class, () -> Barrier.create(parties));
            assertThrows(IllegalArgumentException.class, () -> CyclicBarrier.create(parties));
        }
        assertEquals("CyclicBarrier(0 of 1 arrived)", CyclicBarrier.create(1).toString());
    }
}
