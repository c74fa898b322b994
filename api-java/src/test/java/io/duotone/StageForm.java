package io.duotone;

import io.duotone.TestProvider.MarkingExecutor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** The methods of a stage as tables: each in its plain form, its async form, and its async form with an executor. */
final class StageForm {
    /** The executor given to the third form. */
    static final MarkingExecutor GIVEN = new MarkingExecutor("given executor");

    private StageForm() {}

    /** Derives from one source. */
    @FunctionalInterface
    interface One {
        CompletableFuture<?> derive(CompletableFuture<Integer> source, StageProbe probe);
    }

    /** Derives from one source, with an executor. */
    @FunctionalInterface
    interface OneOn {
        CompletableFuture<?> derive(CompletableFuture<Integer> source, StageProbe probe, Executor executor);
    }

    /** Derives from two sources. */
    @FunctionalInterface
    interface Two {
        CompletableFuture<?> derive(
                CompletableFuture<Integer> source, CompletionStage<Integer> other, StageProbe probe);
    }

    /** Derives from two sources, with an executor. */
    @FunctionalInterface
    interface TwoOn {
        CompletableFuture<?> derive(
                CompletableFuture<Integer> source, CompletionStage<Integer> other, StageProbe probe, Executor executor);
    }

    /** One form of a method with one source. */
    record OneForm(String name, One derive) {}

    /** One form of a method with two sources. */
    record TwoForm(String name, Two derive) {}

    private static List<OneForm> forms(String name, One plain, One async, OneOn on) {
        return List.of(
                new OneForm(name, plain),
                new OneForm(name + "Async", async),
                new OneForm(name + "Async on executor", (source, probe) -> on.derive(source, probe, GIVEN)));
    }

    private static List<TwoForm> forms(String name, Two plain, Two async, TwoOn on) {
        return List.of(
                new TwoForm(name, plain),
                new TwoForm(name + "Async", async),
                new TwoForm(
                        name + "Async on executor", (source, other, probe) -> on.derive(source, other, probe, GIVEN)));
    }

    /** Those whose function gives or takes a plain value. */
    static final List<List<OneForm>> OF_ONE = List.of(
            forms(
                    "thenApply",
                    (s, p) -> s.thenApply(p.function()),
                    (s, p) -> s.thenApplyAsync(p.function()),
                    (s, p, e) -> s.thenApplyAsync(p.function(), e)),
            forms(
                    "thenAccept",
                    (s, p) -> s.thenAccept(p.consumer()),
                    (s, p) -> s.thenAcceptAsync(p.consumer()),
                    (s, p, e) -> s.thenAcceptAsync(p.consumer(), e)),
            forms(
                    "thenRun",
                    (s, p) -> s.thenRun(p.runnable()),
                    (s, p) -> s.thenRunAsync(p.runnable()),
                    (s, p, e) -> s.thenRunAsync(p.runnable(), e)),
            forms(
                    "handle",
                    (s, p) -> s.handle(p.biFunction()),
                    (s, p) -> s.handleAsync(p.biFunction()),
                    (s, p, e) -> s.handleAsync(p.biFunction(), e)),
            forms(
                    "whenComplete",
                    (s, p) -> s.whenComplete(p.biConsumer()),
                    (s, p) -> s.whenCompleteAsync(p.biConsumer()),
                    (s, p, e) -> s.whenCompleteAsync(p.biConsumer(), e)),
            forms(
                    "exceptionally",
                    (s, p) -> s.exceptionally(p.function()),
                    (s, p) -> s.exceptionallyAsync(p.function()),
                    (s, p, e) -> s.exceptionallyAsync(p.function(), e)));

    /** Those whose function gives a stage. */
    static final List<List<OneForm>> COMPOSING = List.of(
            forms(
                    "thenCompose",
                    (s, p) -> s.thenCompose(p.composing()),
                    (s, p) -> s.thenComposeAsync(p.composing()),
                    (s, p, e) -> s.thenComposeAsync(p.composing(), e)),
            forms(
                    "exceptionallyCompose",
                    (s, p) -> s.exceptionallyCompose(p.composing()),
                    (s, p) -> s.exceptionallyComposeAsync(p.composing()),
                    (s, p, e) -> s.exceptionallyComposeAsync(p.composing(), e)));

    /** Those with two sources. */
    static final List<List<TwoForm>> OF_TWO = List.of(
            forms(
                    "thenCombine",
                    (s, o, p) -> s.thenCombine(o, p.<Integer, Integer>biFunction()),
                    (s, o, p) -> s.thenCombineAsync(o, p.<Integer, Integer>biFunction()),
                    (s, o, p, e) -> s.thenCombineAsync(o, p.<Integer, Integer>biFunction(), e)),
            forms(
                    "thenAcceptBoth",
                    (s, o, p) -> s.thenAcceptBoth(o, p.biConsumer()),
                    (s, o, p) -> s.thenAcceptBothAsync(o, p.biConsumer()),
                    (s, o, p, e) -> s.thenAcceptBothAsync(o, p.biConsumer(), e)),
            forms(
                    "runAfterBoth",
                    (s, o, p) -> s.runAfterBoth(o, p.runnable()),
                    (s, o, p) -> s.runAfterBothAsync(o, p.runnable()),
                    (s, o, p, e) -> s.runAfterBothAsync(o, p.runnable(), e)),
            forms(
                    "applyToEither",
                    (s, o, p) -> s.applyToEither(o, p.function()),
                    (s, o, p) -> s.applyToEitherAsync(o, p.function()),
                    (s, o, p, e) -> s.applyToEitherAsync(o, p.function(), e)),
            forms(
                    "acceptEither",
                    (s, o, p) -> s.acceptEither(o, p.consumer()),
                    (s, o, p) -> s.acceptEitherAsync(o, p.consumer()),
                    (s, o, p, e) -> s.acceptEitherAsync(o, p.consumer(), e)),
            forms(
                    "runAfterEither",
                    (s, o, p) -> s.runAfterEither(o, p.runnable()),
                    (s, o, p) -> s.runAfterEitherAsync(o, p.runnable()),
                    (s, o, p, e) -> s.runAfterEitherAsync(o, p.runnable(), e)));
}
