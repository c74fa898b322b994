package io.duotone;

import org.jspecify.annotations.Nullable;

/**
 * The results of three coroutines started together, in the order of the arguments.
 *
 * @param first the result of the first coroutine
 * @param second the result of the second coroutine
 * @param third the result of the third coroutine
 */
public record Three<A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>(
        A first, B second, C third) {
    @Override
    public String toString() {
        return "(" + first + ", " + second + ", " + third + ")";
    }
}
