package io.duotone.interop.sync;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Duotone;
import io.duotone.Task;
import io.duotone.sync.Event;
import io.duotone.sync.SyncStatistics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class EventTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final Event event = Event.create();

    @Test
    @DisplayName("T9 Y19 S40 C19 set and clear tell whether they changed it, and a set event lets pass at once")
    void flags() {
        assertFalse(event.isSet());
        assertFalse(event.clear());
        assertTrue(event.set());
        assertFalse(event.set());
        assertTrue(event.isSet());
        assertTrue(event.await().isDone());
        assertNull(event.await().join());
        assertTrue(event.clear());
        assertFalse(event.await().isDone());
    }

    @Test
    @DisplayName("T9 S40 C19 set releases all who wait")
    void releasesAll() {
        List<Integer> released = new ArrayList<>();
        List<Task<Boolean>> all = new ArrayList<>();
        OneWorker.steps(
                scope -> {
                    IntStream.range(0, 5).forEach(n -> all.add(event.await().thenApply(any -> released.add(n))));
                    assertEquals(new SyncStatistics(0, 5), event.statistics());
                    event.set();
                },
                scope -> assertEquals(
                        List.of(0, 1, 2, 3, 4), released.stream().sorted().toList()));
        assertTrue(all.stream().allMatch(Task::isDone));
    }

    @Test
    @DisplayName("Y19 C19 clear right after set still releases those who waited, and those who come later wait")
    void clearRightAfterSet() {
        List<Task<?>> before = new ArrayList<>();
        List<Task<?>> after = new ArrayList<>();
        OneWorker.steps(
                scope -> {
                    before.add(event.await());
                    before.add(event.await(HOUR).thenAccept(released -> assertTrue(released)));
                    event.set();
                    event.clear();
                    after.add(event.await());
                },
                scope -> {
                    assertTrue(before.stream().allMatch(task -> task.isDone() && !task.isCompletedExceptionally()));
                    assertFalse(after.get(0).isDone());
                });
    }

    @Test
    @DisplayName("T9 C19 a time that is over gives false, in both tones; zero and less look once")
    void timeouts() {
        for (Duration timeout : new Duration[] {Duration.ZERO, Duration.ofNanos(-1)}) {
            Task<Boolean> task = event.await(timeout);
            assertTrue(task.isDone());
            assertFalse(task.join());
        }
        assertFalse(Duotone.<Boolean>run(scope -> event.await(Duration.ofMillis(1))));
        assertFalse(Duotone.<Boolean>run(async(scope -> await(event.await(Duration.ofMillis(1))))));
        assertEquals(0, event.statistics().waiting());
        event.set();
        assertTrue(event.await(Duration.ZERO).join());
        assertTrue(Duotone.<Boolean>run(async(scope -> await(event.await(HOUR)))));
    }

    @Test
    @DisplayName("C19 a cancelled wait leaves the queue, also when it is the end of a chain")
    void cancelled() {
        Task<@Nullable Void> wait = event.await();
        Task<String> chain = event.await(HOUR).thenApply(set -> "set");
        assertEquals(2, event.statistics().waiting());
        wait.cancel("enough");
        chain.cancel("enough");
        assertEquals(0, event.statistics().waiting());
        event.set();
        assertTrue(wait.isCancelled());
    }

    @Test
    @DisplayName("T9 C19 it may be set from any thread, and its text explains the state")
    void fromAnyThread() {
        assertEquals("Event(not set, 0 waiting)", event.toString());
        Duotone.run(scope -> {
            Task<@Nullable Void> wait = event.await();
            new Thread(event::set).start();
            return wait;
        });
        assertEquals("Event(set)", event.toString());
    }
}
