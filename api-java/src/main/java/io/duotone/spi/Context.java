package io.duotone.spi;

import io.duotone.Scope;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * What the code that a thread is running belongs to: a scope, and values by key (rows T63, R22, C28). It is set before
 * code of a user runs and taken back after, so that between two pieces of work a thread has none.
 *
 * <p><b>Threads</b>: immutable. {@link #enter} and {@link #leave} come in pairs, on one thread, nested like brackets.
 */
/*
 * Who touches what:
 *
 *   field                    written by                read by              mode
 *   -----------------------  ------------------------  -------------------  ---------------------------
 *   values                   constructor               any                  final
 *   ContextThread.context    enter, leave              the same thread      plain: one thread alone
 *   ELSEWHERE                enter, leave              the same thread      thread local
 */
public abstract class Context {
    private static final ThreadLocal<@Nullable Context> ELSEWHERE = new ThreadLocal<>();

    private final ContextValues values;

    /** A context with these values. */
    protected Context(ContextValues values) {
        this.values = values;
    }

    /** A context of code with these values, in the scope if it is not null. */
    public static Context of(ContextValues values, @Nullable Scope scope) {
        return new OfCode(values, scope);
    }

    /** What code that runs in {@code scope} belongs to. */
    public static Context of(Scope scope) {
        return scope instanceof Context context ? context : of(ContextValues.NONE, scope);
    }

    private static final class OfCode extends Context {
        private final @Nullable Scope scope;

        OfCode(ContextValues values, @Nullable Scope scope) {
            super(values);
            this.scope = scope;
        }

        @Override
        public @Nullable Scope scopeOrNull() {
            return scope;
        }

        @Override
        public <T> Context withValue(ContextTarget<T> key, @Nullable T value) {
            return new OfCode(values().with(key, value), scope);
        }
    }

    /** The values of the code. */
    public final ContextValues values() {
        return values;
    }

    /** The scope that the code runs in; null for none. */
    public abstract @Nullable Scope scopeOrNull();

    /** This context with another value. What is started through its scope has that value, unless the code there has another. */
    public abstract <T> Context withValue(ContextTarget<T> key, @Nullable T value);

    /** What the code on the calling thread belongs to; null for nothing. */
    public static @Nullable Context current() {
        return Thread.currentThread() instanceof ContextThread own ? own.context : ELSEWHERE.get();
    }

    /**
     * Makes {@code to} the context of the calling thread.
     *
     * @return what {@link #leave} needs
     */
    public static @Nullable Object enter(@Nullable Context to) {
        Context from = exchange(to);
        if (from == to || (setsNothing(from) && setsNothing(to))) {
            return from;
        }
        try {
            return new Switch(from, to);
        } catch (Throwable failure) {
            var unused = exchange(from);
            throw failure;
        }
    }

    /** Takes back what {@link #enter} did. */
    public static void leave(@Nullable Object entered) {
        if (entered instanceof Switch between) {
            var unused = exchange(between.from);
            between.takeBack();
        } else {
            var unused = exchange((Context) entered);
        }
    }

    /**
     * Between two pieces of work: takes away what the one before has left behind, since something failed that sets a
     * thread's state, or restores it. A field is read, mostly.
     */
    public static void clear() {
        if (Thread.currentThread() instanceof ContextThread own && own.context != null) {
            Context left = own.context;
            own.context = null;
            for (ThreadState state : left.values.states) {
                var unused = state.clear();
            }
        }
    }

    /** Runs code in a context. */
    public static <T extends @Nullable Object> T call(Context context, Callable<T> code) throws Exception {
        Object entered = enter(context);
        try {
            return context.values.call(code);
        } finally {
            leave(entered);
        }
    }

    private static boolean setsNothing(@Nullable Context context) {
        return context == null || !context.values.setsThread();
    }

    private static @Nullable Context exchange(@Nullable Context to) {
        if (Thread.currentThread() instanceof ContextThread own) {
            Context from = own.context;
            if (from != to) {
                own.context = to;
            }
            return from;
        }
        Context from = ELSEWHERE.get();
        if (from == to) {
            return from;
        }
        if (to == null) {
            ELSEWHERE.remove();
        } else {
            ELSEWHERE.set(to);
        }
        return from;
    }

    /** From one context to another, of which at least one sets something on the thread. */
    private static final class Switch {
        final @Nullable Context from;
        private final ThreadState[] done;
        private final @Nullable Object[] before;
        private int count;

        Switch(@Nullable Context from, @Nullable Context to) {
            this.from = from;
            ThreadState[] old = from == null ? ContextValues.NONE.states : from.values.states;
            ThreadState[] young = to == null ? ContextValues.NONE.states : to.values.states;
            done = new ThreadState[old.length + young.length];
            before = new Object[done.length];
            try {
                for (ThreadState state : old) {
                    if (!hasSubject(young, state.subject())) {
                        did(state, state.clear());
                    }
                }
                for (ThreadState state : young) {
                    if (!has(old, state)) {
                        did(state, state.install());
                    }
                }
            } catch (Throwable failure) {
                takeBackAfter(failure);
                throw failure;
            }
        }

        private void did(ThreadState state, @Nullable Object was) {
            done[count] = state;
            before[count++] = was;
        }

        /** All of it, also when something fails; then throws the first failure. */
        void takeBack() {
            while (count > 0) {
                count--;
                try {
                    done[count].restore(before[count]);
                } catch (Throwable failure) {
                    takeBackAfter(failure);
                    throw failure;
                }
            }
        }

        private void takeBackAfter(Throwable failure) {
            try {
                takeBack();
            } catch (Throwable other) {
                failure.addSuppressed(other);
            }
        }

        private static boolean hasSubject(ThreadState[] states, Object subject) {
            for (ThreadState state : states) {
                if (state.subject() == subject) {
                    return true;
                }
            }
            return false;
        }

        private static boolean has(ThreadState[] states, ThreadState wanted) {
            for (ThreadState state : states) {
                if (state.equals(wanted)) {
                    return true;
                }
            }
            return false;
        }
    }
}
