package io.duotone.interop.context;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.ContextKey;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.Scope;
import io.duotone.ScopeOptions;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import io.duotone.TaskOptions;
import io.duotone.coroutines.facade.Suspending;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import kotlin.Unit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The values of context keys in Java, and where they are to be seen. */
final class ContextKeyTest {
    private static final ContextKey<String> USER = ContextKey.named("user");
    private static final ContextKey<String> TENANT = ContextKey.named("tenant");
    private static final DuotoneOptions ONE_WORKER =
            Duotone.builder().threads(1).build();
    private static final Duration LONG = Duration.ofHours(1);

    private static String user() {
        return USER.getOr("-");
    }

    /** What is seen at the start, and in the functions of stages of each kind. */
    private static Coroutine<String> seen() {
        return scope -> {
            String atStart = user();
            return scope.sleep(Duration.ofMillis(1))
                    .thenApply(slept -> atStart + user())
                    .thenApplyAsync(text -> text + user())
                    .thenCompose(text -> scope.yieldNow().handle((any, failure) -> text + user()))
                    .thenCombine(scope.yieldNow(), (text, any) -> text + user());
        };
    }

    @Test
    @DisplayName("C28 T63 the value is there at the start and in all stages, and not in a sibling")
    void followsStages() {
        Duotone.run(scope -> scope.spawn(seen().with(USER, "a"), seen(), seen().with(USER, "b"))
                .thenAccept(all -> {
                    assertEquals("aaaaa", all.first());
                    assertEquals("-----", all.second());
                    assertEquals("bbbbb", all.third());
                }));
        assertNull(USER.get());
    }

    @Test
    @DisplayName("C28 T63 the value follows every way to start work")
    void followsSpawns() {
        Coroutine<String> looks = scope -> Task.completed(user());
        Coroutine<String> blocks = async(scope -> user());
        Map<String, Function<Scope, ? extends CompletionStage<?>>> ways = new LinkedHashMap<>();
        ways.put("spawn", scope -> scope.spawn(looks));
        ways.put(
                "spawn with options",
                scope -> scope.spawn(TaskOptions.defaults().contained(), looks));
        ways.put("trySpawn", scope -> scope.trySpawn(looks).orElseThrow());
        ways.put("spawn two", scope -> scope.spawn(looks, looks).thenApply(both -> both.first()));
        ways.put("spawn many", scope -> scope.spawn(List.of(looks, looks)).thenApply(all -> all.get(1)));
        ways.put("spawn many async", scope -> scope.spawn(List.of(blocks)).thenApply(all -> all.get(0)));
        ways.put("fork", scope -> scope.fork(looks));
        ways.put("isolate", scope -> scope.isolate(looks).thenApply(outcome -> outcome.orElseThrow()));
        ways.put("failAfter", scope -> scope.failAfter(LONG, looks));
        ways.put("moveOnAfter", scope -> scope.moveOnAfter(LONG, looks).thenApply(timed -> timed.get()));
        ways.put("race", scope -> scope.race(looks, looks));
        ways.put(
                "map",
                scope -> scope.map(List.of(1), element -> {
                            String here = user();
                            return inner -> Task.completed(here.equals(user()) ? here : "differs");
                        })
                        .thenApply(all -> all.get(0)));
        ways.put(
                "mapBlocking",
                scope -> scope.mapBlocking(List.of(1, 2), 1, element -> user()).thenApply(all -> all.get(1)));
        ways.put("spawnBlocking", scope -> scope.spawnBlocking(ContextKeyTest::user));
        ways.put("async", scope -> scope.spawn(blocks));
        ways.put(
                "await in async",
                scope -> scope.spawn(async(inner -> {
                    await(inner.yieldNow());
                    return await(inner.spawn(looks));
                })));
        ways.put(
                "stage in async",
                scope -> scope.spawn(
                        async(inner -> await(inner.sleep(Duration.ofMillis(1)).thenApply(slept -> user())))));
        ways.put("Duotone.spawn", scope -> scope.runtime().spawn(looks));
        ways.put("Duotone.run", scope -> scope.spawnBlocking(() -> Duotone.run(looks)));
        for (boolean viewed : new boolean[] {false, true}) {
            assertAll(ways.entrySet().stream().map(way -> () -> {
                Coroutine<Object> starts =
                        scope -> way.getValue().apply(scope).thenApply(value -> user() + " " + value);
                Coroutine<Object> main = viewed
                        ? scope -> scope.with(USER, "ann").spawn(starts)
                        : scope -> scope.spawn(starts.with(USER, "ann"));
                assertEquals("ann ann", Duotone.run(main), way.getKey());
                assertEquals("- -", Duotone.run(starts), way.getKey() + " without a value");
            }));
        }
    }

