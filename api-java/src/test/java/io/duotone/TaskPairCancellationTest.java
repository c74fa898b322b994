package io.duotone;

import static io.duotone.TaskCancellationTest.REASON;
import static io.duotone.TaskCancellationTest.assertStopped;
import static io.duotone.TaskCancellationTest.assertUntouched;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.duotone.StageForm.TwoForm;
import io.duotone.StageProbe.Body;
import io.duotone.TestProvider.MarkingExecutor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The claims of a task with two sources: both are cancelled with it, and the loser of a race is let go. */
class TaskPairCancellationTest {
    @TestFactory
    Stream<DynamicTest> everyStageOfTwoSources() {
        List<DynamicTest> tests = new ArrayList<>();
        for (List<TwoForm> forms : StageForm.OF_TWO) {
            for (TwoForm form : forms) {
                tests.add(dynamicTest("C17 " + form.name() + " cancels both sources", () -> {
                    TestTask<Integer> first = new TestTask<>();
                    TestTask<Integer> second = new TestTask<>();
                    StageProbe probe = new StageProbe(Body.RETURNS, () -> null);
                    Task<?> derived = (Task<?>) form.derive().derive(first, second, probe);
                    assertTrue(derived.cancel(REASON));
                    assertStopped(first);
                    assertStopped(second);
                }));
                tests.add(dynamicTest("C17 " + form.name() + " of a task with itself", () -> {
                    TestTask<Integer> source = new TestTask<>();
                    StageProbe probe = new StageProbe(Body.RETURNS, () -> null);
                    Task<?> derived = (Task<?>) form.derive().derive(source, source, probe);
                    assertTrue(derived.cancel(REASON));
                    assertStopped(source);
                }));
                tests.add(dynamicTest("C17 " + form.name() + " cancels a stranger", () -> {
                    TestTask<Integer> first = new TestTask<>();
                    CompletableFuture<Integer> second = new CompletableFuture<>();
                    StageProbe probe = new StageProbe(Body.RETURNS, () -> null);
                    Task<?> derived = (Task<?>) form.derive().derive(first, second, probe);
                    assertTrue(derived.cancel(REASON));
                    assertStopped(first);
                    assertTrue(second.isCancelled());
                }));
                tests.add(dynamicTest("C17 " + form.name() + " leaves those that others wait for", () -> {
                    TestTask<Integer> first = new TestTask<>();
                    TestTask<Integer> second = new TestTask<>();
                    Task<Integer> other = second.thenApply(value -> value);
                    StageProbe probe = new StageProbe(Body.RETURNS, () -> null);
                    Task<?> derived = (Task<?>) form.derive().derive(first, second, probe);
                    assertTrue(derived.cancel(REASON));
                    assertStopped(first);
                    assertUntouched(second);
                    assertTrue(other.cancel(REASON));
                    assertStopped(second);
                }));
            }
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> anEitherStageLetsGoOfTheLoser() {
        List<DynamicTest> tests = new ArrayList<>();
        for (List<TwoForm> forms : StageForm.OF_TWO) {
            for (TwoForm form : forms) {
                if (!form.name().contains("Either")) {
                    continue;
                }
                for (boolean fails : new boolean[] {false, true}) {
                    for (boolean firstWins : new boolean[] {false, true}) {
                        tests.add(dynamicTest(
                                "C17 " + form.name() + ", " + (firstWins ? "first" : "second") + " wins"
                                        + (fails ? " by failing" : ""),
                                () -> {
                                    TestTask<Integer> winner = new TestTask<>();
                                    TestTask<Integer> loser = new TestTask<>();
                                    StageProbe probe = new StageProbe(Body.RETURNS, () -> null);
                                    Task<?> derived = (Task<?>) form.derive()
                                            .derive(firstWins ? winner : loser, firstWins ? loser : winner, probe);
                                    assertTrue(fails ? winner.fail(new IOException()) : winner.succeed(1));
                                    assertTrue(derived.isDone());
                                    assertUntouched(loser);
                                    assertFalse(derived.cancel(REASON));
                                    assertUntouched(loser);
                                    assertTrue(loser.thenRun(() -> {}).cancel(REASON));
                                    assertStopped(loser);
                                }));
                    }
                }
            }
        }
        assertEquals(36, tests.size());
        return tests.stream();
    }

    @Test
    @DisplayName("C13 an either-stage belongs to the runtime of the task it was derived from")
    void eitherStageOfTwoRuntimes() {
        TestTask<Integer> pending = new TestTask<>();
        TestTask<Integer> done = new TestTask<>(new MarkingExecutor("other runtime"), null);
        assertTrue(done.succeed(1));
        Task<Integer> derived = pending.applyToEither(done, value -> value + 1);
        assertEquals(2, derived.join());
        assertSame(TestProvider.EXECUTOR, derived.defaultExecutor());
        assertTrue(pending.thenRun(() -> {}).cancel(REASON));
        assertStopped(pending);
    }

    @Test
    void rejectedByTheExecutorATaskHoldsNoClaim() {
        TestTask<Integer> source = new TestTask<>();
        Executor rejecting = command -> {
            throw new RejectedExecutionException("full");
        };
        TestTask<Integer> loser = new TestTask<>();
        Task<Integer> derived = source.applyToEitherAsync(loser, value -> value, rejecting);
        assertTrue(source.succeed(1));
        @Nullable Throwable failure = derived.handle((value, e) -> e).join();
        assertNotNull(failure);
        assertInstanceOf(RejectedExecutionException.class, failure.getCause());
        assertTrue(loser.thenRun(() -> {}).cancel(REASON));
        assertStopped(loser);
    }
}
