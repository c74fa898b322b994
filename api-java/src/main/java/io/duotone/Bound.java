package io.duotone;

import io.duotone.spi.Context;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Functions that run with the scoped values of a context bound. Where it has none, which is nearly always, the function itself. */
final class Bound {
    private Bound() {}

    static <A extends @Nullable Object, B extends @Nullable Object> Function<A, B> function(
            @Nullable Context context, Function<A, B> fn) {
        return context == null || isPlain(context) ? fn : argument -> call(context, () -> fn.apply(argument));
    }

    static <A extends @Nullable Object> Consumer<A> consumer(@Nullable Context context, Consumer<A> action) {
        return context == null || isPlain(context) ? action : argument -> run(context, () -> action.accept(argument));
    }

    static Runnable runnable(@Nullable Context context, Runnable action) {
        return context == null || isPlain(context) ? action : () -> run(context, action);
    }

    static <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>
            BiFunction<A, B, C> biFunction(@Nullable Context context, BiFunction<A, B, C> fn) {
        return context == null || isPlain(context) ? fn : (a, b) -> call(context, () -> fn.apply(a, b));
    }

    static <A extends @Nullable Object, B extends @Nullable Object> BiConsumer<A, B> biConsumer(
            @Nullable Context context, BiConsumer<A, B> action) {
        return context == null || isPlain(context) ? action : (a, b) -> run(context, () -> action.accept(a, b));
    }

    private static boolean isPlain(Context context) {
        return !context.values().bindsScopedValues();
    }

    private static void run(Context context, Runnable code) {
        var unused = Bound.<@Nullable Void>call(context, () -> {
            code.run();
            return null;
        });
    }

    private static <R extends @Nullable Object> R call(Context context, Supplier<R> code) {
        try {
            return context.values().call(code::get);
        } catch (RuntimeException failure) {
            throw failure;
        } catch (Exception impossible) {
            throw new IllegalStateException("a function threw what it cannot declare", impossible);
        }
    }
}
