package io.duotone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.duotone.StageForm.OneForm;
import io.duotone.StageForm.TwoForm;
import io.duotone.TestProvider.MarkingExecutor;
import io.duotone.TestProvider.Worker;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

class TaskTest {
    @TestFactory
    Stream<DynamicTest> refusesToBeCompletedFromOutside() {
        Task<Integer> task = new TestTask<>("load");
        return Stream.of(
                refused("complete", () -> task.complete(1)),
                refused("completeExceptionally", () -> task.completeExceptionally(new IOException())),
                refused("completeAsync", () -> task.completeAsync(() -> 1)),
                refused("completeAsync", () -> task.completeAsync(() -> 1, Runnable::run)),
                refused("obtrudeValue", () -> task.obtrudeValue(1)),
                refused("obtrudeException", () -> task.obtrudeException(new IOException())),
                refused("orTimeout", () -> task.orTimeout(1, TimeUnit.DAYS)),
                refused("completeOnTimeout", () -> task.completeOnTimeout(1, 1, TimeUnit.DAYS)),
                dynamicTest("none of them completed it", () -> assertFalse(task.isDone())));
    }

    private static DynamicTest refused(String method, Executable call) {
        return dynamicTest(method, () -> {
            String message = String.valueOf(
                    assertThrows(UnsupportedOperationException.class, call).getMessage());
            assertTrue(message.startsWith("Task." + method + ": "), message);
            assertTrue(message.indexOf("; ") > 0, "says what to do instead: " + message);
        });
    }

    @Test
    void everyMethodThatReturnsAStageReturnsATask() {
        List<String> others = new ArrayList<>();
        Set<String> refused = Set.of("completeAsync", "orTimeout", "completeOnTimeout");
        for (Method method : Task.class.getMethods()) {
            boolean stage = CompletionStage.class.isAssignableFrom(method.getReturnType());
            boolean ours = Task.class.isAssignableFrom(method.getReturnType());
            if (stage && !ours && !method.isBridge() && !Modifier.isStatic(method.getModifiers())) {
                if (!refused.contains(method.getName())) {
                    others.add(method.getName());
                }
            }
        }
        assertEquals(List.of("minimalCompletionStage"), others);
    }

