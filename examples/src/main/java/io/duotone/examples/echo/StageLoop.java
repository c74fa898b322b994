package io.duotone.examples.echo;

import io.duotone.Task;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A loop in the stage tone: one round after the other until a round gives false or fails, or the loop is cancelled.
 * Recursion inside {@code thenCompose} would read shorter, but its outermost stage would wait for a chain that grows by
 * one stage with every round, for as long as the connection lives.
 *
 * <pre>
 * field    written by                 read by          mode
 * current  the thread of the round    the canceller    volatile; written before the loop's own end is looked at, which
 *                                                      pairs with cancel: it ends the loop first and reads this then
 * </pre>
 */
final class StageLoop extends CompletableFuture<@Nullable Void> {
    private final Supplier<Task<Boolean>> round;
    private volatile @Nullable Task<Boolean> current;

    private StageLoop(Supplier<Task<Boolean>> round) {
        this.round = round;
    }

    /** Runs the loop; the future is done when it has ended. */
    static CompletableFuture<@Nullable Void> run(Supplier<Task<Boolean>> round) {
        StageLoop loop = new StageLoop(round);
        loop.go();
        return loop;
    }

    /** Rounds that are done at once follow each other in this loop, so that the stack does not grow. */
    private void go() {
        while (!isDone()) {
            Task<Boolean> started = round.get();
            boolean atOnce = started.isDone();
            Task<Boolean> looked = started.whenComplete(this::endUnlessMore);
            if (!atOnce) {
                current = looked;
                if (isCancelled()) {
                    looked.cancel("the loop was cancelled");
                }
                Task<@Nullable Void> unused = looked.thenRun(this::go);
                return;
            }
        }
    }

    private void endUnlessMore(@Nullable Boolean more, @Nullable Throwable failure) {
        if (failure != null) {
            completeExceptionally(failure);
        } else if (more == null || !more) {
            complete(null);
        }
    }

    /** Ends the loop and cancels the round that is under way. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean ended = super.cancel(mayInterruptIfRunning);
        Task<Boolean> task = current;
        if (ended && task != null) {
            task.cancel("the loop was cancelled");
        }
        return ended;
    }
}
