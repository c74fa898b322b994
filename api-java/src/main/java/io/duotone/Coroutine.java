package io.duotone;

import io.duotone.spi.Context;
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
}
