package io.duotone.interop.sync;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Duotone;
import io.duotone.Scope;
import io.duotone.Task;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs steps on the only worker of a runtime, one after the other. Within a step nothing else goes on: what a step has handed
 * over has not been taken before the next begins.
 */
final class OneWorker {
    private static final long PATIENCE_SECONDS = 30;

    private OneWorker() {}

    @SafeVarargs
    static void steps(Consumer<Scope>... steps) {
        try (Duotone one = Duotone.builder().name("one-worker").threads(1).start()) {
            one.block(scope -> {
                CompletionStage<@Nullable Void> done = Task.completed(null);
                for (Consumer<Scope> step : steps) {
                    done = done.thenCompose(any -> scope.spawn(s -> {
                        step.accept(s);
                        return settled(s);
                    }));
                }
                return done;
            });
        }
    }

    /** What is ready has run, and what that made ready. */
    private static Task<@Nullable Void> settled(Scope scope) {
        return scope.yieldNow().thenCompose(any -> scope.yieldNow()).thenCompose(any -> scope.yieldNow());
    }

    /** What a task that is done has failed with. */
    static <X extends Throwable> X assertFailed(Class<X> type, Task<?> task) {
        awaitUntil(task::isDone);
        CompletionException thrown = assertThrows(CompletionException.class, () -> task.getNow(null));
        return assertInstanceOf(type, thrown.getCause());
    }

    static void awaitUntil(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadline < 0, "not in time");
            Thread.onSpinWait();
        }
    }
}
