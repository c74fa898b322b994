package io.duotone.benchmarks.channels;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A step that gives a stage, repeated one after the other. A chain of {@code thenCompose} would grow with each step, so the
 * loop has a stage of its own for its end, and steps that are done at once are taken in a plain loop.
 *
 * <p>One thread at a time: each step is started by the completion of the one before.
 */
final class StageLoop {
    private final int times;
    private final IntFunction<? extends CompletionStage<?>> step;
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
    private int done;

    private StageLoop(int times, IntFunction<? extends CompletionStage<?>> step) {
        this.times = times;
        this.step = step;
    }

    /** Starts the loop; the stage is done when the last step is, or when one fails. */
    static CompletionStage<@Nullable Void> repeat(int times, IntFunction<? extends CompletionStage<?>> step) {
        StageLoop loop = new StageLoop(times, step);
        loop.goOn();
        return loop.ended;
    }

    private void goOn() {
        while (done < times) {
            CompletableFuture<?> next = step.apply(done).toCompletableFuture();
            done++;
            if (!next.isDone() || next.isCompletedExceptionally()) {
                var unused = next.whenComplete((value, failure) -> {
                    if (failure != null) {
                        ended.completeExceptionally(failure);
                    } else {
                        goOn();
                    }
                });
                return;
            }
        }
        ended.complete(null);
    }
}
