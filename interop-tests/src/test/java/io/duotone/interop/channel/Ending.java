package io.duotone.interop.channel;

import io.duotone.Task;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what must come. */
final class Ending {
    private static final long PATIENCE_SECONDS = 30;

    private Ending() {}

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
