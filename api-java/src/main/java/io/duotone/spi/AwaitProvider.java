package io.duotone.spi;

import io.duotone.CancelReason;
import io.duotone.Scope;
import io.duotone.Task;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What the await tone needs from the runtime: threads that may block, and to know those that may not. */
public interface AwaitProvider {
    /**
     * Runs {@code body} as a child of {@code scope} on a thread that may block: a virtual thread where the JDK has them,
     * a thread of the capped pool elsewhere. Cancelling the task interrupts the thread; the scope waits for its end.
     *
     * @throws java.util.concurrent.RejectedExecutionException above the cap of {@code awaitThreads}
     */
    <T extends @Nullable Object> Task<T> runBody(Scope scope, Callable<T> body);

    /** Throws {@link IllegalStateException}, naming {@code call}, when the calling thread must not block. */
    void checkMayBlock(String call);

    /**
     * Why the {@code async} body on the calling thread has been cancelled, or null when it has not, or when the thread
     * runs none.
     */
    @Nullable CancelReason cancelReasonOfCurrentBody();
}
