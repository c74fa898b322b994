package io.duotone;

import io.duotone.spi.ContextTarget;
import io.duotone.spi.ScopedValues;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Names a value that follows the work: given once, it is seen by all that is started from there (rows T63, C28). It
 * follows spawns, forks and groups, the functions of stages, {@code async} bodies, blocking calls, and the bridges from
 * and to Kotlin, where it is an element of the coroutine's context.
 *
 * <pre>{@code
 * static final ContextKey<String> USER = ContextKey.named("user");
 *
 * scope.spawn(handle(request).with(USER, "ann"));     // in handle, and in all that it starts: USER.get()
 * }</pre>
 *
 * <p>A value is given by {@link Coroutine#with(ContextKey, Object)} and {@link Scope#with}. Whoever starts work hands
 * its own values on: a task has the values of its scope, over them those of the code that spawned it. A function given to
 * a {@link Task} runs with the values of the code that derived the stage, wherever it runs. So values are local to
 * the work that was given them, and never seen by its siblings or by what the same thread runs next. Not handed on: what
 * is given to a stage that is no {@code Task}, and to an executor.
 *
 * <p>A value should be immutable: it is shared by all that inherit it. Two keys are never the same, whatever their names:
 * keep a key in a constant. Null is as good as no value, and hides one from outside.
 *
 * <p>A key may also set its value on the threads: see {@link #of}, {@link #bridge} and {@link #ofScopedValue}. What the
 * code changes there by itself lasts until that piece of it, a function or the code up to the first wait, has returned;
 * then the thread has again what it had before.
 *
 * <p><b>Threads</b>: all methods may be called from any thread.
 */
public final class ContextKey<T> extends ContextTarget<T> {
    private final String name;

    private ContextKey(
            String name,
            @Nullable Supplier<? extends @Nullable T> getter,
            @Nullable Consumer<? super @Nullable T> setter,
            @Nullable Object scopedValue) {
        super(getter, setter, scopedValue);
        this.name = Objects.requireNonNull(name, "name");
    }

    /** A new key. Its name is for people. */
    public static <T> ContextKey<T> named(String name) {
        return new ContextKey<>(name, null, null, null);
    }

    /**
     * A new key whose value is that of a {@code ThreadLocal} while the code that has it runs. The code of a task without
     * one finds the thread local removed where it runs in the midst of code that has one.
     */
    @SuppressWarnings("unchecked") // the wildcard is for Kotlin, where it may be a ThreadLocal<T> and a ThreadLocal<T?>
    public static <T> ContextKey<T> of(String name, ThreadLocal<? extends @Nullable T> threadLocal) {
        ThreadLocal<@Nullable T> local = (ThreadLocal<@Nullable T>) Objects.requireNonNull(threadLocal, "threadLocal");
        return new ContextKey<>(
                name,
                local::get,
                value -> {
                    if (value == null) {
                        local.remove();
                    } else {
                        local.set(value);
                    }
                },
                null);
    }

    /**
     * As {@link #of}, for anything else that belongs to a thread, such as the MDC of a logging library:
     *
     * <pre>{@code
     * static final ContextKey<Map<String, String>> MDC_MAP = ContextKey.bridge("mdc", MDC::getCopyOfContextMap,
     *         map -> MDC.setContextMap(map != null ? map : Map.of()));
     *
     * scope.spawn(handle(request).with(MDC_MAP));         // with the MDC as it is now
     * }</pre>
     *
     * @param getter gives what the thread has; null for nothing. Called often: whenever code that has a value begins
     * @param setter sets it; null for nothing
     */
    public static <T> ContextKey<T> bridge(
            String name, Supplier<? extends @Nullable T> getter, Consumer<? super @Nullable T> setter) {
        Objects.requireNonNull(getter, "getter");
        Objects.requireNonNull(setter, "setter");
        return new ContextKey<>(name, getter, setter, null);
    }

    /**
     * A new key whose value is bound to a {@code ScopedValue} while Java code that has it runs: the start of a coroutine,
     * functions of stages, {@code async} bodies and blocking calls. Code of a Kotlin coroutine sees it by {@link #get}
     * alone, since a coroutine goes on in the midst of a method of its dispatcher, and a scoped value is bound around a
     * call. Nor can a scoped value be unbound: the function of a stage that runs in the midst of code that has one still
     * finds it bound.
     *
     * @param scopedValue a {@code java.lang.ScopedValue<T>}
     * @throws UnsupportedOperationException before JDK 25
     * @throws IllegalArgumentException when it is something else
     */
    public static <T> ContextKey<T> ofScopedValue(String name, Object scopedValue) {
        Objects.requireNonNull(scopedValue, "scopedValue");
        ScopedValues.check(scopedValue);
        return new ContextKey<>(name, null, null, scopedValue);
    }

    /** For people. */
    public String name() {
        return name;
    }

    /** The value in the code that calls this; null for none. That of a bridged key is what the thread has. */
    public @Nullable T get() {
        return current();
    }

    /** The value in the code that calls this, or {@code other} when there is none. */
    public T getOr(T other) {
        T value = current();
        return value == null ? other : value;
    }

    /**
     * The value in the code that calls this.
     *
     * @throws NoSuchElementException when there is none
     */
    public T orElseThrow() {
        T value = current();
        if (value == null) {
            throw new NoSuchElementException("no value of '" + name + "' in this code, on thread "
                    + Thread.currentThread().getName()
                    + ": give the work one by coroutine.with(key, value), in Kotlin by withContext(key.asContextElement(value));"
                    + " executors and stages that are no Task do not hand values on");
        }
        return value;
    }

    @Override
    public String toString() {
        return name;
    }
}
