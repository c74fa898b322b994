package io.duotone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * A loop that derives from its own tail keeps none of what went before, though the tail is pending at every derivation.
 * Each round puts a new stage behind the tail before the work of the round before has ended.
 */
class TaskMemoryTest {
    private static final int ROUNDS = 20_000;
    private static final int MANY_ROUNDS = 200_000;
    private static final int SAMPLES = 20;

    /** Puts {@code work} behind {@code tail}. */
    @FunctionalInterface
    private interface Queue extends BiFunction<Task<Integer>, TestTask<Integer>, Task<Integer>> {}

    private record Shape(String name, Queue queue, boolean failing) {}

    @TestFactory
    Stream<DynamicTest> aTailKeepsNoPredecessors() {
        return Stream.of(
                        new Shape("thenCompose", (tail, work) -> tail.thenCompose(value -> work), false),
                        new Shape(
                                "thenCompose of a derived stage",
                                (tail, work) -> tail.thenCompose(value -> work.thenApply(v -> v + value)),
                                false),
                        new Shape("thenCompose async", (tail, work) -> tail.thenComposeAsync(value -> work), false),
                        new Shape(
                                "exceptionally, skipped, and thenCompose",
                                (tail, work) -> tail.exceptionally(failure -> 0).thenCompose(value -> work),
                                false),
                        new Shape(
                                "exceptionally of the work, its function holding the tail",
                                (tail, work) -> tail.thenCompose(value -> work).exceptionally(failure -> use(tail)),
                                false),
                        new Shape(
                                "handle and thenCompose, failing",
                                (tail, work) ->
                                        tail.handle((value, failure) -> 1).thenCompose(value -> work),
                                true),
                        new Shape(
                                "exceptionallyCompose",
                                (tail, work) -> tail.exceptionallyCompose(failure -> work),
                                true),
                        new Shape("the work first, then the tail", (tail, work) -> work.thenCompose(v -> tail), false),
                        new Shape("thenCombine", (tail, work) -> tail.thenCombine(work, Integer::sum), false),
                        new Shape("thenCombine, failing", (tail, work) -> tail.thenCombine(work, Integer::sum), true),
                        new Shape("applyToEither", (tail, work) -> tail.applyToEither(work, value -> value), false),
                        new Shape(
                                "whenComplete",
                                (tail, work) -> tail.whenComplete((v, e) -> {}).thenCombine(work, Integer::sum),
                                false))
                .map(shape -> DynamicTest.dynamicTest(shape.name(), () -> check(shape, ROUNDS)));
    }

    @Test
    void aTailOfVeryManyStagesKeepsNoPredecessors() {
        check(new Shape("thenCompose", (tail, work) -> tail.thenCompose(value -> work), false), MANY_ROUNDS);
    }

    @Test
    void aDoneTaskThatIsReadDropsTheStagesInside() {
        List<WeakReference<Object>> inside = new ArrayList<>();
        ArrayDeque<TestTask<Integer>> works = new ArrayDeque<>();
        Task<Integer> outermost = nested(1000, works, inside);
        while (!works.isEmpty()) {
            end(works.remove(), false);
        }
        assertEquals(0, outermost.join());
        Await.until(() -> {
            System.gc();
            return inside.stream().allMatch(reference -> reference.get() == null);
        });
        assertTrue(outermost.isDone());
    }

    /** A loop by recursion: each stage waits for the one inside its function. */
    private static Task<Integer> nested(
            int depth, ArrayDeque<TestTask<Integer>> works, List<WeakReference<Object>> inside) {
        if (depth == 0) {
            return Task.completed(0);
        }
        TestTask<Integer> work = new TestTask<>();
        works.add(work);
        return work.thenCompose(value -> {
            Task<Integer> next = nested(depth - 1, works, inside);
            inside.add(new WeakReference<>(next));
            return next;
        });
    }

    private static int use(Task<Integer> task) {
        return task.isDone() ? 1 : 0;
    }

    private static void check(Shape shape, int rounds) {
        List<WeakReference<Object>> before = new ArrayList<>();
        ArrayDeque<TestTask<Integer>> pending = new ArrayDeque<>();
        TestTask<Integer> first = new TestTask<>();
        pending.add(first);
        Task<Integer> tail = first;
        for (int round = 0; round < rounds; round++) {
            TestTask<Integer> work = new TestTask<>();
            pending.add(work);
            tail = shape.queue().apply(tail, work);
            if (round % (rounds / SAMPLES) == 0) {
                before.add(new WeakReference<>(tail));
                before.add(new WeakReference<>(work));
            }
            if (pending.size() > 3) {
                end(pending.remove(), shape.failing());
            }
        }
        // the last samples were not among the last few rounds, so all of them are predecessors by now
        Await.until(() -> {
            System.gc();
            return before.stream().allMatch(reference -> reference.get() == null);
        });
        while (!pending.isEmpty()) {
            end(pending.remove(), shape.failing());
        }
        assertTrue(tail.isDone(), "the tail was there to the end");
    }

    private static void end(TestTask<Integer> work, boolean failing) {
        assertTrue(failing ? work.fail(new IOException()) : work.succeed(1));
    }
}
