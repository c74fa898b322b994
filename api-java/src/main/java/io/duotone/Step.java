package io.duotone;

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
 */
abstract sealed class Step<L extends Upstream.OfOne> {
    final L link;

    private Step(L link) {
        this.link = link;
    }

    static final class OfFunction<A extends @Nullable Object, B extends @Nullable Object> extends Step<Upstream.OfOne>
            implements Function<A, B> {
        private final Function<A, B> fn;

        OfFunction(Task<?> source, Function<A, B> fn) {
            super(new Upstream.OfOne(source));
            this.fn = Objects.requireNonNull(fn);
        }

        @Override
        public B apply(A argument) {
            link.delivered();
            return fn.apply(argument);
        }
    }

    static final class OfConsumer<A extends @Nullable Object> extends Step<Upstream.OfOne> implements Consumer<A> {
        private final Consumer<A> action;

        OfConsumer(Task<?> source, Consumer<A> action) {
            super(new Upstream.OfOne(source));
            this.action = Objects.requireNonNull(action);
        }

        @Override
        public void accept(A argument) {
            link.delivered();
            action.accept(argument);
        }
    }

    static final class OfRunnable extends Step<Upstream.OfOne> implements Runnable {
        private final Runnable action;

        OfRunnable(Task<?> source, Runnable action) {
            super(new Upstream.OfOne(source));
            this.action = Objects.requireNonNull(action);
        }

        @Override
        public void run() {
            link.delivered();
            action.run();
        }
    }

    static final class OfBiFunction<A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>
            extends Step<Upstream.OfOne> implements BiFunction<A, B, C> {
        private final BiFunction<A, B, C> fn;

        OfBiFunction(Task<?> source, BiFunction<A, B, C> fn) {
            super(new Upstream.OfOne(source));
            this.fn = Objects.requireNonNull(fn);
        }

        @Override
        public C apply(A first, B second) {
            link.delivered();
            return fn.apply(first, second);
        }
    }

    static final class OfBiConsumer<A extends @Nullable Object, B extends @Nullable Object> extends Step<Upstream.OfOne>
            implements BiConsumer<A, B> {
        private final BiConsumer<A, B> action;

        OfBiConsumer(Task<?> source, BiConsumer<A, B> action) {
            super(new Upstream.OfOne(source));
            this.action = Objects.requireNonNull(action);
        }

        @Override
        public void accept(A first, B second) {
            link.delivered();
            action.accept(first, second);
        }
    }

    /** A function that returns a stage, which the derived task then waits for. */
    static final class OfCompose<A extends @Nullable Object, S extends CompletionStage<?>>
            extends Step<Upstream.OfCompose> implements Function<A, S> {
        private final Function<A, S> fn;

        OfCompose(@Nullable Task<?> source, Function<A, S> fn) {
            super(new Upstream.OfCompose(source));
            this.fn = Objects.requireNonNull(fn);
        }

        @Override
        public S apply(A argument) {
            link.delivered();
            S stage = fn.apply(argument);
            if (stage != null) { // null is a mistake of the function that CompletableFuture reports
                link.returned(stage);
            }
            return stage;
        }
    }
}
