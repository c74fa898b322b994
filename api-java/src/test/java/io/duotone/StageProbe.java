package io.duotone;

import io.duotone.TestProvider.MarkingExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Functions of every shape for one case of the suite; it notes how and on which executor each was called. */
final class StageProbe {
    /** What a function of the probe does. */
    enum Body {
        RETURNS,
        THROWS
    }

    /** What a case throws; tells by its message where it came from. */
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Failure(String message) {
            super(message);
        }
    }

    final List<String> calls = new ArrayList<>();
    private final Body body;
    private final Supplier<? extends @Nullable CompletionStage<Integer>> inner;

    StageProbe(Body body, Supplier<? extends @Nullable CompletionStage<Integer>> inner) {
        this.body = body;
        this.inner = inner;
    }

    private int called(@Nullable Object... arguments) {
        List<String> shown = new ArrayList<>();
        for (Object argument : arguments) {
            shown.add(argument instanceof Throwable failure ? describe(failure) : String.valueOf(argument));
        }
        calls.add(shown + " on " + MarkingExecutor.here());
        if (body == Body.THROWS) {
            throw new Failure("of the function");
        }
        return 7;
    }

    <A> Function<A, Integer> function() {
        return argument -> called(argument);
    }

    <A> Consumer<A> consumer() {
        return argument -> called(argument);
    }

    Runnable runnable() {
        return () -> called();
    }

    <A, B> BiFunction<A, B, Integer> biFunction() {
        return (first, second) -> called(first, second);
    }

    <A, B> BiConsumer<A, B> biConsumer() {
        return (first, second) -> called(first, second);
    }

    @SuppressWarnings("NullAway") // a function that wrongly returns null is one of the cases
    <A> Function<A, CompletionStage<Integer>> composing() {
        return argument -> {
            called(argument);
            return inner.get();
        };
    }

    /**
     * A failure and its causes. Cancellations of ours count as those of the JDK, the text in which the JDK reports a
     * null stage is left out, and so is the cancellation that JDKs after 17 put around another.
     */
    static String describe(Throwable failure) {
        StringBuilder line = new StringBuilder();
        String last = "";
        for (Throwable link = failure; link != null; link = link.getCause()) {
            String shown = link instanceof java.util.concurrent.CancellationException
                    ? "CancellationException"
                    : link instanceof Failure own
                            ? "Failure " + own.getMessage()
                            : link.getClass().getSimpleName();
            if (!shown.equals(last)) {
                line.append(line.isEmpty() ? "" : " of ").append(shown);
            }
            last = shown;
        }
        return line.toString();
    }

    /** How a future ended, as its dependents see it and as its readers do. */
    static String outcome(CompletableFuture<?> future) {
        if (!future.isDone()) {
            return "pending";
        }
        List<String> seen = new ArrayList<>();
        future.whenComplete((value, failure) -> seen.add(failure == null ? "value " + value : describe(failure)))
                .isDone();
        return seen + ", join " + thrownBy(future::join) + ", get " + thrownBy(future::get) + ", getNow "
                + thrownBy(() -> future.getNow(null)) + ", cancelled " + future.isCancelled() + ", exceptional "
                + future.isCompletedExceptionally();
    }

    private static String thrownBy(java.util.concurrent.Callable<?> reader) {
        try {
            return String.valueOf(reader.call());
        } catch (Exception e) {
            return describe(e);
        }
    }
}
