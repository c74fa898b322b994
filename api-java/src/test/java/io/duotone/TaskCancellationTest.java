package io.duotone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.duotone.StageForm.OneForm;
import io.duotone.StageProbe.Body;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Cancelling the end of a chain stops the work at its beginning, and only what nobody else waits for. */
class TaskCancellationTest {
    static final CancelReason REASON = CancelReason.of(CancelReason.Kind.SHUTDOWN, "test");

    static void assertStopped(TestTask<?> task) {
        assertStoppedFor(task, REASON);
    }

    static void assertStoppedFor(TestTask<?> task, CancelReason reason) {
        assertTrue(task.isCancelled(), task.toString());
        assertEquals(1, task.stopped.size(), "the work is stopped once");
        assertSame(reason, task.stopped.get(0), "the reason travels unchanged");
        assertSame(reason, task.cancelReason());
    }

    static void assertUntouched(TestTask<?> task) {
        assertFalse(task.isDone(), task.toString());
        assertEquals(List.of(), task.stopped);
    }

    @TestFactory
    @DisplayName("C17 every stage of one source cancels it")
    Stream<DynamicTest> everyStageOfOneSource() {
        List<DynamicTest> tests = new ArrayList<>();
        for (List<List<OneForm>> table : List.of(StageForm.OF_ONE, StageForm.COMPOSING)) {
            for (List<OneForm> forms : table) {
                for (OneForm form : forms) {
                    tests.add(dynamicTest("C17 " + form.name() + " cancels its source", () -> {
                        TestTask<Integer> source = new TestTask<>();
                        StageProbe probe = new StageProbe(Body.RETURNS, () -> null);
                        Task<?> derived = (Task<?>) form.derive().derive(source, probe);
                        assertTrue(derived.cancel(REASON));
                        assertSame(REASON, derived.cancelReason());
                        assertStopped(source);
                        assertEquals(List.of(), probe.calls, "no function runs");
                    }));
                    tests.add(dynamicTest("C17 " + form.name() + " leaves a source with another dependent", () -> {
                        TestTask<Integer> source = new TestTask<>();
                        StageProbe probe = new StageProbe(Body.RETURNS, () -> null);
                        Task<?> first = (Task<?>) form.derive().derive(source, probe);
                        Task<?> last = (Task<?>) form.derive().derive(source, probe);
                        assertTrue(first.cancel("not the last"));
                        assertUntouched(source);
                        assertTrue(first.cancel("again"), "cancelled is cancelled");
                        assertUntouched(source);
                        assertTrue(last.cancel(REASON));
                        assertStopped(source);
                    }));
                }
            }
        }
        return tests.stream();
    }

    @TestFactory
    @DisplayName("C17 the stage inside a composing stage is cancelled")
    Stream<DynamicTest> theStageInside() {
        List<DynamicTest> tests = new ArrayList<>();
        for (List<OneForm> forms : StageForm.COMPOSING) {
            for (OneForm form : forms) {
                for (boolean before : new boolean[] {false, true}) {
                    String name = "C17 " + form.name() + (before ? " of a done source" : "");
                    tests.add(dynamicTest(name + " cancels the task inside", () -> {
                        TestTask<Integer> inner = new TestTask<>();
                        Task<?> derived = composed(form, () -> inner, before);
                        assertTrue(derived.cancel(REASON));
                        assertStopped(inner);
                    }));
                    tests.add(dynamicTest(name + " leaves the task inside that others wait for", () -> {
                        TestTask<Integer> inner = new TestTask<>();
                        Task<Integer> other = inner.thenApply(value -> value);
                        Task<?> derived = composed(form, () -> inner, before);
                        assertTrue(derived.cancel(REASON));
                        assertUntouched(inner);
                        assertTrue(other.cancel(REASON));
                        assertStopped(inner);
                    }));
                    tests.add(dynamicTest(name + " cancels a stranger inside", () -> {
                        CompletableFuture<Integer> inner = new CompletableFuture<>();
                        Task<?> derived = composed(form, () -> inner, before);
                        assertTrue(derived.cancel(REASON));
                        assertTrue(inner.isCancelled());
                    }));
                    tests.add(dynamicTest(name + " leaves a minimal stage inside", () -> {
                        CompletableFuture<Integer> inner = new CompletableFuture<>();
                        CompletionStage<Integer> minimal = inner.minimalCompletionStage();
                        Task<?> derived = composed(form, () -> minimal, before);
                        assertTrue(derived.cancel(REASON));
                        assertFalse(inner.isDone());
                    }));
                }
                tests.add(dynamicTest("C17 " + form.name() + " cancelled while its function runs", () -> {
                    TestTask<Integer> source = new TestTask<>();
                    TestTask<Integer> inner = new TestTask<>();
                    List<Task<?>> derived = new ArrayList<>();
                    StageProbe probe = new StageProbe(Body.RETURNS, () -> {
                        assertTrue(derived.get(0).cancel(REASON));
                        return inner;
                    });
                    derived.add((Task<?>) form.derive().derive(source, probe));
                    end(form, source);
                    assertStopped(inner);
                }));
            }
        }
        return tests.stream();
    }

