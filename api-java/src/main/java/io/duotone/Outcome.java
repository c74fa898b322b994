package io.duotone;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How isolated work ended, as a value (rows Y28, C4): {@link Success} or {@link Failure}. A cancellation of the work by
 * itself is a failure here; one from outside is not an outcome but cancels whoever waits for one.
 */
public sealed interface Outcome<T extends @Nullable Object> {
    /** Whether there is a value. */
    default boolean isSuccess() {
        return this instanceof Success;
    }

    /** The value, or throws the failure: unchecked as it is, checked in a {@code CompletionException}. */
    T orElseThrow();

    /** The failure, or null when there is a value. */
    @Nullable Throwable failure();

    /**
     * The work returned a value.
     *
     * @param value what it returned
     */
    record Success<T extends @Nullable Object>(T value) implements Outcome<T> {
        @Override
        public T orElseThrow() {
            return value;
        }

        @Override
        public @Nullable Throwable failure() {
            return null;
        }
    }

    /**
     * The work failed.
     *
     * @param failure what it failed with, as it is
     */
    record Failure<T extends @Nullable Object>(Throwable failure) implements Outcome<T> {
        /** Checks that there is a failure. */
        public Failure {
            Objects.requireNonNull(failure, "failure");
        }

        @Override
        public T orElseThrow() {
            throw io.duotone.spi.Failures.rethrow(failure);
        }
    }
}
