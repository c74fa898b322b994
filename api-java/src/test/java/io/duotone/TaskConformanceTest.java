package io.duotone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.duotone.StageForm.OneForm;
import io.duotone.StageForm.TwoForm;
import io.duotone.StageProbe.Body;
import io.duotone.StageSource.When;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * A task does what the JDK's future does: every method of {@link CompletionStage} in every form, on sources that end in
 * every way before or after, with functions that return and throw, against a {@link CompletableFuture} as the oracle.
 * It compares how the result ended for its dependents and its readers, and how, how often and where the functions were
 * called.
 */
class TaskConformanceTest {
    @TestFactory
    Stream<DynamicTest> stagesOfOneSource() {
        List<DynamicTest> tests = new ArrayList<>();
        for (List<OneForm> method : StageForm.OF_ONE) {
            for (OneForm form : method) {
                for (StageSource source : StageSource.ending()) {
                    for (Body body : Body.values()) {
                        tests.add(dynamicTest(
                                form.name() + " of " + source + ", function " + body,
                                () -> compareOne(form, source, body, noInner())));
                    }
                }
            }
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> stagesOfOneSourceThatWaitForTheStageInside() {
        List<DynamicTest> tests = new ArrayList<>();
        for (List<OneForm> method : StageForm.COMPOSING) {
            for (OneForm form : method) {
                for (StageSource source : StageSource.ending()) {
                    for (Body body : Body.values()) {
                        for (StageSource inner : StageSource.ending()) {
                            for (boolean stranger : new boolean[] {false, true}) {
                                tests.add(dynamicTest(
                                        form.name() + " of " + source + ", function " + body + " "
                                                + (stranger ? "stranger " : "task ") + inner,
                                        () -> compareOne(form, source, body, new Inner(inner, stranger))));
                            }
                        }
                    }
                    tests.add(dynamicTest(
                            form.name() + " of " + source + ", function returns null",
                            () -> compareOne(form, source, Body.RETURNS, noInner())));
                }
            }
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> stagesOfTwoSources() {
        List<DynamicTest> tests = new ArrayList<>();
        List<StageSource> others = new ArrayList<>(List.of(StageSource.ending()));
        others.add(new StageSource(StageSource.End.VALUE, When.NEVER));
        for (List<TwoForm> method : StageForm.OF_TWO) {
            for (TwoForm form : method) {
                for (StageSource source : others) {
                    for (StageSource other : others) {
                        for (Body body : Body.values()) {
                            for (boolean stranger : new boolean[] {false, true}) {
                                for (boolean otherFirst : new boolean[] {false, true}) {
                                    tests.add(dynamicTest(
                                            form.name() + " of " + source + " and " + (stranger ? "stranger " : "task ")
                                                    + other + (otherFirst ? " first" : "") + ", function " + body,
                                            () -> compareTwo(form, source, other, body, stranger, otherFirst)));
                                }
                            }
                        }
                    }
                }
            }
        }
        return tests.stream();
    }

    /** The stage inside a composing function. */
    private record Inner(@Nullable StageSource source, boolean stranger) {}

    private static Inner noInner() {
        return new Inner(null, false);
    }

    private static void compareOne(OneForm form, StageSource source, Body body, Inner inner) {
        String expected = runOne(new StageSource.Oracle<>(), StageSource.Oracle::new, form, source, body, inner);
        String actual = runOne(
                StageSource.newTask(),
                inner.stranger() ? CompletableFuture::new : StageSource::newTask,
                form,
                source,
                body,
                inner);
        assertEquals(expected, actual);
    }

    private static String runOne(
            CompletableFuture<Integer> source,
            Supplier<CompletableFuture<Integer>> newInner,
            OneForm form,
            StageSource ends,
            Body body,
            Inner inner) {
        List<CompletableFuture<Integer>> inners = new ArrayList<>();
        StageProbe probe = new StageProbe(body, () -> {
            if (inner.source() == null) {
                return null;
            }
            CompletableFuture<Integer> stage = newInner.get();
            inners.add(stage);
            inner.source().endAt(When.BEFORE, stage, 3);
            return stage;
        });
        ends.endAt(When.BEFORE, source, 1);
        CompletableFuture<?> derived = form.derive().derive(source, probe);
        checkKind(source, derived);
        ends.endAt(When.AFTER, source, 1);
        String beforeInner = StageProbe.outcome(derived);
        if (inner.source() != null) {
            for (CompletableFuture<Integer> stage : inners) {
                inner.source().endAt(When.AFTER, stage, 3);
            }
        }
        return probe.calls + ", " + beforeInner + ", then " + StageProbe.outcome(derived);
    }

    private static void compareTwo(
            TwoForm form, StageSource source, StageSource other, Body body, boolean stranger, boolean otherFirst) {
        String expected =
                runTwo(new StageSource.Oracle<>(), new StageSource.Oracle<>(), form, source, other, body, otherFirst);
        CompletableFuture<Integer> second = stranger ? new CompletableFuture<>() : StageSource.newTask();
        String actual = runTwo(StageSource.newTask(), second, form, source, other, body, otherFirst);
        assertEquals(expected, actual);
    }

    private static String runTwo(
            CompletableFuture<Integer> first,
            CompletableFuture<Integer> second,
            TwoForm form,
            StageSource firstEnds,
            StageSource secondEnds,
            Body body,
            boolean secondEndsFirst) {
        StageProbe probe = new StageProbe(body, () -> null);
        firstEnds.endAt(When.BEFORE, first, 1);
        secondEnds.endAt(When.BEFORE, second, 2);
        CompletableFuture<?> derived = form.derive().derive(first, second, probe);
        checkKind(first, derived);
        if (secondEndsFirst) {
            secondEnds.endAt(When.AFTER, second, 2);
        } else {
            firstEnds.endAt(When.AFTER, first, 1);
        }
        String between = StageProbe.outcome(derived);
        if (secondEndsFirst) {
            firstEnds.endAt(When.AFTER, first, 1);
        } else {
            secondEnds.endAt(When.AFTER, second, 2);
        }
        return probe.calls + ", " + between + ", then " + StageProbe.outcome(derived);
    }

    /** What is derived from a task is a task with the same default executor. */
    private static void checkKind(CompletableFuture<?> source, CompletableFuture<?> derived) {
        if (source instanceof Task<?> task) {
            assertInstanceOf(Task.class, derived);
            assertSame(task.defaultExecutor(), derived.defaultExecutor());
        }
    }
}
