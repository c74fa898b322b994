package io.duotone.interop.guides;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Both;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.ErrorShape;
import io.duotone.Outcome;
import io.duotone.ScopeOptions;
import io.duotone.ScopePolicy;
import io.duotone.Task;
import io.duotone.TaskGroupException;
import io.duotone.TaskOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the guide to tasks and scopes shows in Java: how work is started, and how scopes end. */
final class StartingSnippetsTest {
    private final AtomicInteger audits = new AtomicInteger();
    private final CompletableFuture<String> pinged = new CompletableFuture<>();

    private static final class StageTone {
        // snippet first-program
        static Coroutine<String> greet(String name) {
            return scope -> scope.sleep(ofMillis(10)).thenApply(slept -> "Hello, " + name);
        }

        // end
        static String run() {
            // snippet first-program
            String text = Duotone.run(greet("Ann"));
            // end
            return text;
        }
    }

    private static final class AwaitTone {
        // snippet first-program-await
        static Coroutine<String> greet(String name) {
            return async(scope -> {
                await(scope.sleep(ofMillis(10)));
                return "Hello, " + name;
            });
        }
        // end
    }

    private static Coroutine<String> greet(String name) {
        return StageTone.greet(name);
    }

    private Coroutine<Integer> audit() {
        return scope -> scope.sleep(ofMillis(5)).thenApply(slept -> audits.incrementAndGet());
    }

    private static Coroutine<Integer> load() {
        return scope -> Task.completed(42);
    }

    private static Coroutine<String> fails(String message) {
        return scope -> {
            throw new IllegalStateException(message);
        };
    }

    private Coroutine<Void> heartbeat() {
        return scope -> {
            Task<Void> sleep = scope.sleep(ofHours(1));
            sleep.whenComplete((slept, failure) -> pinged.complete("cleaned up"));
            return sleep;
        };
    }

    @Test
    @DisplayName("T1 T2 the first program")
    void firstProgram() {
        assertEquals("Hello, Ann", StageTone.run());
        assertEquals("Hello, Bob", Duotone.run(AwaitTone.greet("Bob")));
    }

    @Test
    @DisplayName("C13 a coroutine runs when it is started, each time anew")
    void lazyAndHot() {
        AtomicInteger runs = new AtomicInteger();
        Coroutine<Integer> counts = inner -> Task.completed(runs.incrementAndGet());
        Both<Integer, Integer> seen = Duotone.run(scope -> {
            // snippet lazy-hot
            Coroutine<Integer> lazy = counts; // nothing runs yet
            Task<Integer> hot = scope.spawn(lazy); // runs now
            Task<Integer> again = scope.spawn(lazy); // runs a second time
            // end
            return hot.thenCombine(again, Both::new);
        });
        assertEquals(3, seen.first() + seen.second());
    }

    @Test
    @DisplayName("T11 C14 one, two and many are spawned")
    void spawning() {
        Duotone.run(scope -> {
            // snippet spawn
            Task<String> one = scope.spawn(greet("Ann"));
            Task<String> named = scope.spawn("greeting", greet("Bob"));
            Task<Both<String, Integer>> two = scope.spawn(greet("Cid"), load());
            Task<List<String>> many = scope.spawn(List.of(greet("Dan"), greet("Eve"), greet("Fay")));
            // end
            assertEquals("greeting", named.name());
            return one.thenCombine(two, (a, b) -> assertBoth(b)).thenCombine(many, (any, all) -> {
                assertEquals(List.of("Hello, Dan", "Hello, Eve", "Hello, Fay"), all);
                return null;
            });
        });
    }

    private static boolean assertBoth(Both<String, Integer> both) {
        assertEquals(new Both<>("Hello, Cid", 42), both);
        return true;
    }

    @Test
    @DisplayName("C1 a scope ends after all that it started")
    void scopeEnd() {
        // snippet scope-end
        int rows = Duotone.run(scope -> {
            scope.spawn(audit()); // nobody waits for this task, but the scope does
            return load().start(scope);
        });
        // end
        assertEquals(42, rows);
        assertEquals(1, audits.get());
    }

    @Test
    @DisplayName("C2 C3 policy and error shape are options of a scope")
    void policies() {
        // snippet policy
        ScopeOptions options = ScopeOptions.defaults()
                .named("mirrors")
                .policy(ScopePolicy.COLLECT)
                .errors(ErrorShape.GROUP_IF_MANY);
        Throwable failure = Duotone.run(scope -> {
            Task<Integer> mirrors = scope.fork(options, inner -> {
                inner.spawn(fails("disk full"));
                inner.spawn(fails("no route"));
                return load().start(inner);
            });
            return mirrors.handle((value, thrown) -> thrown);
        });
        // end
        assertEquals(2, ((TaskGroupException) failure).failures().size());
    }

    @Test
    @DisplayName("R4 R10 R11 tasks have roles")
    void roles() {
        String served = Duotone.run(scope -> scope.fork(inner -> {
            // snippet roles
            inner.spawn(TaskOptions.defaults().named("heartbeat").background(), heartbeat());
            inner.spawn(TaskOptions.defaults().named("metrics").contained(), load());
            return inner.spawn(TaskOptions.defaults().named("server").master(), greet("Ann"));
            // end
        }));
        assertEquals("Hello, Ann", served);
        assertEquals("cleaned up", pinged.getNow("not cleaned up"));
    }

    @Test
    @DisplayName("R20 C4 a fork keeps its failure from its scope, isolate makes it a value")
    void forkAndIsolate() {
        Both<String, String> texts = Duotone.run(scope -> {
            // snippet fork
            Task<String> report = scope.fork(fails("no paper"));
            Task<String> text = report.exceptionally(failure -> "later");

            Task<Outcome<String>> outcome = scope.isolate(fails("no ink"));
            Task<String> other = outcome.thenApply(o -> o.isSuccess() ? o.orElseThrow() : "instead");
            // end
            return text.thenCombine(other, Both::new);
        });
        assertEquals(new Both<>("later", "instead"), texts);
        assertTrue(pinged.complete("unused"));
        assertFalse(pinged.isCancelled());
    }
}
