package io.duotone.interop.context;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.ContextKey;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.Scope;
import io.duotone.ScopeOptions;
import io.duotone.Task;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The scope of the running code. */
final class CurrentScopeTest {
    @Test
    @DisplayName("R22 S48 at the start, in stages and in a group it is the scope that the coroutine was given")
    void inStages() {
        Coroutine<Boolean> looks = scope -> {
            assertSame(scope, Scope.current());
            return scope.sleep(Duration.ofMillis(1))
                    .thenApply(slept -> Scope.current())
                    .thenApplyAsync(before -> before == scope && Scope.current() == scope)
                    .thenCombine(scope.yieldNow(), (same, any) -> same && Scope.current() == scope);
        };
        Duotone.run(outer -> outer.spawn(looks, looks)
                .thenCombine(outer.fork(looks), (both, forked) -> both.first() && both.second() && forked)
                .thenAccept(all -> {
                    assertTrue(all);
                    assertSame(outer, Scope.current());
                }));
    }

    @Test
    @DisplayName("R22 in an async body too, and in a blocking call it is one that waits for what is spawned there")
    void onThreads() {
        AtomicBoolean ended = new AtomicBoolean();
        Coroutine<String> body = async(scope -> {
            assertSame(scope, Scope.current());
            assertSame(scope, await(scope.yieldNow().thenApply(any -> Scope.current())));
            await(scope.spawnBlocking(() -> {
                assertNotEquals(scope, Scope.current());
                return Scope.current()
                        .spawn(inner -> inner.sleep(Duration.ofMillis(5)).thenRun(() -> ended.set(true)));
            }));
            assertTrue(ended.get());
            return "over";
        });
        assertEquals("over", Duotone.run(body));
        assertEquals("over", Duotone.run(body.with(ContextKey.named("key"), "value")));
    }

    @Test
    @DisplayName("R22 in what map calls it is a scope of that map")
    void inMaps() {
        List<Boolean> ownScopes = Duotone.run(scope -> scope.map(List.of(1, 2), element -> {
                    Scope here = Scope.current();
                    return inner -> Task.completed(here != scope && here.isActive() && Scope.current() == inner);
                })
                .thenCombine(
                        scope.mapBlocking(List.of(1), element -> Scope.current().isActive()),
                        (mapped, blocked) -> List.of(mapped.get(0), mapped.get(1), blocked.get(0))));
        assertEquals(List.of(true, true, true), ownScopes);
    }

    @Test
    @DisplayName("R22 it may be passed by: work spawned there is a child of the coroutine")
    void spawning() {
        CompletableFuture<String> end = new CompletableFuture<>();
        AtomicBoolean cancelled = new AtomicBoolean();
        Coroutine<Scope> spawns = scope -> {
            Task<String> child = spawnsWithoutAScope(end);
            var unused = child.whenComplete((value, failure) -> cancelled.set(child.isCancelled()));
            scope.cancel("enough");
            return Task.completed(scope);
        };
        Duotone.run(scope -> scope.isolate(inner -> inner.fork(ScopeOptions.defaults(), spawns)));
        assertTrue(cancelled.get());
    }

    private static Task<String> spawnsWithoutAScope(CompletableFuture<String> end) {
        return Scope.current().spawn(inner -> end);
    }

    @Test
    @DisplayName("R22 there is none outside, on the same threads")
    void outside() {
        IllegalStateException thrown = assertThrows(IllegalStateException.class, Scope::current);
        assertTrue(thrown.getMessage().contains("no scope on thread"), thrown::getMessage);
        try (Duotone runtime = Duotone.start(Duotone.builder().threads(1).build())) {
            Scope first = runtime.block(scope -> Task.completed(Scope.current()));
            CompletableFuture<String> onWorker = new CompletableFuture<>();
            runtime.executor().execute(() -> {
                try {
                    onWorker.complete(String.valueOf(Scope.current()));
                } catch (IllegalStateException e) {
                    onWorker.complete("none");
                }
            });
            assertEquals("none", onWorker.join());
            assertNotEquals(first, runtime.block(scope -> Task.completed(Scope.current())));
        }
    }
}