    @Test
    @DisplayName("C28 every form of a stage runs its function with the values of the code that derived it")
    void everyForm() {
        CompletableFuture<String> pending = new CompletableFuture<>();
        Executor elsewhere = command -> new Thread(command).start();
        Coroutine<List<Task<String>>> derives = scope -> {
            Task<String> later = scope.runtime().spawn(inner -> pending);
            Task<String> done = Task.completed("x");
            Task<String> failed = Task.failed(new IllegalStateException("wanted"));
            return Task.completed(Stream.of(later, done, failed)
                    .flatMap(source -> Stream.<Task<String>>of(
                            source.handleAsync((value, failure) -> user()),
                            source.handleAsync((value, failure) -> user(), elsewhere),
                            source.handle((value, failure) -> user()),
                            source.exceptionally(failure -> "x").thenApplyAsync(value -> user(), elsewhere),
                            source.exceptionallyAsync(failure -> user(), elsewhere)
                                    .thenApply(value -> user()),
                            source.exceptionallyCompose(failure -> done).thenCombine(later, (a, b) -> user()),
                            source.exceptionallyCompose(failure -> done)
                                    .thenCombineAsync(done, (a, b) -> user(), elsewhere),
                            source.exceptionallyComposeAsync(failure -> done, elsewhere)
                                    .applyToEitherAsync(later, value -> user(), elsewhere),
                            source.exceptionally(failure -> "x").applyToEither(later, value -> user())))
                    .toList());
        };
        try (Duotone runtime = Duotone.start(DuotoneOptions.defaults())) {
            List<Task<String>> derived = runtime.block(derives.with(USER, "ann"));
            pending.complete("y");
            for (Task<String> task : derived) {
                assertEquals("ann", task.join());
            }
        }
    }

    @Test
    @DisplayName("C28 actions that give nothing run with the values too")
    void actions() {
        CompletableFuture<String> pending = new CompletableFuture<>();
        Coroutine<Long> derives = scope -> {
            List<String> seen = new CopyOnWriteArrayList<>();
            Task<String> later = scope.runtime().spawn(inner -> pending);
            Task<String> done = Task.completed("x");
            CompletableFuture<?>[] all = Stream.of(later, done)
                    .flatMap(source -> Stream.of(
                            source.thenAccept(value -> seen.add(user())),
                            source.thenAcceptAsync(value -> seen.add(user())),
                            source.thenRun(() -> seen.add(user())),
                            source.thenRunAsync(() -> seen.add(user())),
                            source.whenComplete((value, failure) -> seen.add(user())),
                            source.whenCompleteAsync((value, failure) -> seen.add(user())),
                            source.thenAcceptBoth(later, (a, b) -> seen.add(user())),
                            source.runAfterBoth(later, () -> seen.add(user())),
                            source.acceptEither(later, value -> seen.add(user())),
                            source.runAfterEither(later, () -> seen.add(user()))))
                    .toArray(CompletableFuture<?>[]::new);
            pending.complete("y");
            return CompletableFuture.allOf(all)
                    .thenApply(any -> seen.stream().filter("ann"::equals).count());
        };
        assertEquals(20, Duotone.run(derives.with(USER, "ann")));
    }

