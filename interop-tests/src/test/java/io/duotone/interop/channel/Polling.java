package io.duotone.interop.channel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Task;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Looks again and again for what no latch can tell, and waits for what must come. */
final class Polling {
    private static final long PATIENCE_SECONDS = 30;

    private Polling() {}

    static void awaitUntil(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadline < 0, "not in time");
            Thread.onSpinWait();
        }
    }

    /** The value of a task that ends soon. */
    static <T> T get(Task<T> task) {
        try {
            return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(task.toString(), e);
        }
    }

    /** The failure of a task that ends soon. */
    static Throwable failureOf(Task<?> task) {
        try {
            throw new AssertionError("ended with " + get(task));
        } catch (CompletionException e) {
            return e.getCause();
        }
    }
}
