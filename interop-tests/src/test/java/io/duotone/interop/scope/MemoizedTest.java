package io.duotone.interop.scope;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Both;
import io.duotone.CancelReason;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.OpenScope;
import io.duotone.Scope;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Coroutines that run once, in both tones of Java. */
@Timeout(60)
final class MemoizedTest {
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    @DisplayName("Y7 C25 a diamond runs once, in one scope or in several, and also after it ended")
    void diamond() {
        Coroutine<Object> base = memoized("base", scope -> scope.yieldNow().thenApply(any -> new Object()));
        Coroutine<Object> left = async(scope -> await(scope.spawn(base)));
        Coroutine<Object> right = scope -> base.start(scope).thenApply(value -> value);

        try (Duotone duotone = Duotone.builder().threads(2).start()) {
            List<Object> values =
                    duotone.block(scope -> scope.spawn(Collections.nCopies(100, left.memoized()))).stream()
                            .distinct()
                            .toList();
            Both<Object, Object> later = duotone.block(scope -> scope.spawn(left, right));
            assertEquals(1, values.size());
            assertSame(values.get(0), later.first());
            assertSame(values.get(0), later.second());
        }
        assertEquals(1, runs.get());
        assertSame(base, base.memoized());
    }

    @Test
    @DisplayName("C13 C25 it is lazy, and null is a value")
    void lazy() {
        Coroutine<Void> nothing = memoized("nothing", Scope::yieldNow);
        assertEquals(0, runs.get());
        assertNull(Duotone.run(nothing));
        assertNull(Duotone.run(nothing));
        assertEquals(1, runs.get());
    }

    @Test
    @DisplayName("C25 C29 a failure is remembered, unwrapped, the same for all")
    void failure() {
        IOException broken = new IOException("broken");
        Coroutine<Integer> failing =
                memoized("failing", scope -> scope.yieldNow().thenCompose(any -> Task.failed(broken)));

        Duotone.run(scope -> {
            Task<Throwable> first = scope.fork(failing).handle((value, failure) -> failure);
            Task<Throwable> second = scope.fork(failing).handle((value, failure) -> failure);
            return first.thenCombine(second, (one, two) -> {
                assertSame(broken, one instanceof CompletionException ? one.getCause() : one);
                assertSame(broken, two instanceof CompletionException ? two.getCause() : two);
                return null;
            });
        });
        assertEquals(1, runs.get());
    }

    @Test
    @DisplayName(
            "C17 C25 the last awaiter's cancel cancels the run with the reason, no other does, and the next runs it anew")
    void cancelled() {
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<CancelReason> seen = new CompletableFuture<>();
        CompletableFuture<Void> begun = new CompletableFuture<>();
        Coroutine<String> memo = memoized("slow", async(scope -> {
            if (runs.get() > 1) {
                return "anew";
            }
            try {
                begun.complete(null);
                return await(first);
            } catch (TaskCancelledException e) {
                seen.complete(e.reason());
                throw e;
            }
        }));

        try (Duotone duotone = Duotone.builder().threads(2).start()) {
            duotone.block(async(scope -> {
                OpenScope inner = scope.open();
                Task<String> one = waiting(memo, inner);
                Task<String> two = waiting(memo, scope);
                begun.join();
                inner.cancel("not needed");
                assertThrows(
                        TaskCancelledException.class, inner::join); // when its wait has ended, and not only the task
                assertTrue(one.isDone());
                assertFalse(two.isDone());
                assertFalse(seen.isDone());
                two.cancel("enough");
                assertEquals("enough", seen.join().message());
                return null;
            }));
            assertEquals("anew", duotone.block(memo));
        }
    }

    @Test
    @DisplayName("C25 the run lives apart from the scope that began it, and ends with the runtime")
    void apart() {
        CompletableFuture<String> gate = new CompletableFuture<>();
        Coroutine<String> memo = memoized("apart", scope -> gate);
        Task<String> abandoned;
        try (Duotone duotone = Duotone.builder().threads(2).start()) {
            duotone.block(async(scope -> {
                OpenScope inner = scope.open();
                Task<String> first = inner.spawn(memo);
                Polling.awaitUntil(() -> runs.get() == 1);
                Task<String> second = waiting(memo, scope);
                inner.cancel("its own affair");
                assertThrows(TaskCancelledException.class, () -> await(first));
                gate.complete("value");
                assertEquals("value", await(second));
                return null;
            }));

            abandoned = duotone.spawn(memoized("left behind", scope -> new CompletableFuture<String>()));
            Polling.awaitUntil(() -> runs.get() == 2);
        }
        assertTrue(abandoned.isDone());
        assertEquals(
                CancelReason.Kind.SHUTDOWN,
                assertThrows(TaskCancelledException.class, abandoned::join)
                        .reason()
                        .kind());
    }

