package io.duotone;

import io.duotone.spi.AwaitProvider;
import io.duotone.spi.DuotoneProvider;
import io.duotone.spi.Failures;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The await tone: asynchronous work written in direct style (row T1).
 *
 * <pre>{@code
 * static Coroutine<Integer> waitAndAdd(int x) {
 *     return async(scope -> {
 *         await(scope.sleep(ofSeconds(1)));
 *         return x + 1;
 *     });
 * }
 * }</pre>
 */
public final class Coroutines {
    private static final CancelReason INTERRUPTED =
            CancelReason.of(CancelReason.Kind.INTERRUPTED, "the awaiting thread was interrupted");

    private Coroutines() {}

    /**
     * Makes a coroutine of code in direct style, which may {@link #await} and block. Nothing runs until the coroutine
     * is started, and each start runs the body anew (row C13).
     *
     * <p><b>Cancellation</b>: interrupts the thread of the body. Each {@code await} from then on throws (row C5), and
     * the scope waits until the body has ended.
     *
     * <p><b>Errors</b>: what the body throws is the failure of the task, checked exceptions included. Above the cap of
     * {@code awaitThreads} the task fails with {@link java.util.concurrent.RejectedExecutionException}.
     *
     * <p><b>Threads</b>: the body runs on a virtual thread where the JDK has them, elsewhere on a thread of a capped
     * pool.
     */
    public static <T extends @Nullable Object> Coroutine<T> async(AsyncBody<T> body) {
        Objects.requireNonNull(body, "body");
        return scope -> DuotoneProvider.get().await().runBody(scope, () -> body.run(scope));
    }

    /**
     * Waits for a stage without holding a worker and returns its result.
     *
     * <p><b>Cancellation</b>: in the body of a cancelled {@link #async} every call throws
     * {@link TaskCancelledException} with the reason of the cancellation (row C5), whether the stage is done or not. On
     * any thread an interrupt is a cancellation: outside of such a body its reason has the kind
     * {@link CancelReason.Kind#INTERRUPTED} and the interrupt flag stays set. A cancelled wait cancels the stage too,
     * unless others wait for it or it is {@linkplain Task#shared() shared} (row C17; a {@code CompletableFuture} that
     * is no task is cancelled always). When the result arrives first, it is returned, and the next wait throws.
     *
     * <p><b>Errors</b>: the failure of the stage, unwrapped: unchecked exceptions and errors as they are, an
     * {@code IOException} as {@code UncheckedIOException}, any other checked exception as {@code CompletionException}.
     * A stage that was cancelled gives its {@link java.util.concurrent.CancellationException}.
     *
     * <p><b>Threads</b>: refused with {@link IllegalStateException} on a worker, and on any other thread that must not
     * block (row C16), also when the stage is done: what is a mistake is one every time.
     */
    public static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
        Objects.requireNonNull(stage, "stage");
        AwaitProvider provider = DuotoneProvider.get().await();
        provider.checkMayBlock("Coroutines.await");
        if (stage instanceof Task<?> task) {
            task.claim();
        }
        CancelReason cancelled = provider.cancelReasonOfCurrentBody();
        if (cancelled != null) {
            TaskCancelledException cancellation = withdraw(stage, new TaskCancelledException(cancelled));
            if (stage instanceof Task<?> task) {
                task.givenUp();
            }
            throw cancellation;
        }
        CompletableFuture<T> future = stage.toCompletableFuture();
        try {
            T value = future instanceof Task<T> task ? task.getClaimed() : future.get();
            leave(stage);
            return value;
        } catch (InterruptedException e) {
            CancelReason ofBody = provider.cancelReasonOfCurrentBody();
            TaskCancelledException cancellation =
                    withdraw(stage, new TaskCancelledException(ofBody != null ? ofBody : INTERRUPTED));
            boolean arrived = future.isDone() && !future.isCompletedExceptionally();
            if (arrived || ofBody == null) {
                Thread.currentThread().interrupt();
            }
            if (arrived) {
                return future.join();
            }
            throw cancellation;
        } catch (ExecutionException | CancellationException e) {
            leave(stage);
            throw Failures.rethrow(e);
        }
    }

    private static void leave(CompletionStage<?> stage) {
        if (stage instanceof Task<?> task) {
            task.leave();
        }
    }

    /** Gives the claim on the stage back and cancels it when that was the last one. */
    private static TaskCancelledException withdraw(CompletionStage<?> stage, TaskCancelledException cancellation) {
        try {
            new Cancellation(cancellation).travelInto(stage);
        } catch (RuntimeException | Error e) {
            cancellation.addSuppressed(e);
        }
        return cancellation;
    }
}