    private static Task<?> composed(
            OneForm form, Supplier<? extends CompletionStage<Integer>> inner, boolean sourceDoneBefore) {
        TestTask<Integer> source = new TestTask<>();
        StageProbe probe = new StageProbe(Body.RETURNS, inner);
        if (sourceDoneBefore) {
            end(form, source);
        }
        Task<?> derived = (Task<?>) form.derive().derive(source, probe);
        if (!sourceDoneBefore) {
            end(form, source);
        }
        assertEquals(1, probe.calls.size());
        assertFalse(derived.isDone());
        return derived;
    }

    private static void end(OneForm form, Task<Integer> source) {
        assertTrue(form.name().startsWith("exceptionally") ? source.fail(new IOException()) : source.succeed(1));
    }

    @Test
    @DisplayName("C17 a cancel at the end of a mixed chain reaches every beginning")
    void mixedChain() {
        TestTask<Integer> first = new TestTask<>();
        TestTask<Integer> second = new TestTask<>();
        TestTask<Integer> third = new TestTask<>();
        TestTask<Integer> inner = new TestTask<>();
        TestTask<Integer> recovered = new TestTask<>();
        TestTask<Integer> ready = new TestTask<>();
        TestTask<Integer> broken = new TestTask<>();
        Task<Integer> composed = ready.thenCompose(value -> inner.thenApply(v -> v + 1));
        Task<Integer> rescued = broken.exceptionallyCompose(failure -> recovered);
        assertTrue(ready.succeed(1));
        assertTrue(broken.fail(new IOException()));
        Task<?> end = first.handle((value, failure) -> 1)
                .thenCombineAsync(second.whenComplete((value, failure) -> {}), Integer::sum)
                .applyToEither(third, value -> value)
                .thenAcceptBoth(composed, (a, b) -> {})
                .exceptionally(failure -> null)
                .runAfterBoth(rescued, () -> {})
                .copy();
        assertTrue(end.cancel(REASON));
        for (TestTask<Integer> beginning : List.of(first, second, third, inner, recovered)) {
            assertStopped(beginning);
        }
        assertEquals(List.of(), ready.stopped);
        assertEquals(List.of(), broken.stopped);
    }

    @Test
    @DisplayName("S26 C17 a shared task is not cancelled by its dependents")
    void shared() {
        TestTask<Integer> task = new TestTask<>();
        assertSame(task, task.shared());
        assertTrue(task.thenApply(value -> value).thenRun(() -> {}).cancel(REASON));
        assertUntouched(task);
        assertTrue(task.cancel(REASON));
        assertStopped(task);
    }

    @Test
    @DisplayName("C17 a shared stage in the middle keeps its own upstream")
    void sharedInTheMiddle() {
        TestTask<Integer> source = new TestTask<>();
        Task<Integer> middle = source.thenApply(value -> value).shared();
        assertTrue(middle.thenRun(() -> {}).cancel("not this"));
        assertFalse(middle.isDone());
        assertUntouched(source);
        assertTrue(middle.cancel(REASON));
        assertStopped(source);
    }

