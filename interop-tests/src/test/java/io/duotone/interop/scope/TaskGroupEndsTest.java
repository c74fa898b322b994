package io.duotone.interop.scope;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.AsyncIterator;
import io.duotone.CancelReason;
import io.duotone.Task;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Taking the tasks of a group out of it, and cancelling them. */
final class TaskGroupEndsTest extends GroupFixture {
    @Test
    @DisplayName("S35 cancelAll reaches all that is pending, with the reason, also when one of them throws at it")
    void cancelAll() {
        pending();
        CompletableFuture<String> broken = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterrupt) {
                throw new UnsupportedOperationException("never");
            }
        };
        CompletableFuture<String> angry = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterrupt) {
                throw new IllegalStateException("angry");
            }
        };
        group.add(broken);
        group.add(angry);
        pending();
        IllegalStateException thrown = assertThrows(IllegalStateException.class, () -> group.cancelAll("enough"));
        assertEquals("angry", thrown.getMessage());
        assertFalse(group.hasPending());
        assertTrue(gates.stream().allMatch(CompletableFuture::isCancelled));
    }

    @Test
    @DisplayName("S36 exhaustDone pops all that is done, in order")
    void exhaustDone() {
        pending();
        pending();
        pending();
        end(2);
        end(0);
        assertEquals(
                List.of("2", "0"), group.exhaustDone().stream().map(Task::join).toList());
        assertFalse(group.hasDone());
        assertTrue(group.hasPending());
        assertEquals(List.of(), group.exhaustDone());
    }

    @Test
    @DisplayName("S36 exhaust pops one after the other as they end, until none is pending")
    void exhaust() {
        Queue<String> values = new ConcurrentLinkedQueue<>();
        runtime.block(async(scope -> {
            CompletableFuture<String> last = new CompletableFuture<>();
            group.add(Task.completed("first"));
            group.spawn(scope, inner -> inner.yieldNow().thenApply(any -> "second"));
            group.add(last);
            for (Task<String> task : group.exhaust().awaiting()) {
                values.add(await(task));
                if (values.size() == 2) {
                    last.complete("third");
                }
            }
            return null;
        }));
        assertEquals(List.of("first", "second", "third"), List.copyOf(values));
        assertFalse(group.hasDone());
    }

    @Test
    @DisplayName("S36 closing an exhausting iterator ends it alone: tasks go on, and stay in the group")
    void exhaustClosed() {
        Task<String> task = pending();
        AsyncIterator<Task<String>> closing = group.exhaust();
        AsyncIterator<Task<String>> other = group.exhaust();
        Task<Optional<Task<String>>> waiting = closing.next();
        Task<Optional<Task<String>>> otherWaiting = other.next();
        closing.close();
        assertTrue(now(waiting).isEmpty());
        assertFalse(otherWaiting.isDone());
        assertFalse(task.isDone());
        end(0);
        assertSame(task, now(otherWaiting).orElseThrow());
        group.add(task);
        assertTrue(now(closing.next()).isEmpty());
        assertTrue(group.hasDone());
        assertSame(task, now(other.next()).orElseThrow());
        assertTrue(now(other.next()).isEmpty());
        group.add(task);
        assertTrue(now(other.next()).isEmpty());
    }

    @Test
    @DisplayName(
            "S36 an exhausting loop that is cancelled leaves every task in the group, also one that comes too late")
    void exhaustCancelled() {
        Task<String> first = group.add(Task.completed("first"));
        Task<String> second = group.add(Task.completed("second"));
        CountDownLatch begun = new CountDownLatch(1);
        runtime.block(async(scope -> {
            Task<String> reader = scope.spawn(async(inner -> {
                begun.countDown();
                assertThrows(CancellationException.class, () -> await(new CompletableFuture<String>()));
                assertThrows(
                        CancellationException.class,
                        () -> group.exhaust().awaiting().iterator().hasNext());
                return "cancelled";
            }));
            assertTrue(begun.await(30, TimeUnit.SECONDS));
            reader.cancel("enough");
            return null;
        }));
        assertEquals(List.of(first, second), group.done());
    }

    @Test
    @DisplayName(
            "S37 cancelOnFailure cancels all when its block throws, which it throws on, and leaves them alone else")
    void cancelOnFailure() throws Exception {
        Task<String> task = pending();
        assertEquals(1, group.cancelOnFailure(() -> 1));
        assertFalse(task.isDone());
        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> group.cancelOnFailure(() -> {
                    throw new IllegalStateException("block");
                }));
        assertEquals("block", thrown.getMessage());
        CancelReason reason = task.cancelReason();
        assertTrue(reason != null && reason.message().contains("block"), () -> "" + reason);
    }

    @Test
    @DisplayName("S37 cancelOnFailure of a stage does the same when the stage fails or is cancelled")
    void cancelOnStageFailure() {
        Task<String> task = pending();
        assertEquals(1, now(group.cancelOnFailure(Task.completed(1))));
        assertFalse(task.isDone());
        Task<Integer> failed = group.cancelOnFailure(Task.failed(new IllegalStateException("stage")));
        assertEquals(
                "stage",
                assertThrows(CompletionException.class, failed::join).getCause().getMessage());
        assertTrue(task.isCancelled());

        Task<String> second = pending();
        CompletableFuture<String> work = new CompletableFuture<>();
        assertTrue(group.cancelOnFailure(work).cancel("with it"));
        assertTrue(work.isCancelled());
        CancelReason reason = second.cancelReason();
        assertTrue(second.isCancelled(), () -> "" + reason);
    }
}
