package io.duotone.spi;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** {@code java.lang.ScopedValue}, final in JDK 25, which the bytecode level of 17 cannot name. */
public final class ScopedValues {
    private static final int FINAL_SINCE = 25;

    private ScopedValues() {}

    /** Whether this JDK has scoped values that are no preview. */
    public static boolean areThere() {
        return Handles.FOUND != null;
    }

    /** Throws unless {@code candidate} is a scoped value, and this JDK has them. */
    public static void check(Object candidate) {
        Handles handles = Handles.FOUND;
        if (handles == null) {
            throw new UnsupportedOperationException(
                    "this JDK (" + Runtime.version().feature() + ") has no ScopedValue: run on " + FINAL_SINCE
                            + " or later, or use ContextKey.named");
        }
        if (!handles.type.isInstance(candidate)) {
            throw new IllegalArgumentException("not a java.lang.ScopedValue: " + candidate);
        }
    }

    static boolean isBound(Object scopedValue) {
        try {
            return (boolean) Handles.found().isBound.invoke(scopedValue);
        } catch (Throwable failure) {
            throw thrownAsIs(failure);
        }
    }

    static @Nullable Object get(Object scopedValue) {
        try {
            return Handles.found().get.invoke(scopedValue);
        } catch (Throwable failure) {
            throw thrownAsIs(failure);
        }
    }

    /** The bindings, and one more; null are no bindings. */
    static Object where(@Nullable Object bindings, Object scopedValue, @Nullable Object value) {
        Handles handles = Handles.found();
        try {
            return bindings == null
                    ? handles.where.invoke(scopedValue, value)
                    : handles.andWhere.invoke(bindings, scopedValue, value);
        } catch (Throwable failure) {
            throw thrownAsIs(failure);
        }
    }

    static <T extends @Nullable Object> T call(Object bindings, Callable<T> code) throws Exception {
        Run<T> run = new Run<>(code);
        try {
            Handles.found().run.invoke(bindings, (Runnable) run);
        } catch (Throwable failure) {
            throw thrownAsIs(failure);
        }
        return run.outcome();
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> RuntimeException thrownAsIs(Throwable failure) throws X {
        throw (X) failure;
    }

    /** A call as the one shape of code that all versions of a binding run. */
    private static final class Run<T extends @Nullable Object> implements Runnable {
        private final Callable<T> code;
        private @Nullable T value;
        private @Nullable Throwable failure;

        Run(Callable<T> code) {
            this.code = code;
        }

        @Override
        public void run() {
            try {
                value = code.call();
            } catch (Throwable thrown) {
                failure = thrown;
            }
        }

        @SuppressWarnings("NullAway") // null is the value then
        T outcome() {
            if (failure != null) {
                throw thrownAsIs(failure);
            }
            return value;
        }
    }

    private record Handles(
            Class<?> type,
            MethodHandle isBound,
            MethodHandle get,
            MethodHandle where,
            MethodHandle andWhere,
            MethodHandle run) {
        static final @Nullable Handles FOUND = find();

        static Handles found() {
            Handles handles = FOUND;
            if (handles == null) {
                throw new UnsupportedOperationException("this JDK has no ScopedValue");
            }
            return handles;
        }

        private static @Nullable Handles find() {
            if (Runtime.version().feature() < FINAL_SINCE) {
                return null;
            }
            try {
                Class<?> type = Class.forName("java.lang.ScopedValue");
                Class<?> carrier = Class.forName("java.lang.ScopedValue$Carrier");
                MethodHandles.Lookup lookup = MethodHandles.publicLookup();
                MethodType where = MethodType.methodType(carrier, type, Object.class);
                return new Handles(
                        type,
                        lookup.findVirtual(type, "isBound", MethodType.methodType(boolean.class)),
                        lookup.findVirtual(type, "get", MethodType.methodType(Object.class)),
                        lookup.findStatic(type, "where", where),
                        lookup.findVirtual(carrier, "where", where),
                        lookup.findVirtual(carrier, "run", MethodType.methodType(void.class, Runnable.class)));
            } catch (ReflectiveOperationException e) {
                return null;
            }
        }
    }
}
