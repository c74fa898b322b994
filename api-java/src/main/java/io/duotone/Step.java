package io.duotone;

import io.duotone.spi.Context;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The object around a user's function, one class for each shape of function. Being called means that the source has
 * delivered, which it tells the link of the derived task. The task has the link, {@code CompletableFuture} has the step
 * until it is over: so what the function captured is let go as it is there.
 *
 * <p>The function runs in the context of the code that derived the stage, wherever it runs (rows T63, R22).
 */
abstract sealed class Step<L extends Upstream.OfOne> {
    final L link;
    final @Nullable Context context = Context.current();

    private Step(L link) {
        this.link = link;
    }

    final @Nullable Object begin() {
        link.delivered();
        return Context.enter(context);
    }

    static final class OfFunction<A extends @Nullable Object, B extends @Nullable Object> extends Step<Upstream.OfOne>
            implements Function<A, B> {
        private final Function<A, B> fn;

        OfFunction(@Nullable Task<?> source, Function<A, B> fn) {
            super(new Upstream.OfOne(source));
            this.fn = Bound.function(context, Objects.requireNonNull(fn));
        }

        @Override
        public B apply(A argument) {
            Object entered = begin();
            try {
                return fn.apply(argument);
            } finally {
                Context.leave(entered);
            }
        }
    }

    static final class OfConsumer<A extends @Nullable Object> extends Step<Upstream.OfOne> implements Consumer<A> {
        private final Consumer<A> action;

        OfConsumer(@Nullable Task<?> source, Consumer<A> action) {
            super(new Upstream.OfOne(source));
            this.action = Bound.consumer(context, Objects.requireNonNull(action));
        }

        @Override
        public void accept(A argument) {
            Object entered = begin();
            try {
                action.accept(argument);
            } finally {
                Context.leave(entered);
            }
        }
    }

    static final class OfRunnable extends Step<Upstream.OfOne> implements Runnable {
        private final Runnable action;

        OfRunnable(@Nullable Task<?> source, Runnable action) {
            super(new Upstream.OfOne(source));
            this.action = Bound.runnable(context, Objects.requireNonNull(action));
        }

        @Override
        public void run() {
            Object entered = begin();
            try {
                action.run();
            } finally {
                Context.leave(entered);
            }
        }
    }

    static final class OfBiFunction<A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>
            extends Step<Upstream.OfOne> implements BiFunction<A, B, C> {
        private final BiFunction<A, B, C> fn;

        OfBiFunction(@Nullable Task<?> source, BiFunction<A, B, C> fn) {
            super(new Upstream.OfOne(source));
            this.fn = Bound.biFunction(context, Objects.requireNonNull(fn));
        }

        @Override
        public C apply(A first, B second) {
            Object entered = begin();
            try {
                return fn.apply(first, second);
            } finally {
                Context.leave(entered);
            }
        }
    }

    static final class OfBiConsumer<A extends @Nullable Object, B extends @Nullable Object> extends Step<Upstream.OfOne>
            implements BiConsumer<A, B> {
        private final BiConsumer<A, B> action;

        OfBiConsumer(@Nullable Task<?> source, BiConsumer<A, B> action) {
            super(new Upstream.OfOne(source));
            this.action = Bound.biConsumer(context, Objects.requireNonNull(action));
        }

        @Override
        public void accept(A first, B second) {
            Object entered = begin();
            try {
                action.accept(first, second);
            } finally {
                Context.leave(entered);
            }
        }
    }

    /** A function that returns a stage, which the derived task then waits for. */
    static final class OfCompose<A extends @Nullable Object, S extends CompletionStage<?>>
            extends Step<Upstream.OfCompose> implements Function<A, S> {
        private final Function<A, S> fn;

        OfCompose(@Nullable Task<?> source, Function<A, S> fn) {
            super(new Upstream.OfCompose(source));
            this.fn = Bound.function(context, Objects.requireNonNull(fn));
        }

        @Override
        public S apply(A argument) {
            Object entered = begin();
            try {
                S stage = fn.apply(argument);
                if (stage != null) { // null is a mistake of the function that CompletableFuture reports
                    link.returned(stage);
                }
                return stage;
            } finally {
                Context.leave(entered);
            }
        }
    }
}
