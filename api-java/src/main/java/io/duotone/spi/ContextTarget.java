package io.duotone.spi;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the values of a {@link io.duotone.ContextKey} are set on besides the context, for most keys nothing: the part of a
 * key that is the runtime's business. Exactly one class extends this.
 */
public abstract class ContextTarget<T> {
    final @Nullable Supplier<? extends @Nullable T> getter;
    final @Nullable Consumer<? super @Nullable T> setter;
    final @Nullable Object scopedValue;

    /** With a getter and a setter, or a {@code ScopedValue}, or neither. */
    protected ContextTarget(
            @Nullable Supplier<? extends @Nullable T> getter,
            @Nullable Consumer<? super @Nullable T> setter,
            @Nullable Object scopedValue) {
        this.getter = getter;
        this.setter = setter;
        this.scopedValue = scopedValue;
    }

    /** The value in the code that runs on the calling thread. */
    @SuppressWarnings("unchecked")
    protected final @Nullable T current() {
        if (getter != null) {
            return getter.get();
        }
        if (scopedValue != null && ScopedValues.isBound(scopedValue)) {
            return (T) ScopedValues.get(scopedValue);
        }
        Context context = Context.current();
        return context == null ? null : context.values().get(this);
    }

    /** Sets the value of the thread, and returns the one before. */
    final @Nullable T exchange(@Nullable T value) {
        T before = getter == null ? null : getter.get();
        if (setter != null) {
            setter.accept(value);
        }
        return before;
    }
}
