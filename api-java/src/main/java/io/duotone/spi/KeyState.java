package io.duotone.spi;

import org.jspecify.annotations.Nullable;

/** The value of a key that is set on threads. */
final class KeyState<T> implements ThreadState {
    private final ContextTarget<T> key;
    private final @Nullable T value;

    KeyState(ContextTarget<T> key, @Nullable T value) {
        this.key = key;
        this.value = value;
    }

    @Override
    public Object subject() {
        return key;
    }

    @Override
    public @Nullable Object install() {
        return key.exchange(value);
    }

    @Override
    public @Nullable Object clear() {
        return key.exchange(null);
    }

    @Override
    @SuppressWarnings("unchecked")
    public void restore(@Nullable Object before) {
        var unused = key.exchange((T) before);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KeyState<?> state && state.key == key && state.value == value;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(key);
    }
}
