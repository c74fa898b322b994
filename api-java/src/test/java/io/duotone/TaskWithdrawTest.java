package io.duotone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Work that can be taken back up to a point: its task is cancelled only if that has been possible. */
class TaskWithdrawTest {
    private static final CancelReason REASON = CancelReason.cancelled("test");

    /** Says what the test wants, and remembers that it was asked. */
    private static final class Asked extends TestTask<String> {
        final List<String> asked = new ArrayList<>();
        boolean answer;
        Runnable meanwhile = () -> {};

        @Override
        protected boolean withdraw(CancelReason reason, boolean direct) {
            assertFalse(isCancelled(), "asked before the task is cancelled");
            assertSame(REASON, reason);
            asked.add(direct ? "direct" : "upstream");
            meanwhile.run();
            return answer;
        }
    }

    private final Asked task = new Asked();

    @Test
    @DisplayName("C17 C22 a direct cancel is refused when the work cannot be taken back, and says so")
    void refused() {
        assertFalse(task.cancel(REASON));
        assertFalse(task.isDone());
        assertEquals(List.of(), task.stopped);
        assertTrue(task.succeed("went on"));
        assertEquals("went on", task.join());
        assertFalse(task.cancel(REASON));
        assertEquals(List.of("direct"), task.asked, "not asked when it is done");
    }

    @Test
    @DisplayName("C17 C22 a direct cancel goes its way when the work was taken back")
    void takenBack() {
        task.answer = true;
        assertTrue(task.cancel(REASON));
        TaskCancellationTest.assertStoppedFor(task, REASON);
        assertTrue(task.cancel(REASON));
        assertEquals(List.of("direct"), task.asked);
    }

    @Test
    @DisplayName("C17 C22 a cancellation from the last dependent asks too; the dependent is cancelled in either case")
    void upstream() {
        Task<Integer> first = task.thenApply(String::length);
        Task<Integer> last = task.thenApply(String::length);
        assertTrue(first.cancel(REASON));
        assertEquals(List.of(), task.asked, "another still waits");
        assertTrue(last.cancel(REASON));
        assertEquals(List.of("upstream"), task.asked);
        assertFalse(task.isDone());
        assertTrue(task.succeed("went on"));
        assertTrue(last.isCancelled());
        Asked other = new Asked();
        other.answer = true;
        assertTrue(other.thenApply(String::length).cancel(REASON));
        TaskCancellationTest.assertStoppedFor(other, REASON);
    }

    @Test
    @DisplayName("C17 C22 a task that ends while it is asked ends so")
    void endsMeanwhile() {
        task.answer = true;
        task.meanwhile = () -> task.succeed("faster");
        assertFalse(task.cancel(REASON));
        assertEquals("faster", task.join());
        assertEquals(List.of(), task.stopped);
    }

    @Test
    @DisplayName("C17 C22 what withdraw throws counts as a no, and all of upstream is reached even so")
    void throwing() {
        IllegalStateException failure = new IllegalStateException("broken");
        task.meanwhile = () -> {
            throw failure;
        };
        TestTask<String> other = new TestTask<>();
        Task<String> both = task.thenCombine(other, String::concat);
        assertSame(failure, assertThrows(IllegalStateException.class, () -> both.cancel(REASON)));
        assertTrue(both.isCancelled());
        assertTrue(other.isCancelled());
        assertFalse(task.isDone());
        assertSame(failure, assertThrows(IllegalStateException.class, () -> task.cancel(REASON)));
        assertFalse(task.isDone());
    }
}
