package io.duotone;

import io.duotone.spi.Context;
import io.duotone.spi.DuotoneProvider;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Lazy asynchronous work. Nothing runs until it is run, spawned or awaited, and each start runs it anew (row C13).
 *
 * <p>Stage tone: a lambda that chains on what {@code scope} and other tasks return. Await tone: made by
 * {@link Coroutines#async}.
 *
 * <p><b>Cancellation</b>: cancelling the task that {@link Scope#spawn} made for this coroutine cancels the stage that
 * {@code start} returned, and with it whatever that stage waits for.
 *
 * <p><b>Errors</b>: a throw from {@code start} is the same as a failed stage.
 *
 * <p><b>Threads</b>: {@code start} runs on a worker and must not block. Everything done before a spawn happens-before
 * {@code start}.
 */
@FunctionalInterface
public interface Coroutine<T extends @Nullable Object> {
    /**
     * Starts the work once, in {@code scope}. Called by the runtime; call {@link Scope#spawn} to start a coroutine
     * yourself.
     */
    CompletionStage<T> start(Scope scope) throws Exception;

    /**
     * This coroutine with a value for {@code key}: it and all that it starts have it, and nobody else (rows T63, C28).
     *
     * @param value null for none: hides one from outside
     */
    default <V> Coroutine<T> with(ContextKey<V> key, @Nullable V value) {
        Objects.requireNonNull(key, "key");
        return scope -> {
            Context inner = Context.of(scope).withValue(key, value);
            Scope view = Objects.requireNonNullElse(inner.scopeOrNull(), scope);
            return Context.call(inner, () -> start(view));
        };
    }

    /** As {@link #with(ContextKey, Object)}, with the value that the code calling this has now. */
    default <V> Coroutine<T> with(ContextKey<V> key) {
        return with(key, key.get());
    }

    /**
     * A stage that exists already as a coroutine, so that it can be spawned and grouped with others (row Y5). What runs, runs:
     * each start only waits for the stage.
     *
     * <p><b>Cancellation</b>: as for {@link Coroutines#await}: a cancelled wait cancels a {@link Task} if nobody else waits for
     * it and it is not {@linkplain Task#shared() shared}, and any other {@code Future} always (row C17).
     */
    static <T extends @Nullable Object> Coroutine<T> of(CompletionStage<T> stage) {
        Objects.requireNonNull(stage, "stage");
        return scope -> stage;
    }

    /**
     * This work done once for all who await it (rows Y7, C25): the first start of what is returned begins the one run, any other,
     * at the same time or later, gives its value or its failure, the same object. It runs as a task of the runtime itself, that
     * of the first who awaits it, and in no scope but its own. May be awaited on other runtimes too (row Y29).
     *
     * <p><b>Cancellation</b>: whoever is cancelled while it waits hurts no others; the last to go cancels the run, and so does
     * the end of its runtime (row C17). A cancelled run is no result: whoever awaits it next runs it anew, after its cleanup.
     *
     * <p><b>Errors</b>: a failure is remembered as a value is. An await that would close a cycle of memoised coroutines that wait
     * for one another throws {@link IllegalStateException} with their names, {@code a -> b -> a} (row Y9). Seen are all waits of
     * a run and of the scopes and tasks in it; not seen are those of tasks that it spawns elsewhere, and waits by other
     * means, a channel for one. What is memoised already is returned as it is.
     *
     * <p><b>Threads</b>: the run begins on a worker; await it from anywhere.
     */
    default Coroutine<T> memoized() {
        return DuotoneProvider.get().memoized(null, this);
    }

    /** As {@link #memoized()}, with a name for the report of a cycle, reasons, dumps and logs. */
    default Coroutine<T> memoized(String name) {
        return DuotoneProvider.get().memoized(Objects.requireNonNull(name, "name"), this);
    }
}