    @TestFactory
    Stream<DynamicTest> nullsAreRefusedAndLeaveNoClaimBehind() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Method method : CompletionStage.class.getMethods()) {
            Class<?>[] types = method.getParameterTypes();
            for (int nulled = 0; nulled < types.length; nulled++) {
                int parameter = nulled;
                for (boolean done : new boolean[] {false, true}) {
                    tests.add(dynamicTest(
                            method.getName() + types.length + " with null for " + types[nulled].getSimpleName()
                                    + (done ? " when done" : ""),
                            () -> {
                                TestTask<Integer> task = new TestTask<>();
                                TestTask<Integer> other = new TestTask<>();
                                if (done) {
                                    assertTrue(task.succeed(1));
                                }
                                Throwable thrown = assertThrows(
                                                java.lang.reflect.InvocationTargetException.class,
                                                () -> method.invoke(task, arguments(method, parameter, other)))
                                        .getCause();
                                assertInstanceOf(NullPointerException.class, thrown);
                                assertTrue(other.thenRun(() -> {}).cancel("last dependent"));
                                assertTrue(other.isCancelled());
                                if (!done) {
                                    assertTrue(task.thenRun(() -> {}).cancel("last dependent"));
                                    assertTrue(task.isCancelled());
                                }
                            }));
                }
            }
        }
        assertEquals(148, tests.size());
        return tests.stream();
    }

    private static @Nullable Object[] arguments(Method method, int nulled, CompletionStage<?> other) {
        Class<?>[] types = method.getParameterTypes();
        @Nullable Object[] arguments = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            if (i == nulled) {
                arguments[i] = null;
            } else if (types[i] == CompletionStage.class) {
                arguments[i] = other;
            } else if (types[i] == Executor.class) {
                arguments[i] = StageForm.GIVEN;
            } else {
                arguments[i] = java.lang.reflect.Proxy.newProxyInstance(
                        TaskTest.class.getClassLoader(), new Class<?>[] {types[i]}, (self, called, args) -> null);
            }
        }
        return arguments;
    }

    @Test
    @DisplayName("C13 async stages run on the executor of the task, and so do those derived from them")
    void inheritsTheExecutor() {
        MarkingExecutor own = new MarkingExecutor("own");
        TestTask<Integer> task = new TestTask<>(own, null);
        List<String> seen = new ArrayList<>();
        Task<@Nullable Void> last = task.thenApplyAsync(value -> seen.add(MarkingExecutor.here()))
                .thenCompose(value -> Task.completed(1))
                .exceptionallyAsync(failure -> 0)
                .thenRunAsync(() -> seen.add(MarkingExecutor.here()));
        assertTrue(task.succeed(1));
        assertEquals(List.of("own", "own"), seen);
        assertSame(own, last.defaultExecutor());
    }

    @Test
    void tasksMadeDoneRunTheirAsyncStagesOnTheRuntime() {
        assertEquals(
                "shared runtime",
                Task.completed(1)
                        .thenApplyAsync(value -> MarkingExecutor.here())
                        .join());
        Task<Integer> failed = Task.failed(new IOException("gone"));
        assertEquals(
                "shared runtime",
                failed.handleAsync((value, failure) -> MarkingExecutor.here()).join());
        assertInstanceOf(
                IOException.class,
                assertThrows(CompletionException.class, failed::join).getCause());
        assertTrue(Task.failed(new CancellationException("never mind")).isCancelled());
    }

    @Test
    @DisplayName("S14 a task is done once, tells its outcome, and cannot be cancelled any more")
    void completesOnce() throws Exception {
        TestTask<Integer> task = new TestTask<>();
        assertTrue(task.succeed(1));
        assertFalse(task.succeed(2));
        assertFalse(task.fail(new IOException()));
        assertFalse(task.cancel("too late"));
        assertFalse(task.isCancelled());
        assertNull(task.cancelReason());
        assertEquals(1, task.get());
        assertEquals(1, task.get(1, TimeUnit.NANOSECONDS));
        assertEquals(1, task.getNow(2));
        assertEquals(List.of(), task.stopped);
    }

    @Test
    void failuresAreWrappedAsTheFutureOfTheJdkWrapsThem() {
        TestTask<Integer> task = new TestTask<>();
        IOException failure = new IOException("gone");
        assertTrue(task.fail(failure));
        assertSame(failure, assertThrows(CompletionException.class, task::join).getCause());
        assertSame(failure, assertThrows(ExecutionException.class, task::get).getCause());
        assertFalse(task.isCancelled());
        assertNull(task.cancelReason());
    }

    @Test
    @DisplayName("S14 C6 a cancelled task throws its reason from every reader")
    void readersThrowTheReason() {
        TestTask<Integer> task = new TestTask<>();
        CancelReason reason = CancelReason.of(CancelReason.Kind.SHUTDOWN, "closing");
        assertTrue(task.cancel(reason));
        List<Executable> readers =
                List.of(task::join, task::get, () -> task.get(1, TimeUnit.DAYS), () -> task.getNow(1));
        for (Executable reader : readers) {
            TaskCancelledException thrown = assertThrows(TaskCancelledException.class, reader);
            assertSame(reason, thrown.reason());
            assertNotNull(thrown.getCause());
        }
        assertSame(reason, task.cancelReason());
    }

    @Test
    @DisplayName("C6 a failure that is a cancellation cancels the task, with its reason")
    void failingWithACancellationCancels() {
        TestTask<Integer> task = new TestTask<>();
        CancelReason reason = CancelReason.of(CancelReason.Kind.TIMEOUT, "late");
        assertTrue(task.fail(new TaskCancelledException(reason)));
        assertTrue(task.isCancelled());
        assertSame(reason, task.cancelReason());
        assertEquals(List.of(), task.stopped);

        TestTask<Integer> other = new TestTask<>();
        assertTrue(other.fail(new CancellationException("of the JDK")));
        assertEquals(CancelReason.cancelled("of the JDK"), other.cancelReason());
    }

    @Test
    @DisplayName("C16 a worker may read a done task but not wait for one")
    void refusesToBlockAWorker() throws Exception {
        TestTask<Integer> task = new TestTask<>();
        List<String> refusals = new ArrayList<>();
        AtomicReference<@Nullable Integer> value = new AtomicReference<>();
        Worker worker = new Worker(() -> {
            refusals.add(String.valueOf(
                    assertThrows(IllegalStateException.class, task::join).getMessage()));
            refusals.add(String.valueOf(
                    assertThrows(IllegalStateException.class, task::get).getMessage()));
            refusals.add(String.valueOf(assertThrows(IllegalStateException.class, () -> task.get(1, TimeUnit.DAYS))
                    .getMessage()));
            task.succeed(5);
            value.set(task.join());
        });
        worker.start();
        worker.join();
        assertEquals(List.of("Task.join on a worker", "Task.get on a worker", "Task.get on a worker"), refusals);
        assertEquals(5, value.get());
    }

    @Test
    void aTimedGetLeavesTheTaskRunning() {
        TestTask<Integer> task = new TestTask<>();
        assertThrows(TimeoutException.class, () -> task.get(1, TimeUnit.MICROSECONDS));
        assertFalse(task.isDone());
        assertTrue(task.thenRun(() -> {}).cancel("last"));
        assertTrue(task.isCancelled(), "the wait that timed out is no dependent any more");
    }

    @Test
    void copiesAndMinimalStagesWork() {
        TestTask<Integer> task = new TestTask<>();
        Task<Integer> copy = task.copy();
        CompletionStage<Integer> minimal = task.minimalCompletionStage();
        CompletableFuture<Integer> own = minimal.toCompletableFuture();
        assertSame(task, task.toCompletableFuture());
        assertTrue(own.complete(9), "a plain future that its holder completes");
        assertTrue(task.succeed(1));
        assertEquals(1, copy.join());
        assertEquals(1, minimal.toCompletableFuture().join());
    }

    @Test
    @DisplayName("S14 R23 a task tells its name and its state in one line")
    void tellsItsStateInOneLine() {
        TestTask<Integer> task = new TestTask<>("load user");
        assertEquals("load user", task.name());
        String id = "Task load user@" + Integer.toHexString(System.identityHashCode(task));
        assertEquals(id + "[pending, 0 waiting]", task.toString());
        Task<Integer> derived = task.thenApply(value -> value);
        assertNull(derived.name());
        assertTrue(derived.toString().endsWith("[pending, 0 waiting, derived]"), derived.toString());
        assertEquals(id + "[pending, 1 waiting]", task.toString());
        assertEquals(id + "[pending, 1 waiting, shared]", task.shared().toString());
        assertTrue(task.cancel("enough"));
        assertEquals(id + "[cancelled, CANCELLED: enough (from load user)]", task.toString());
        assertTrue(Task.completed(1).toString().endsWith("[done]"));
        assertTrue(Task.failed(new IOException("gone")).toString().endsWith("[failed, java.io.IOException: gone]"));
    }

    @Test
    void everyFormOfTheTablesIsOfAMethodOfTheInterface() {
        Set<String> covered = new java.util.HashSet<>();
        for (List<List<OneForm>> table : List.of(StageForm.OF_ONE, StageForm.COMPOSING)) {
            table.forEach(forms -> forms.forEach(form -> covered.add(form.name())));
        }
        for (List<TwoForm> forms : StageForm.OF_TWO) {
            forms.forEach(form -> covered.add(form.name()));
        }
        Set<String> methods = new java.util.HashSet<>();
        for (Method method : CompletionStage.class.getMethods()) {
            boolean onExecutor = List.of(method.getParameterTypes()).contains(Executor.class);
            methods.add(method.getName() + (onExecutor ? " on executor" : ""));
        }
        assertTrue(methods.remove("toCompletableFuture"));
        assertEquals(methods, covered);
    }
}