    @Test
    @DisplayName("Y9 C25 a cycle is an IllegalStateException that shows it, in either tone")
    void cycle() {
        AtomicReference<Coroutine<Integer>> a = new AtomicReference<>();
        Coroutine<Integer> c = memoized(
                "c", scope -> scope.fork(inner -> inner.spawn(inmost -> a.get().start(inmost))));
        Coroutine<Integer> b = memoized("b", async(scope -> await(scope.spawn(c)) + 1));
        a.set(memoized(
                "a", scope -> scope.spawn(b, Coroutine.of(Task.completed(1))).thenApply(Both::first)));

        IllegalStateException thrown = assertThrows(IllegalStateException.class, () -> Duotone.run(a.get()));
        assertTrue(thrown.getMessage().contains(" a -> b -> c -> a:"), thrown::getMessage);
        assertThrows(IllegalStateException.class, () -> Duotone.run(c));

        Coroutine<Integer>[] self = selfAwaiting();
        assertTrue(assertThrows(IllegalStateException.class, () -> Duotone.run(self[0]))
                .getMessage()
                .contains("self -> self"));
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private Coroutine<Integer>[] selfAwaiting() {
        Coroutine<Integer>[] self = new Coroutine[1];
        self[0] = memoized("self", scope -> scope.spawn(self[0]));
        return self;
    }

    @Test
    @DisplayName("Y29 S13 awaited on two runtimes it runs on the first, and each caller goes on where it was")
    void twoRuntimes() {
        Coroutine<String> memo = memoized("where", scope -> scope.yieldNow().thenApply(any -> threadName()));
        try (Duotone here = Duotone.builder().name("here").start();
                Duotone there = Duotone.builder().name("there").start()) {
            assertTrue(here.block(memo).startsWith("here-worker"));
            String both = there.block(
                    async(scope -> await(scope.spawn(memo)) + await(scope.spawn(on -> Task.completed(threadName())))));
            assertTrue(both.startsWith("here-worker") && both.contains("there-worker"), both);
        }
    }

    @Test
    @DisplayName("Y29 a copy has the same value, or the same failure, and cancelling it cancels nobody else's wait")
    void copies() {
        CompletableFuture<Object> gate = new CompletableFuture<>();
        IllegalStateException broken = new IllegalStateException("broken");
        try (Duotone here = Duotone.builder().start();
                Duotone there = Duotone.builder().start()) {
            Task<Object> original = here.spawn(scope -> gate);
            Task<Object> copy = original.copy();
            Task<Object> given = original.copy();
            Task<Object> elsewhere = there.spawn(Coroutine.of(original.copy()));
            given.cancel("not needed");
            Object value = new Object();
            gate.complete(value);
            assertSame(value, copy.join());
            assertSame(value, elsewhere.join());
            assertSame(value, original.join());

            Task<Object> failed = here.<Object>spawn(scope -> Task.failed(broken));
            assertSame(
                    broken,
                    assertThrows(CompletionException.class, failed.copy()::join).getCause());
            assertSame(
                    broken, assertThrows(IllegalStateException.class, () -> there.block(Coroutine.of(failed.copy()))));
        }
    }

    /** Somebody who has come to wait when this returns. */
    private static <T> Task<T> waiting(Coroutine<T> memo, Scope scope) throws Exception {
        return (Task<T>) memo.start(scope);
    }

    private static String threadName() {
        return Thread.currentThread().getName();
    }

    private <T> Coroutine<T> memoized(String name, Coroutine<T> coroutine) {
        Coroutine<T> counted = scope -> {
            runs.incrementAndGet();
            return coroutine.start(scope);
        };
        return counted.memoized(name);
    }
}
