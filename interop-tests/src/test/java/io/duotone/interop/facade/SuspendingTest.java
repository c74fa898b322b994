package io.duotone.interop.facade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.CancelReason;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import io.duotone.coroutines.facade.Suspending;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import kotlin.Unit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Suspend functions of a Kotlin library, called from Java. */
class SuspendingTest {
    private static final Duotone DUOTONE = Duotone.start(DuotoneOptions.defaults());
    private final Library library = new Library();

    @AfterAll
    static void close() {
        DUOTONE.close();
    }

    @Test
    @DisplayName("C13 a call that does not suspend is done when it returns")
    void atOnce() {
        Task<Integer> task = Suspending.task(DUOTONE, k -> library.atOnce(1, k));

        assertTrue(task.isDone());
        assertEquals(2, task.join());
    }

    @Test
    @DisplayName("C13 a call that suspends is a task, done later on a worker")
    void later() {
        Task<Integer> task = Suspending.task(DUOTONE, "later", k -> library.gated(1, k));

        assertFalse(task.isDone());
        assertEquals("later", task.name());
        Task<String> thread = task.thenApply(value -> Thread.currentThread().getName());
        library.getGate().complete(Unit.INSTANCE);
        assertTrue(thread.join().contains("worker"));
        assertEquals(2, task.join());
        assertEquals(
                Unit.INSTANCE, Suspending.<Unit>task(DUOTONE, library::nothing).join());
    }

    @Test
    @DisplayName("C13 a function that takes its context apart finds a proper one")
    void context() {
        assertEquals(
                "true true x null true",
                Suspending.<String>task(DUOTONE, library::context).join());
    }

    @Test
    @DisplayName("C29 a failure arrives as it is")
    void failure() {
        IllegalStateException broken = new IllegalStateException("broken");

        CompletionException thrown = assertThrows(
                CompletionException.class,
                () -> Suspending.<Integer>task(DUOTONE, k -> library.failing(broken, k))
                        .join());
        assertSame(broken, thrown.getCause());
        assertSame(
                broken,
                assertThrows(
                        IllegalStateException.class,
                        () -> DUOTONE.block(Suspending.<Integer>coroutine(k -> library.failing(broken, k)))));
    }

    @Test
    @DisplayName("C6 cancelling the task cancels the coroutine, which sees the reason")
    void cancel() {
        Task<Integer> task = Suspending.task(DUOTONE, "waiter", k -> library.waitForEver(k));
        Signals.awaitReached(library.getWaiting());

        assertTrue(task.cancel("enough"));
        Signals.awaitUntil(() -> library.getReasonSeen() != null);
        assertEquals("CANCELLED: enough (from waiter)", library.getReasonSeen());
    }

    @Test
    @DisplayName("C6 cancelling the end of a chain on the task reaches the coroutine and its children")
    void cancelChain() {
        Task<Integer> task = Suspending.task(DUOTONE, k -> library.withChild(k));
        Task<String> end = task.thenApply(value -> value + 1).thenApply(String::valueOf);
        Signals.awaitReached(library.getWaiting());

        assertTrue(end.cancel("enough"));
        Signals.awaitUntil(library::getChildCancelled);
        assertTrue(task.isCancelled());
    }

    @Test
    @DisplayName("C1 closing the runtime cancels the call with the reason SHUTDOWN")
    void shutdown() {
        Duotone duotone = Duotone.start(DuotoneOptions.defaults());
        Task<Integer> task = Suspending.task(duotone, k -> library.waitForEver(k));
        Signals.awaitReached(library.getWaiting());

        duotone.close();

        assertThrows(TaskCancelledException.class, task::join);
        CancelReason reason = task.cancelReason();
        assertNotNull(reason);
        assertEquals(CancelReason.Kind.SHUTDOWN, reason.kind());
        assertThrows(IllegalStateException.class, () -> Suspending.task(duotone, k -> library.atOnce(1, k)));
    }

    @Test
    @DisplayName("C8 a coroutine of a suspend function is a task of its scope, which waits for its cleanup")
    void scopeWaits() {
        AtomicReference<Task<Integer>> started = new AtomicReference<>();
        AtomicBoolean early = new AtomicBoolean();
        Coroutine<Integer> coroutine = Suspending.coroutine("cleaner", k -> library.cleaningUp(k));

        TaskCancelledException thrown = assertThrows(
                TaskCancelledException.class,
                () -> DUOTONE.<Boolean>block(scope -> {
                    started.set(scope.spawn(coroutine));
                    return scope.spawnBlocking(() -> {
                        Signals.awaitReached(library.getWaiting());
                        scope.cancel("enough");
                        early.set(started.get().isDone() || library.getCleanedUp());
                        return library.getMayGoOn().complete(Unit.INSTANCE);
                    });
                }));

        assertFalse(early.get(), "the task ends with its cleanup");
        assertTrue(library.getCleanedUp());
        assertTrue(started.get().isCancelled());
        assertEquals("enough", thrown.reason().message());
    }

    @Test
    @DisplayName("C13 a coroutine of a suspend function runs anew at each start")
    void coroutineRunsAnew() {
        Coroutine<Integer> coroutine = Suspending.coroutine(k -> library.later(1, k));

        assertEquals(
                4,
                DUOTONE.<Integer>block(
                        scope -> scope.spawn(coroutine, coroutine).thenApply(both -> both.first() + both.second())));
    }

    @Test
    @DisplayName("T15 a value that comes after the cancellation is closed when it can be")
    void lateValue() {
        AtomicBoolean closed = new AtomicBoolean();
        CountDownLatch done = new CountDownLatch(1);
        AutoCloseable resource = () -> {
            closed.set(true);
            done.countDown();
        };
        Task<AutoCloseable> task = Suspending.task(DUOTONE, k -> library.open(resource, k));
        Signals.awaitReached(library.getWaiting());

        task.cancel("enough");
        assertFalse(closed.get());
        library.getMayGoOn().complete(Unit.INSTANCE);

        Signals.awaitReached(done);
    }
}
