package io.duotone.interop.context;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.duotone.ContextKey;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.Task;
import io.duotone.coroutines.facade.Suspending;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Keys whose values are set on threads: thread locals, the like of an MDC, scoped values. */
final class ContextBridgeTest {
    private static final ThreadLocal<String> LOCAL = new ThreadLocal<>();
    private static final ContextKey<String> KEY = ContextKey.of("local", LOCAL);
    private static final ContextKey<Map<String, String>> LOG = ContextKey.bridge("log", Log::get, Log::set);
    private static final DuotoneOptions ONE_WORKER =
            Duotone.builder().threads(1).build();

    /** As the mapped diagnostic context of a logging library. */
    private static final class Log {
        private static final ThreadLocal<Map<String, String>> MAP = new ThreadLocal<>();

        static Map<String, String> get() {
            return MAP.get();
        }

        static void set(Map<String, String> map) {
            if (map != null && map.containsKey("refused")) {
                throw new IllegalStateException("the log refuses " + map);
            }
            MAP.set(map);
        }
    }

    @AfterEach
    void clear() {
        LOCAL.remove();
        Log.MAP.remove();
    }

    private static Coroutine<String> seen() {
        return scope -> {
            String atStart = LOCAL.get() + " " + KEY.get();
            return scope.sleep(Duration.ofMillis(1))
                    .thenApply(slept -> atStart + " " + LOCAL.get())
                    .thenCompose(text -> scope.spawnBlocking(() -> text + " " + LOCAL.get()))
                    .thenCompose(text -> scope.spawn(async(inner -> text + " " + LOCAL.get())));
        };
    }

    @Test
    @DisplayName("C28 a thread local is set where the work runs, and as it was before everywhere else")
    void threadLocal() {
        try (Duotone runtime = Duotone.start(ONE_WORKER)) {
            runtime.block(scope -> {
                LOCAL.set("of the worker");
                return Task.completed(null);
            });
            assertEquals("a a a a a", runtime.block(seen().with(KEY, "a")));
            assertEquals("of the worker of the worker of the worker null null", runtime.block(seen()));
            Coroutine<String> fails = scope -> {
                LOCAL.set("changed");
                throw new IllegalStateException("wanted");
            };
            assertThrows(IllegalStateException.class, () -> runtime.block(fails.with(KEY, "a")));
            assertEquals("of the worker of the worker of the worker null null", runtime.block(seen()));
        }
        assertNull(LOCAL.get());
    }

    @Test
    @DisplayName("C28 the present value is taken along when it is asked for, and only then")
    void captured() {
        Log.set(Map.of("request", "7"));
        Coroutine<Object> looks = scope ->
                scope.sleep(Duration.ofMillis(1)).thenApply(slept -> Map.of("seen", String.valueOf(Log.get())));
        Coroutine<Object> captured = looks.with(LOG);
        Log.set(null);
        assertEquals(Map.of("seen", "{request=7}"), Duotone.run(captured));
        assertEquals(Map.of("seen", "null"), Duotone.run(looks.with(LOG)));
        Log.set(Map.of("request", "8"));
        assertEquals(Map.of("seen", "null"), Duotone.run(looks));
        assertEquals(Map.of("request", "8"), Log.get());
    }

    @Test
    @DisplayName("C28 what code changes by itself lasts until it returns, also around code that starts inside")
    void changed() {
        Coroutine<String> nested = async(scope -> {
            LOCAL.set("changed");
            Coroutine<String> inner = other -> Task.completed(LOCAL.get() + LOG.get());
            assertEquals("a{}", await(scope.spawn(inner.with(LOG, Map.of()))));
            assertEquals("changed", KEY.get());
            return await(scope.yieldNow().thenApplyAsync(any -> LOCAL.get()));
        });
        assertEquals("a", Duotone.run(nested.with(KEY, "a")));
        Coroutine<String> sameThread = scope -> {
            LOCAL.set("changed");
            // Starts here, on this thread, with one value more.
            return ((Coroutine<String>) inner -> Task.completed(LOCAL.get() + LOG.get()))
                    .with(LOG, Map.of())
                    .start(scope);
        };
        assertEquals("changed{}", Duotone.run(sameThread.with(KEY, "a")));
    }

    @Test
    @DisplayName("C28 a function that another's code happens to run does not see what that has set on the thread")
    void runInline() {
        Duotone.run(scope -> {
            CompletableFuture<String> gate = new CompletableFuture<>();
            Task<String> gated = scope.spawn(inner -> gate);
            Task<String> without = gated.thenApply(value -> String.valueOf(LOCAL.get()));
            Coroutine<String> opens = inner -> {
                LOCAL.set("changed");
                gate.complete("open");
                return Task.completed(LOCAL.get());
            };
            return scope.yieldNow()
                    .thenCompose(any -> scope.spawn(opens.with(KEY, "a")))
                    .thenCombine(without, (opener, seen) -> {
                        assertEquals("changed", opener);
                        assertEquals("null", seen);
                        return seen;
                    });
        });
    }

