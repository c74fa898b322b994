package io.duotone;

import java.util.ArrayDeque;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One cancellation on its way upstream. It goes in a loop and not by recursion, since chains may be of any length, and
 * all tasks on its way share one exception, since a stack trace for each would cost more than all the rest. Confined to
 * the thread that cancels.
 */
final class Cancellation {
    private final TaskCancelledException exception;
    private final ArrayDeque<Task<?>> toStop = new ArrayDeque<>(4);
    private @Nullable Throwable thrown;

    Cancellation(TaskCancelledException exception) {
        this.exception = exception;
    }

    TaskCancelledException exception() {
        return exception;
    }

    /** Stops the work of a task that the caller has just cancelled, and whatever waits for nobody else. */
    void travelFrom(Task<?> cancelled) {
        toStop.add(cancelled);
        travel();
    }

    /** Releases one claim on a stage, with everything that follows from it. */
    void travelInto(CompletionStage<?> stage) {
        release(stage);
        travel();
    }

    private void travel() {
        Task<?> task;
        while ((task = toStop.poll()) != null) {
            try {
                task.onCancel(exception.reason());
            } catch (Throwable e) {
                keep(e);
            }
            Upstream upstream = task.takeUpstream();
            if (upstream != null) {
                upstream.releaseAll(this);
            }
        }
        rethrowKept();
    }

    /** Gives one claim on {@code stage} back, and cancels it when that was the last. */
    void release(CompletionStage<?> stage) {
        if (stage instanceof Task<?> task) {
            if (task.release() && !task.isDone() && withdraws(task) && task.completeCancelled(exception)) {
                toStop.add(task);
            }
        } else if (stage instanceof Future<?> future) {
            try {
                future.cancel(true);
            } catch (UnsupportedOperationException e) {
                // A minimal stage: it offers no way to stop what it waits for.
            } catch (Throwable e) {
                keep(e);
            }
        }
    }

    private boolean withdraws(Task<?> task) {
        try {
            return task.withdraw(exception.reason(), false);
        } catch (Throwable e) {
            keep(e);
            return false;
        }
    }

    private void keep(Throwable e) {
        if (thrown == null) {
            thrown = e;
        } else if (thrown != e) {
            thrown.addSuppressed(e);
        }
    }

    private void rethrowKept() {
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
    }
}
