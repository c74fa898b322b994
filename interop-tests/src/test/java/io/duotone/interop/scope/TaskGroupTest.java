package io.duotone.interop.scope;

import static io.duotone.Coroutines.async;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.CancelReason;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.Task;
import io.duotone.TaskGroup;
import io.duotone.TaskOptions;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The sets of a group of tasks, and the waits for them. */
final class TaskGroupTest extends GroupFixture {
    @Test
    @DisplayName("S27 a group tells pending from done, and a task that is done already counts at once")
    void sets() {
        Task<String> first = pending();
        Task<String> second = pending();
        Task<String> done = group.add(Task.completed("done"));
        assertEquals(List.of(first, second), group.pending());
        assertEquals(List.of(done), group.done());
        end(1);
        end(0);
        assertEquals(List.of(done, second, first), group.done());
        assertFalse(group.hasPending());
        assertEquals("TaskGroup(3 done, 0 pending)", group.toString());
    }

    @Test
    @DisplayName("S27 a group has no lifetime: its tasks belong to their scope, which joins and fails as without it")
    void noLifetime() {
        Queue<Task<String>> seen = new ConcurrentLinkedQueue<>();
        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> runtime.block(scope -> {
                    seen.add(group.spawn(scope, inner -> inner.yieldNow().thenApply(any -> "value")));
                    seen.add(group.spawn(
                            scope,
                            TaskOptions.defaults().named("failing"),
                            inner -> Task.failed(new IllegalStateException("inside"))));
                    return group.waitAll();
                }));
        assertEquals("inside", thrown.getMessage());
        assertEquals(2, group.done().size());
        assertTrue(group.done().containsAll(seen));
    }

    @Test
    @DisplayName("S27 C18 a failure that nobody looks at is reported, group or no group")
    void unheard() {
        Queue<String> reported = new ConcurrentLinkedQueue<>();
        Duotone.builder()
                .uncaught((task, failure) -> reported.add(task + ": " + failure.getMessage()))
                .run(scope -> {
                    TaskGroup<String> own = scope.runtime().taskGroup();
                    own.spawn(
                            scope,
                            TaskOptions.defaults().named("quiet").contained(),
                            inner -> Task.failed(new IllegalStateException("inside")));
                    return own.waitFailure().thenApply(Optional::isPresent);
                });
        assertEquals(List.of("quiet: inside"), List.copyOf(reported));
    }

    @Test
    @DisplayName("S28 adding twice is adding once; null is refused; a popped task may come back")
    void adding() {
        Task<String> task = pending();
        assertSame(task, group.add(task));
        assertEquals(List.of(task), group.pending());
        end(0);
        assertSame(task, group.add(task));
        assertEquals(List.of(task), group.done());
        assertSame(task, group.popDone().orElseThrow());
        assertTrue(group.popDone().isEmpty());
        group.add(task);
        assertEquals(List.of(task), group.done());
        assertThrows(NullPointerException.class, () -> group.add(null));
    }

    @Test
    @DisplayName("S28 a stage that is no task becomes one, and is cancelled with it")
    void stages() {
        pending();
        group.cancelAll("enough");
        assertTrue(gates.get(0).isCancelled());
        CancelReason reason = group.popDone().orElseThrow().cancelReason();
        assertEquals("enough", reason == null ? null : reason.message());
    }

    @Test
    @DisplayName("S29 waitAll ends when nothing is pending, at once when the group is empty")
    void waitAll() {
        assertNull(now(group.waitAll()));
        pending();
        pending();
        Task<Void> all = group.waitAll();
        end(0);
        assertFalse(all.isDone());
        fail(1);
        assertNull(now(all));
    }

    @Test
    @DisplayName("S30 waitNext gives the next to end and not those that have, and is empty when nothing is pending")
    void waitNext() {
        assertTrue(now(group.waitNext()).isEmpty());
        group.add(Task.completed("before"));
        assertTrue(now(group.waitNext()).isEmpty());
        Task<String> task = pending();
        Task<Optional<Task<String>>> one = group.waitNext();
        Task<Optional<Task<String>>> other = group.waitNext();
        assertFalse(one.isDone());
        end(0);
        assertSame(task, now(one).orElseThrow());
        assertSame(task, now(other).orElseThrow());
        assertEquals(2, group.done().size());
    }

    @Test
    @DisplayName("S31 waitFirst gives the first that is done, however it ended; the other form pops it")
    void waitFirst() {
        assertTrue(now(group.waitFirst()).isEmpty());
        assertTrue(now(group.waitFirstAndPop()).isEmpty());
        Task<String> first = pending();
        Task<String> second = pending();
        Task<Optional<Task<String>>> pops = group.waitFirstAndPop();
        Task<Optional<Task<String>>> looks = group.waitFirst();
        Task<Optional<Task<String>>> popsToo = group.waitFirstAndPop();
        fail(1);
        assertSame(second, now(pops).orElseThrow());
        assertSame(second, now(looks).orElseThrow());
        assertFalse(popsToo.isDone());
        end(0);
        assertSame(first, now(popsToo).orElseThrow());
        assertFalse(group.hasDone());
    }

    @Test
    @DisplayName("S31 of two that pop, the one for which nothing is left is told so")
    void nothingLeft() {
        pending();
        Task<Optional<Task<String>>> gets = group.waitFirstAndPop();
        Task<Optional<Task<String>>> tooLate = group.waitFirstAndPop();
        end(0);
        assertTrue(now(gets).isPresent());
        assertTrue(now(tooLate).isEmpty());
    }

    @Test
    @DisplayName("S32 waitFirst(n) gives the number of those done: more, or fewer when there are too few")
    void waitFirstN() {
        assertEquals(0, now(group.waitFirst(0)));
        assertEquals(0, now(group.waitFirst(5)));
        pending();
        pending();
        pending();
        Task<Integer> two = group.waitFirst(2);
        Task<Integer> ten = group.waitFirst(10);
        end(0);
        assertFalse(two.isDone());
        end(1);
        assertEquals(2, now(two));
        assertEquals(2, now(group.waitFirst(-1)));
        assertEquals(2, now(group.waitFirst(1)));
        assertFalse(ten.isDone());
        end(2);
        assertEquals(3, now(ten));
    }

    @Test
    @DisplayName(
            "S33 waitFailure gives the first that failed, which a cancelled task has not, and empty when all end well")
    void waitFailure() {
        assertTrue(now(group.waitFailure()).isEmpty());
        Task<String> cancelled = pending();
        Task<String> failing = pending();
        pending();
        Task<Optional<Task<String>>> looks = group.waitFailure();
        Task<Optional<Task<String>>> pops = group.waitFailureAndPop();
        cancelled.cancel("no failure");
        assertFalse(looks.isDone());
        fail(1);
        assertSame(failing, now(looks).orElseThrow());
        assertSame(failing, now(pops).orElseThrow());
        assertEquals(List.of(cancelled), group.done());
        Task<Optional<Task<String>>> none = group.waitFailure();
        end(2);
        assertTrue(now(none).isEmpty());
    }

    @Test
    @DisplayName("S33 a task derived from a cancelled one is cancelled, not failed")
    void derived() {
        Task<String> source = pending();
        Task<String> derived = source.thenApply(value -> value);
        group.add(derived);
        source.cancel("upstream");
        assertTrue(now(group.waitFailure()).isEmpty());
        assertEquals(2, group.exhaustDone().size());
    }

    @Test
    @DisplayName("S34 waitFailureOrCancellation takes either")
    void waitFailureOrCancellation() {
        Task<String> cancelled = pending();
        Task<String> failing = pending();
        group.add(Task.completed("value"));
        Task<Optional<Task<String>>> looks = group.waitFailureOrCancellation();
        Task<Optional<Task<String>>> pops = group.waitFailureOrCancellationAndPop();
        cancelled.cancel("no failure");
        assertSame(cancelled, now(looks).orElseThrow());
        assertSame(cancelled, now(pops).orElseThrow());
        fail(1);
        assertSame(failing, now(group.waitFailureOrCancellationAndPop()).orElseThrow());
        assertTrue(now(group.waitFailureOrCancellation()).isEmpty());
        assertEquals(1, group.done().size());
    }

    @Test
    @DisplayName("S31 cancelling a wait takes it back: no member is cancelled, and nothing is popped for it")
    void cancelledWait() {
        Task<String> task = pending();
        Task<Optional<Task<String>>> given = group.waitFirstAndPop();
        Task<Void> all = group.waitAll();
        given.cancel("no longer");
        all.cancel("no longer");
        assertFalse(task.isDone());
        end(0);
        assertSame(task, group.popDone().orElseThrow());
    }

    @Test
    @DisplayName("S27 cancelling a derived task stops its source, group or no group")
    void groupIsNoDependent() {
        Coroutine<String> endless = inner -> new CompletableFuture<>();
        runtime.block(async(scope -> {
            Task<String> task = group.spawn(scope, endless);
            task.thenApply(value -> value).cancel("the only one that waited");
            assertTrue(task.isCancelled());
            return null;
        }));
    }
}