    @Test
    @DisplayName("C17 a minimal stage and a thread in join count as dependents")
    void otherDependents() throws Exception {
        TestTask<Integer> minimal = new TestTask<>();
        assertNotNull(minimal.minimalCompletionStage());
        assertTrue(minimal.thenRun(() -> {}).cancel(REASON));
        assertUntouched(minimal);

        TestTask<Integer> joined = new TestTask<>();
        List<Integer> read = new ArrayList<>();
        Thread reader = new Thread(() -> read.add(joined.join()));
        reader.start();
        Await.until(() -> reader.getState() == Thread.State.WAITING);
        assertTrue(joined.thenRun(() -> {}).cancel(REASON));
        assertUntouched(joined);
        assertTrue(joined.succeed(3));
        reader.join();
        assertEquals(List.of(3), read);
    }

    @Test
    void dependentsOfACancelledTaskFailWithItsReason() {
        TestTask<Integer> task = new TestTask<>();
        Task<Integer> derived = task.thenApply(value -> value);
        assertTrue(task.cancel(REASON));
        assertTrue(derived.isCompletedExceptionally());
        assertFalse(derived.isCancelled(), "as in CompletableFuture");
        assertSame(REASON, derived.cancelReason());
        assertFalse(derived.cancel("too late"));
    }

    @Test
    @DisplayName("C6 a cancel in words has the name of the task as origin")
    void wordsAndOrigin() {
        TestTask<Integer> task = new TestTask<>("load");
        assertTrue(task.cancel("enough"));
        assertEquals(List.of(new CancelReason(CancelReason.Kind.CANCELLED, "enough", "load")), task.stopped);
        TestTask<Integer> other = new TestTask<>("load");
        assertTrue(other.cancel(true));
        assertEquals(CancelReason.Kind.CANCELLED, other.stopped.get(0).kind());
        assertEquals("load", other.stopped.get(0).origin());
    }

    @Test
    void cancelledBeforeAnythingElseIsDone() {
        List<Boolean> seen = new ArrayList<>();
        Task<Integer> task = new Task<>(TestProvider.EXECUTOR, null) {
            @Override
            protected void onCancel(CancelReason reason) {
                seen.add(isCancelled());
            }
        };
        assertTrue(task.cancel("stop"));
        assertEquals(List.of(true), seen);
    }

    @Test
    void aThrowingHookStopsNothing() {
        TestTask<Integer> source = new TestTask<>();
        TestTask<Integer> other = new TestTask<>();
        IllegalStateException first = new IllegalStateException("first");
        IllegalStateException second = new IllegalStateException("second");
        Task<Integer> throwing = new Task<>(TestProvider.EXECUTOR, null) {
            @Override
            protected void onCancel(CancelReason reason) {
                throw first;
            }
        };
        CompletableFuture<Integer> stranger = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                throw second;
            }
        };
        Task<?> end = throwing.thenCombine(stranger, Integer::sum)
                .thenCombine(source, Integer::sum)
                .thenCombine(other, Integer::sum);
        assertSame(second, assertThrows(IllegalStateException.class, () -> end.cancel(REASON)));
        assertArrayEquals(new Throwable[] {first}, second.getSuppressed());
        assertTrue(throwing.isCancelled());
        assertStopped(source);
        assertStopped(other);
    }

    @Test
    void chainsMayBeOfAnyLength() {
        TestTask<Integer> source = new TestTask<>();
        Task<Integer> tail = source;
        for (int i = 0; i < 100_000; i++) {
            tail = tail.thenApply(value -> value + 1);
        }
        assertTrue(tail.cancel(REASON));
        assertStopped(source);
    }

    @Test
    void aFunctionStillQueuedOnItsExecutorDoesNotRun() {
        List<Runnable> queue = new ArrayList<>();
        Executor later = queue::add;
        TestTask<Integer> source = new TestTask<>();
        StageProbe probe = new StageProbe(Body.RETURNS, () -> null);
        Task<Integer> derived = source.thenComposeAsync(probe.composing(), later);
        assertTrue(source.succeed(1));
        assertEquals(1, queue.size());
        assertTrue(derived.cancel(REASON));
        queue.get(0).run();
        assertEquals(List.of(), probe.calls);
        assertEquals(List.of(), source.stopped);
    }
}
