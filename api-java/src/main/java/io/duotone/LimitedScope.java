package io.duotone;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Starts tasks in a scope, so many at a time: one more waits for a free place (rows S45, Y24). Made by
 * {@link Scope#limited}; each has places of its own. The tasks are like all others of the scope: the first failure cancels
 * them all, and is what the scope fails with.
 *
 * <pre>{@code
 * LimitedScope downloads = scope.limited(10);
 * for (URI uri : uris) {
 *     await(downloads.spawn(s -> fetch(uri)));              // await tone: waits for the place, not for the download
 * }
 * }</pre>
 *
 * <p>A task that spawns here in turn has a place itself: with all places taken by such, all wait for ever.
 *
 * <p><b>Cancellation</b>: cancelling what waits for a place, before it has one, leaves the queue, and the work does not
 * start. The scope waits for those who wait for a place, and cancels them with it.
 *
 * <p><b>Errors</b>: starting work in a scope that has ended throws {@link IllegalStateException}.
 *
 * <p><b>Threads</b>: all methods may be called from any thread.
 *
 * <p><b>Fairness</b>: places go to those who wait in the order in which they came.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the inner task belongs to the scope, which looks after it
public interface LimitedScope {
    /** The most that run at a time. */
    int limit();

    /** How many tasks have a place. It is free again when the task has ended, its cleanup included. */
    int running();

    /** Waits for a free place, spawns the coroutine there, and gives its task; see {@link Scope#spawn(Coroutine)}. */
    default <T extends @Nullable Object> Task<Task<T>> spawn(Coroutine<T> coroutine) {
        return spawn(TaskOptions.defaults(), coroutine);
    }

    /** As {@link #spawn(Coroutine)}, with a name for reasons, dumps and logs. */
    default <T extends @Nullable Object> Task<Task<T>> spawn(String name, Coroutine<T> coroutine) {
        return spawn(TaskOptions.defaults().named(name), coroutine);
    }

    /** As {@link #spawn(Coroutine)}, with a name and a role in the scope. */
    <T extends @Nullable Object> Task<Task<T>> spawn(TaskOptions options, Coroutine<T> coroutine);

    /**
     * Waits for a free place, and runs a blocking call there on the blocking pool: a view of the pool with so many threads
     * (row Y24); see {@link Scope#spawnBlocking}.
     */
    <T extends @Nullable Object> Task<Task<T>> spawnBlocking(Callable<? extends T> call);
}
