package io.duotone;

import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A value, or the fact that it did not come in time (rows T30, C10).
 *
 * @param isTimedOut whether the time was over before the work was
 * @param valueOrNull the value; null when timed out, or when that was the value
 */
public record Timed<T extends @Nullable Object>(
        boolean isTimedOut, @Nullable T valueOrNull) {
    /** Checks that there is no value where there can be none. */
    public Timed {
        if (isTimedOut && valueOrNull != null) {
            throw new IllegalArgumentException("timed out, and yet a value: " + valueOrNull);
        }
    }

    /** Of work that returned this value in time. */
    public static <T extends @Nullable Object> Timed<T> inTime(T value) {
        return new Timed<>(false, value);
    }

    /** Of work that did not return in time. */
    public static <T extends @Nullable Object> Timed<T> out() {
        return new Timed<>(true, null);
    }

    /** The value of work that returned in time; {@link NoSuchElementException} when it did not. */
    @SuppressWarnings("NullAway") // null only where T allows it
    public T get() {
        if (isTimedOut) {
            throw new NoSuchElementException("there is no value: the work was not done in time");
        }
        return valueOrNull;
    }
}
