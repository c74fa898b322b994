package io.duotone.spi;

import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The values of a {@link Context}: few, by key, and what has to be set on a thread for them. Immutable. */
public final class ContextValues {
    /** No values, and nothing to set. */
    public static final ContextValues NONE = new ContextValues(new Object[0], new ThreadState[0]);

    /** A key, its value, the next key, its value. */
    private final @Nullable Object[] entries;

    final ThreadState[] states;

    /** The bindings of scoped values, as the JDK has them; null for none. */
    private final @Nullable Object bindings;

    private ContextValues(@Nullable Object[] entries, ThreadState[] states) {
        this.entries = entries;
        this.states = states;
        Object bindings = null;
        for (int i = 0; i < entries.length; i += 2) {
            if (entries[i] instanceof ContextTarget<?> key && key.scopedValue != null) {
                bindings = ScopedValues.where(bindings, key.scopedValue, entries[i + 1]);
            }
        }
        this.bindings = bindings;
    }

    /** The value of {@code key}; null for none. */
    @SuppressWarnings("unchecked")
    public <T> @Nullable T get(ContextTarget<T> key) {
        int index = indexOf(key);
        return index < 0 ? null : (T) entries[index + 1];
    }

    /** Whether {@code key} has a value here, be it null. */
    public boolean has(ContextTarget<?> key) {
        return indexOf(key) >= 0;
    }

    private int indexOf(ContextTarget<?> key) {
        for (int i = 0; i < entries.length; i += 2) {
            if (entries[i] == key) {
                return i;
            }
        }
        return -1;
    }

    /** These values, with another for {@code key}. */
    public <T> ContextValues with(ContextTarget<T> key, @Nullable T value) {
        int index = indexOf(key);
        if (index >= 0 && entries[index + 1] == value) {
            return this;
        }
        int at = index < 0 ? entries.length : index;
        @Nullable Object[] changed = Arrays.copyOf(entries, Math.max(entries.length, at + 2));
        changed[at] = key;
        changed[at + 1] = value;
        return new ContextValues(changed, key.setter == null ? states : statesWith(new KeyState<>(key, value)));
    }

    /** These values, and something else to set on the thread. */
    public ContextValues with(ThreadState state) {
        return new ContextValues(entries, statesWith(state));
    }

    private ThreadState[] statesWith(ThreadState state) {
        for (int i = 0; i < states.length; i++) {
            if (states[i].subject() == state.subject()) {
                ThreadState[] changed = states.clone();
                changed[i] = state;
                return changed;
            }
        }
        ThreadState[] changed = Arrays.copyOf(states, states.length + 1);
        changed[states.length] = state;
        return changed;
    }

    /** {@code base}, with these values in place of its own where both have some; {@code base} itself if that changes nothing. */
    public ContextValues over(ContextValues base) {
        if (this == base || entries.length == 0) {
            return base;
        }
        ContextValues all = base;
        for (int i = 0; i < entries.length; i += 2) {
            if (entries[i] instanceof ContextTarget<?> key) {
                all = withUnchecked(all, key, entries[i + 1]);
            }
        }
        return all;
    }

    @SuppressWarnings("unchecked")
    private static <T> ContextValues withUnchecked(ContextValues all, ContextTarget<T> key, @Nullable Object value) {
        return all.indexOf(key) < 0 && value == null ? all : all.with(key, (T) value);
    }

    /** Calls {@code action} with each key and its value. */
    public void forEach(BiConsumer<ContextTarget<?>, @Nullable Object> action) {
        for (int i = 0; i < entries.length; i += 2) {
            if (entries[i] instanceof ContextTarget<?> key) {
                action.accept(key, entries[i + 1]);
            }
        }
    }

    /** Whether there are no values. There may yet be something to set on threads. */
    public boolean isEmpty() {
        return entries.length == 0;
    }

    /** Whether something has to be set on a thread. */
    public boolean setsThread() {
        return states.length > 0;
    }

    /** Whether code with these values has to run inside {@link #call}. */
    public boolean bindsScopedValues() {
        return bindings != null;
    }

    /** Runs code with the scoped values bound. */
    public <T extends @Nullable Object> T call(Callable<T> code) throws Exception {
        return bindings == null ? code.call() : ScopedValues.call(bindings, code);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        forEach((key, value) -> text.append(text.length() > 1 ? ", " : "")
                .append(key)
                .append('=')
                .append(value));
        return text.append('}').toString();
    }
}
