package io.duotone.interop.scope;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.Scope;
import io.duotone.ScopeOptions;
import io.duotone.ScopePolicy;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import io.duotone.TaskOptions;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Rows R6-R17 and C2-C9: every policy with every outcome of a child; see the table. Its twin in Kotlin is {@code TaskScopePolicyTest}. */
final class ScopePolicyTest {
    @TestFactory
    Stream<DynamicTest> policies() {
        return ScopePolicyRow.table().stream()
                .map(row -> dynamicTest(
                        "T23 T24 T25 Y10 R4 R6 R7 R9 R10 R11 R13 R15 R17 C2 " + row.getPolicy() + ": " + row.getDoes(),
                        () -> assertEquals(row, new Scenario(row).run())));
    }

    private static final class Told extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Told(String name) {
            super(name);
        }
    }

    private static final class Scenario {
        private final ScopePolicyRow row;
        private final CompletableFuture<Void> siblingStarted = new CompletableFuture<>();
        private final CompletableFuture<Void> childStarted = new CompletableFuture<>();
        private final CompletableFuture<Void> siblingMayEnd = new CompletableFuture<>();
        private final Queue<String> uncaught = new ConcurrentLinkedQueue<>();
        private final CompletableFuture<Scope> leaked = new CompletableFuture<>();
        private volatile String siblingSaw = "-";
        private volatile String childSaw = "-";

        Scenario(ScopePolicyRow row) {
            this.row = row;
        }

        ScopePolicyRow run() {
            ScopeOptions options = ScopeOptions.defaults().named("scope").policy(ScopePolicy.valueOf(row.getPolicy()));
            String outcome;
            try (Duotone runtime = Duotone.builder().uncaught(this::uncaught).start()) {
                outcome = runtime.block(async(root -> {
                    String scope = outcomeOf(root.fork(options, async(this::body)));
                    if (row.getDoes().equals("spawned-late")) {
                        refused(leaked.join());
                    }
                    return scope;
                }));
            }
            String reported = uncaught.stream().sorted().collect(Collectors.joining(","));
            return row.copy(
                    row.getPolicy(), row.getDoes(), outcome, siblingSaw, childSaw, reported.isEmpty() ? "-" : reported);
        }

        private void uncaught(String task, Throwable failure) {
            uncaught.add(task);
        }

        private void mayEndSibling() {
            if (row.getSibling().equals("ends")) {
                siblingMayEnd.complete(null);
            }
        }

        private static String outcomeOf(Task<String> scope) {
            try {
                return await(scope);
            } catch (TaskCancelledException e) {
                return e.reason().kind().name();
            } catch (CompletionException e) {
                assertTrue(e.getCause() instanceof TimeoutException, () -> "not a timeout: " + e);
                return "timeout";
            } catch (Told e) {
                return Stream.concat(Stream.of(e), Stream.of(e.getSuppressed()))
                        .map(Throwable::getMessage)
                        .collect(Collectors.joining("+"));
            }
        }

        private String body(Scope scope) {
            leaked.complete(scope);
            TaskOptions plain = TaskOptions.defaults().named("child");
            scope.spawn("sibling", async(own -> sibling()));
            switch (row.getDoes()) {
                case "value" -> child(scope, plain, () -> "value");
                case "failure", "two-failures" -> child(scope, plain, Scenario::fail);
                case "cancelled-itself" ->
                    child(scope, plain, () -> {
                        throw new CancellationException("enough");
                    });
                case "cancelled" -> {
                    Task<String> child = child(scope, plain, this::waits);
                    bothStarted();
                    child.cancel("told to");
                }
                case "scope-cancelled" -> {
                    child(scope, plain, this::waits);
                    bothStarted();
                    scope.cancel("told to");
                }
                case "timeout" -> {
                    child(scope, plain, this::waits);
                    bothStarted();
                    scope.timeoutAfter(Duration.ofMillis(1));
                }
                case "cleanup-failure" -> {
                    child(scope, plain, this::failsInCleanup);
                    bothStarted();
                    scope.cancel("told to");
                }
                case "contained-failure" -> child(scope, plain.contained(), Scenario::fail);
                case "master-value" -> child(scope, plain.master(), () -> "value");
                case "master-failure" -> child(scope, plain.master(), Scenario::fail);
                case "master-contained-failure" -> child(scope, plain.master().contained(), Scenario::fail);
                case "master-cancelled" -> {
                    Task<String> child = child(scope, plain.master(), this::waits);
                    bothStarted();
                    child.cancel("told to");
                }
                case "background" -> {
                    child(scope, plain.background(), this::waits);
                    bothStarted();
                    siblingMayEnd.complete(null);
                }
                case "background-failure" -> child(scope, plain.background(), Scenario::fail);
                case "spawned-into-cancelled" -> {
                    await(siblingStarted.copy());
                    scope.cancel("told to");
                    Task<String> late = scope.spawn("child", starts());
                    if (late.isCancelled() && childSaw.equals("-")) {
                        childSaw = "not-started";
                    }
                }
                case "spawned-late" -> siblingMayEnd.complete(null);
                default -> throw new AssertionError("the table has a row that this test does not know: " + row);
            }
            return "value";
        }

        private void refused(Scope scope) {
            assertThrows(IllegalStateException.class, () -> scope.spawn(starts()));
            assertTrue(scope.trySpawn(starts()).isEmpty());
            if (childSaw.equals("-")) {
                childSaw = "refused";
            }
        }

        private Coroutine<String> starts() {
            return own -> {
                childSaw = "started";
                return Task.completed("started");
            };
        }

        private Task<String> child(Scope scope, TaskOptions options, Callable<String> does) {
            Task<String> child = scope.spawn(options, async(own -> {
                await(siblingStarted.copy());
                childStarted.complete(null);
                try {
                    return does.call();
                } finally {
                    // Where the child's end is not to be waited for: that would be somebody who hears of its failure.
                    if (!row.getUncaught().equals("-") || !row.getChild().equals("-")) {
                        mayEndSibling();
                    }
                }
            }));
            if (row.getUncaught().equals("-") && row.getChild().equals("-")) {
                CompletableFuture.allOf(child).whenComplete((value, failure) -> mayEndSibling());
            }
            return child;
        }

        private void bothStarted() {
            await(siblingStarted.copy());
            await(childStarted.copy());
        }

        private static String fail() {
            throw new Told("child");
        }

        private String waits() {
            try {
                return await(new CompletableFuture<String>());
            } catch (TaskCancelledException e) {
                childSaw = e.reason().kind().name();
                throw e;
            }
        }

        private String failsInCleanup() {
            try {
                return waits();
            } catch (TaskCancelledException e) {
                throw new Told("child");
            }
        }

        private String sibling() {
            siblingStarted.complete(null);
            try {
                await(siblingMayEnd);
                siblingSaw = "ends";
            } catch (TaskCancelledException e) {
                siblingSaw = e.reason().kind().name();
                if (!row.getDoes().equals("two-failures")) {
                    throw e;
                }
            }
            if (row.getDoes().equals("two-failures")) {
                throw new Told("sibling");
            }
            return "sibling";
        }
    }
}
