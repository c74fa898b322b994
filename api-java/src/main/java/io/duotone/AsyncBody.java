package io.duotone;

import org.jspecify.annotations.Nullable;

/** What {@link Coroutines#async} runs: code in direct style, on a thread of its own that may block. */
@FunctionalInterface
public interface AsyncBody<T extends @Nullable Object> {
    /** Runs the work in {@code scope} and returns its result, or throws its failure. */
    T run(Scope scope) throws Exception;
}
