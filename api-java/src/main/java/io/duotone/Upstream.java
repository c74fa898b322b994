package io.duotone;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a derived task waits for, so that cancelling the one can release the other. A link holds one claim on each task
 * it names.
 *
 * <p>Nothing may be kept alive by a link whose work is over. {@code CompletableFuture} does not tell when it completes,
 * so the link is told otherwise: a {@link Step}, the object around the user's function, drops the source when it is
 * called; a task with two sources has a hook on itself. What remains is a link whose function is skipped (a
 * {@code thenApply} of a failure, an {@code exceptionally} of a value), and one to the stage that a {@code thenCompose}
 * function returned. Such a link joins two tasks that completed together: the same cascade completed the derived one,
 * with the same outcome. So all tasks of a chain of remaining links were pending at one moment, waiting for the one at
 * its root, whose dependents {@code CompletableFuture} kept itself then; and the root had its function called, or has
 * no link. A loop that derives from its own tail, however long it runs, therefore gathers no chain longer than what was
 * pending at one time; and the next call that finds a task done drops its link too. The user's functions are never
 * reachable from a link.
 */
abstract sealed class Upstream {
    /** Gives every claim back. Called once, by the cancellation of the task that has this link. */
    abstract void releaseAll(Cancellation cancellation);

    /** One that waits for one task. */
    static sealed class OfOne extends Upstream {
        /*
         * written: constructor; null by the thread that runs the step     read: the canceller
         * mode: plain. A canceller that misses the null finds a task that is done, which a release leaves alone.
         */
        private @Nullable Task<?> source;

        OfOne(@Nullable Task<?> source) {
            this.source = source;
        }

        /** The source has delivered: it is waited for no longer. */
        final void delivered() {
            source = null;
        }

        @Override
        void releaseAll(Cancellation cancellation) {
            Task<?> task = source;
            if (task != null) {
                cancellation.release(task);
            }
        }
    }

    /** One that waits for one task first, and then for the stage which the function made of its result. */
    /*
     * inner, written by CAS and getAndSet alone, so that one side or the other releases the stage, and once:
     *
     *          function returned a stage               owner cancelled
     *   null ------------------------------> stage ------------------------> exception    the canceller releases it
     *     |
     *     +-----------------------------------------------------------------> exception    the function's side does
     *                      owner cancelled
     */
    static final class OfCompose extends OfOne {
        private static final VarHandle INNER;

        static {
            try {
                INNER = MethodHandles.lookup().findVarHandle(OfCompose.class, "inner", Object.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        @SuppressWarnings("unused") // through INNER
        private @Nullable Object inner;

        OfCompose(@Nullable Task<?> source) {
            super(source);
        }

        /** The function returned this stage. */
        void returned(CompletionStage<?> stage) {
            if (stage instanceof Task<?> task) {
                if (task.isDone()) {
                    return;
                }
                task.claim();
            }
            if (!INNER.compareAndSet(this, null, stage)) {
                new Cancellation((TaskCancelledException) INNER.getVolatile(this)).travelInto(stage);
            }
        }

        @Override
        void releaseAll(Cancellation cancellation) {
            super.releaseAll(cancellation);
            if (INNER.getAndSet(this, cancellation.exception()) instanceof CompletionStage<?> stage) {
                cancellation.release(stage);
            }
        }
    }

    /**
     * One that waits for two stages, and the hook on its owner which ends it: once the owner is done without having
     * been cancelled, the source that has not delivered (the loser of an {@code applyToEither}) is not waited for any
     * more, and nobody cancels it for that.
     */
    static final class OfTwo extends Upstream
            implements BiFunction<@Nullable Object, @Nullable Throwable, @Nullable Object> {
        /*
         * written: constructor; null by the hook     read: the hook or the canceller, never both: the owner ends once
         * mode: plain, ordered by the completion of the owner
         */
        private @Nullable Task<?> owner;
        private @Nullable Task<?> first;
        private @Nullable CompletionStage<?> second;

        OfTwo(Task<?> owner, Task<?> first, CompletionStage<?> second) {
            this.owner = owner;
            this.first = first;
            this.second = second;
            first.claim();
            if (second instanceof Task<?> task) {
                task.claim();
            }
        }

        /** The hook. */
        @Override
        public @Nullable Object apply(@Nullable Object value, @Nullable Throwable failure) {
            Task<?> ended = owner;
            if (ended != null && !ended.isCancelled()) {
                if (first != null) {
                    first.release();
                }
                if (second instanceof Task<?> task) {
                    task.release();
                }
                first = null;
                second = null;
            }
            owner = null;
            return null;
        }

        @Override
        void releaseAll(Cancellation cancellation) {
            if (first != null) {
                cancellation.release(first);
            }
            if (second != null) {
                cancellation.release(second);
            }
        }
    }
}