    @Test
    @DisplayName("T63 a value given inside is not seen outside, and values of several keys stand side by side")
    void nested() {
        Coroutine<String> main = async(scope -> {
            assertEquals("ann", USER.get());
            assertNull(TENANT.get());
            Coroutine<String> both = inner -> Task.completed(USER.get() + TENANT.get());
            assertEquals("annx", await(scope.spawn(both.with(TENANT, "x"))));
            assertEquals("bobx", await(scope.spawn(both.with(USER, "bob").with(TENANT, "x"))));
            assertEquals("nullnull", await(scope.spawn(both.with(USER, null))));
            // The innermost comes last.
            assertEquals("bobnull", await(scope.spawn(both.with(USER, "bob").with(USER, "eve"))));
            assertEquals("ann", USER.get());
            assertNull(TENANT.get());
            return "over";
        });
        assertEquals("over", Duotone.run(main.with(USER, "ann")));
    }

    @Test
    @DisplayName("T63 nothing is left on the worker, whether the work succeeds, fails, throws or is cancelled")
    void restored() throws InterruptedException {
        try (Duotone runtime = Duotone.start(ONE_WORKER)) {
            CountDownLatch begun = new CountDownLatch(1);
            List<Coroutine<String>> ends = List.of(
                    seen(),
                    scope -> {
                        throw new IllegalStateException("thrown at the start");
                    },
                    scope -> scope.yieldNow().thenApply(any -> {
                        throw new IllegalStateException("thrown in a stage");
                    }));
            for (Coroutine<String> end : ends) {
                var ended = runtime.block(scope -> scope.isolate(end.with(USER, "ann")));
                assertEquals("-----", runtime.block(seen()), () -> "after " + ended);
            }
            Coroutine<String> waits = scope -> {
                begun.countDown();
                return scope.sleep(LONG).thenApply(slept -> user());
            };
            Task<String> cancelled = runtime.spawn(waits.with(USER, "ann"));
            assertTrue(begun.await(30, TimeUnit.SECONDS));
            cancelled.cancel("enough");
            assertEquals("-----", runtime.block(seen()));
            assertEquals("-", runtime.block(scope -> scope.spawnBlocking(ContextKeyTest::user)));
        }
    }

    @Test
    @DisplayName("T63 a function that another's code happens to run does not see the other's values")
    void runInline() {
        // On one worker, so that the gated task waits at the gate when it is opened.
        Duotone.run(Duotone.builder().threads(1).build(), scope -> {
            CompletableFuture<String> gate = new CompletableFuture<>();
            boolean[] isOpening = {false};
            boolean[] ranInline = {false};
            Task<String> gated = scope.spawn(inner -> gate);
            Task<String> without = gated.thenApply(value -> {
                ranInline[0] = isOpening[0];
                return user();
            });
            Coroutine<String> opens = inner -> {
                isOpening[0] = true;
                gate.complete("open");
                isOpening[0] = false;
                return Task.completed(user());
            };
            return scope.yieldNow()
                    .thenCompose(any -> scope.spawn(opens.with(USER, "ann")))
                    .thenCombine(without, (opener, seen) -> {
                        assertEquals("ann", opener);
                        assertEquals("-", seen);
                        assertTrue(ranInline[0], "the function ran later, by itself");
                        return seen;
                    });
        });
    }

    @Test
    @DisplayName("C28 a view of a scope is the same scope, and what it adds wins over the spawning code")
    void views() {
        Coroutine<String> looks = scope -> Task.completed(user());
        Coroutine<String> main = scope -> {
            Scope view = scope.with(USER, "eve");
            assertEquals("eve", view.get(USER));
            assertNull(view.get(TENANT));
            assertEquals("eve", view.with(TENANT, "x").get(USER));
            assertEquals("main", view.name());
            assertNull(scope.with(USER, null).get(USER));
            view.timeoutAfter(LONG);
            view.clearTimeout();
            return scope.spawn(looks)
                    .thenCombine(view.spawn(looks), (own, added) -> own + " " + added)
                    .thenCombine(view.fork(inner -> inner.spawn(looks)), (text, forked) -> text + " " + forked)
                    .thenCombine(
                            view.spawn(Suspending.coroutine(k -> new ContextLibrary(USER).seen(k))),
                            (text, kotlin) -> text + " " + kotlin)
                    .thenApply(text -> text + " " + user());
        };
        ScopeOptions named = ScopeOptions.defaults().named("main");
        assertEquals(
                "ann eve eve eve eve eve eve eve ann", Duotone.run(scope -> scope.fork(named, main.with(USER, "ann"))));
        assertThrows(
                TaskCancelledException.class,
                () -> Duotone.run(scope -> scope.fork(inner -> {
                    inner.with(USER, "eve").cancel("by its view");
                    return inner.runtime().spawn(Scope::yieldNow);
                })));
    }

