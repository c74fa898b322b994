package io.duotone;

import org.jspecify.annotations.Nullable;

/**
 * The results of two coroutines started together, in the order of the arguments.
 *
 * @param first the result of the first coroutine
 * @param second the result of the second coroutine
 */
public record Both<A extends @Nullable Object, B extends @Nullable Object>(A first, B second) {
    @Override
    public String toString() {
        return "(" + first + ", " + second + ")";
    }
}