    @Test
    @DisplayName("C28 a setter that throws fails the work, which does not start, and leaves nothing behind")
    void refused() {
        try (Duotone runtime = Duotone.start(ONE_WORKER)) {
            Coroutine<String> refused =
                    seen().with(LOG, Map.of("refused", "yes")).with(KEY, "a");
            IllegalStateException thrown = assertThrows(IllegalStateException.class, () -> runtime.block(refused));
            assertEquals("the log refuses {refused=yes}", thrown.getMessage());
            assertEquals("null null null null null", runtime.block(seen()));
            assertNull(runtime.block(scope -> Task.completed(LOG.get())));
        }
    }

    @Test
    @DisplayName("C28 a cancelled body finds its thread local until it ends")
    void cancelled() throws Exception {
        try (Duotone runtime = Duotone.start(ONE_WORKER)) {
            CompletableFuture<String> begun = new CompletableFuture<>();
            CompletableFuture<String> cleanup = new CompletableFuture<>();
            Coroutine<String> waits = async(scope -> {
                try {
                    begun.complete(LOCAL.get());
                    return await(new CompletableFuture<String>());
                } finally {
                    cleanup.complete(LOCAL.get());
                }
            });
            Task<String> task = runtime.spawn(waits.with(KEY, "a"));
            assertEquals("a", begun.get());
            task.cancel("enough");
            assertEquals("a", cleanup.get());
            assertEquals("null null null null null", runtime.block(seen()));
        }
    }

    @Test
    @DisplayName("C28 a suspend function finds the thread local set, before and after its waits")
    void intoKotlin() {
        ContextLibrary library = new ContextLibrary(KEY);
        Coroutine<String> call = Suspending.coroutine(k -> library.seen(k));
        assertEquals("a a a a a", Duotone.run(call.with(KEY, "a")));
        assertEquals("null null null null null", Duotone.run(call));
    }

    @Test
    @DisplayName("C28 a scoped value is bound where Java code runs, and a key follows into Kotlin")
    void scopedValue() throws Exception {
        assumeTrue(Runtime.version().feature() >= 25, "needs a JDK with ScopedValue, 25 or later");
        Object scopedValue =
                Class.forName("java.lang.ScopedValue").getMethod("newInstance").invoke(null);
        ContextKey<String> key = ContextKey.ofScopedValue("scoped", scopedValue);
        Coroutine<String> seen = scope -> {
            String atStart = bound(scopedValue);
            return scope.sleep(Duration.ofMillis(1))
                    .thenApply(slept -> atStart + " " + bound(scopedValue))
                    .thenCompose(text -> scope.spawnBlocking(() -> text + " " + bound(scopedValue)))
                    .thenCompose(text -> scope.spawn(async(inner -> text + " " + bound(scopedValue))))
                    .thenCombine(scope.yieldNow(), (text, any) -> text + " " + bound(scopedValue) + " " + key.get());
        };
        assertEquals("a a a a a a", Duotone.run(seen.with(key, "a")));
        assertEquals("- - - - - null", Duotone.run(seen));
        Coroutine<String> fails = scope -> {
            throw new IOException(bound(scopedValue));
        };
        assertEquals(
                "a",
                assertThrows(UncheckedIOException.class, () -> Duotone.run(fails.with(key, "a")))
                        .getCause()
                        .getMessage());
        ContextLibrary library = new ContextLibrary(key);
        assertEquals(
                "a a a a a",
                Duotone.run(Suspending.<String>coroutine(k -> library.seen(k)).with(key, "a")));
        assertThrows(IllegalArgumentException.class, () -> ContextKey.ofScopedValue("no", "a string"));
    }

    @Test
    @DisplayName("C28 a JDK without scoped values says so")
    void withoutScopedValues() {
        assumeTrue(Runtime.version().feature() < 25, "this JDK has ScopedValue");
        UnsupportedOperationException thrown = assertThrows(
                UnsupportedOperationException.class, () -> ContextKey.ofScopedValue("scoped", new Object()));
        assertTrue(thrown.getMessage().contains("run on 25 or later"), thrown::getMessage);
    }

    private static String bound(Object scopedValue) {
        try {
            Class<?> type = Class.forName("java.lang.ScopedValue");
            boolean isBound = (boolean) type.getMethod("isBound").invoke(scopedValue);
            return isBound ? (String) type.getMethod("get").invoke(scopedValue) : "-";
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("this JDK should have ScopedValue", e);
        }
    }
}
