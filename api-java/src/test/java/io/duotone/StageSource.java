package io.duotone;

import io.duotone.StageProbe.Failure;
import io.duotone.TestProvider.MarkingExecutor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** How a source of a stage ends, and when: on a task, and on the future of the JDK that is its oracle. */
record StageSource(End end, When when) {
    /** The outcome. */
    enum End {
        VALUE,
        FAILURE,
        CANCELLATION
    }

    /** Before the stage is derived, after it, or not at all. */
    enum When {
        BEFORE,
        AFTER,
        NEVER
    }

    /** The default executor of all sources. */
    static final MarkingExecutor DEFAULT = new MarkingExecutor("default executor");

    /** A future of the JDK with the same default executor as the task it is compared with. */
    static final class Oracle<T> extends CompletableFuture<T> {
        @Override
        public Executor defaultExecutor() {
            return DEFAULT;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new Oracle<>();
        }
    }

    /** All that end, before or after. */
    static StageSource[] ending() {
        StageSource[] all = new StageSource[2 * End.values().length];
        int next = 0;
        for (End end : End.values()) {
            all[next++] = new StageSource(end, When.BEFORE);
            all[next++] = new StageSource(end, When.AFTER);
        }
        return all;
    }

    static <T> Task<T> newTask() {
        return new TestTask<>(DEFAULT, null);
    }

    /** Ends {@code future} when the moment is {@code now}. */
    void endAt(When now, CompletableFuture<Integer> future, int value) {
        if (now != when) {
            return;
        }
        Failure failure = new Failure("of source " + value);
        switch (end) {
            case VALUE -> {
                boolean ended = future instanceof Task<Integer> task ? task.succeed(value) : future.complete(value);
                check(ended);
            }
            case FAILURE -> {
                boolean ended = future instanceof Task<Integer> task
                        ? task.fail(failure)
                        : future.completeExceptionally(failure);
                check(ended);
            }
            case CANCELLATION -> check(future.cancel(true));
        }
    }

    private static void check(boolean ended) {
        if (!ended) {
            throw new AssertionError("the source was done already");
        }
    }

    @Override
    public String toString() {
        return end + " " + when;
    }
}
