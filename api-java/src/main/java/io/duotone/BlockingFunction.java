package io.duotone;

import org.jspecify.annotations.Nullable;

/** A function that may block its thread and throw what it likes. */
@FunctionalInterface
public interface BlockingFunction<A extends @Nullable Object, B extends @Nullable Object> {
    /** The result for {@code argument}. */
    B apply(A argument) throws Exception;
}
