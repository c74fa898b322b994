package io.duotone;

import org.jspecify.annotations.Nullable;

/**
 * A scope that is not bound to a body: it stays open, also when it has nothing to do, until whoever holds it says that no
 * more comes (rows R3, R12). Made by {@link Scope#open()} and {@link Duotone#open()}.
 *
 * <pre>{@code
 * try (OpenScope uploads = scope.open(ScopeOptions.defaults().named("uploads"))) {
 *     uploads.spawn(upload(first));
 *     uploads.spawn(upload(second));
 *     uploads.join();
 * }
 * }</pre>
 *
 * <p>Inside a scope it is a child like a {@linkplain Scope#fork fork}: that scope waits for it, and its failure hurts
 * nobody there. It goes to whoever depends on the task of {@link #complete}, or joins, and to the uncaught handler when
 * nobody does within a second of the end.
 *
 * <p><b>Cancellation</b>: as for any scope. A cancelled one ends with its tasks, whether it has been completed or not; what
 * is spawned later, but before {@code complete}, {@code join} or {@code close}, is a cancelled task.
 */
public interface OpenScope extends Scope, AutoCloseable {
    /**
     * From now on the scope ends when no task is left that it waits for, at once if there is none (row R12). Returns at once,
     * on any thread; every call gives the same task.
     *
     * @return ends with the scope: with its failure, its cancellation, or null. Cancelling it cancels the scope
     */
    Task<@Nullable Void> complete();

    /**
     * As {@link #complete}, and waits for the end; for the await tone and plain threads.
     *
     * <p><b>Cancellation</b>: as for {@link Coroutines#await}: a cancelled wait cancels the scope, unless others wait for it.
     *
     * <p><b>Errors</b>: the failure of the scope, unwrapped as {@link Coroutines#await} does it.
     *
     * <p><b>Threads</b>: refused with {@link IllegalStateException} on a worker: chain on {@link #complete} there.
     */
    void join();

    /**
     * For try-with-resources: unless the scope has been completed or joined, cancels all its tasks with a reason of kind
     * {@link CancelReason.Kind#SCOPE_CLOSED} and waits for their cleanup; so it does when a completed scope has been cancelled
     * meanwhile. Otherwise it does nothing.
     *
     * <p><b>Errors</b>: throws no failure of the scope: one that nobody has heard of goes to the uncaught handler.
     *
     * <p><b>Threads</b>: on a worker, where it must not wait, it cancels, and throws {@link IllegalStateException} unless all
     * has ended at once: call {@link #complete} before. Not for a task of this very scope, which would wait for itself.
     */
    @Override
    void close();
}