    @Test
    @DisplayName("C28 a task has the values of its scope, over them those of the code that spawned it")
    void spawnedFromElsewhere() {
        Coroutine<String> looks = scope -> Task.completed(user() + TENANT.getOr("-"));
        Coroutine<String> main = outer -> {
            Coroutine<String> spawnsOutside = inner -> outer.spawn(looks);
            return outer.spawn(spawnsOutside.with(TENANT, "x").with(USER, "bob"))
                    .thenCombine(outer.spawn(spawnsOutside.with(TENANT, "y")), (a, b) -> a + " " + b);
        };
        assertEquals("bobx anny", Duotone.run(main.with(USER, "ann")));
        // A plain thread has none of its own.
        try (Duotone runtime = Duotone.start(DuotoneOptions.defaults())) {
            CompletableFuture<Scope> handedOut = new CompletableFuture<>();
            CompletableFuture<String> end = new CompletableFuture<>();
            Coroutine<String> hands = scope -> {
                handedOut.complete(scope);
                return end;
            };
            Task<String> running = runtime.spawn(hands.with(USER, "ann"));
            assertEquals("ann-", handedOut.join().spawn(looks).join());
            end.complete("over");
            running.join();
        }
    }

    @Test
    @DisplayName(
            "C28 a suspend function called from Java sees the values of the calling code, before and after its waits")
    void intoKotlin() {
        ContextLibrary library = new ContextLibrary(USER);
        Coroutine<String> asTask = scope -> Suspending.task(scope.runtime(), k -> library.seen(k));
        Coroutine<String> asCoroutine = Suspending.coroutine(k -> library.seen(k));
        for (Coroutine<String> call : List.of(asTask, asCoroutine)) {
            assertEquals("ann ann ann ann ann", Duotone.run(call.with(USER, "ann")));
            assertEquals("null null null null null", Duotone.run(call));
        }
    }

    @Test
    @DisplayName("C28 a suspend function that waits is resumed with its own values, not those of whoever resumes it")
    void resumedByAnother() {
        ContextLibrary library = new ContextLibrary(USER);
        Coroutine<String> waits = Suspending.coroutine(k -> library.gated(k));
        Coroutine<String> opens = scope -> {
            library.getGate().complete(Unit.INSTANCE);
            return Task.completed(user());
        };
        Duotone.run(scope -> scope.spawn(waits.with(USER, "ann"), waits, opens.with(USER, "bob"))
                .thenAccept(all -> {
                    assertEquals("ann", all.first());
                    assertNull(all.second());
                    assertEquals("bob", all.third());
                }));
    }

    @Test
    @DisplayName("C28 a key without a value says so, and what to do")
    void withoutValue() {
        assertNull(USER.get());
        assertEquals("nobody", USER.getOr("nobody"));
        NoSuchElementException thrown = assertThrows(NoSuchElementException.class, USER::orElseThrow);
        assertTrue(thrown.getMessage().contains("'user'") && thrown.getMessage().contains("with(key, value)"));
        assertEquals("user", USER.name());
        assertNotEquals(USER, ContextKey.named("user"));
        assertThrows(NullPointerException.class, () -> seen().with(null, "x"));
        assertEquals(
                "ann",
                Duotone.run(((Coroutine<String>) scope -> Task.completed(USER.orElseThrow())).with(USER, "ann")));
    }
}
