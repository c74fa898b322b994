package io.duotone;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A bag of tasks that tells which of them have ended, and waits for some of them (rows S27-S37). Made by
 * {@link Duotone#taskGroup}.
 *
 * <p>A group has no lifetime: its tasks belong to scopes, and being in a group changes nothing for them. It joins nothing,
 * cancels nothing and throws nothing by itself; a failure that nobody looks at is reported as if there were no group. A
 * task is in it from {@link #add} until it is popped: <em>pending</em> first, then <em>done</em>, in the order in which the
 * tasks ended. A task that was done before it was added is done at once.
 *
 * <p>A wait that can never be fulfilled, because nothing is pending any more, does not wait: it says so, each in its way.
 *
 * <p><b>Cancellation</b>: cancelling a wait takes it back, and cancels no task of the group; what it would have popped
 * stays. A task that is cancelled has ended for the group at once, while its scope still waits for its cleanup.
 *
 * <p><b>Errors</b>: a wait gives the task that failed, and does not fail itself.
 *
 * <p><b>Threads</b>: all methods may be called from any thread, and any number of waits may be open. A done task goes to
 * exactly one of those that pop; all others see it go by. The end of a task happens-before whoever gets it.
 *
 * @param <T> what the tasks give
 */
public interface TaskGroup<T extends @Nullable Object> {
    /**
     * Adds a task (row S28). A task that is in the group already is not added again. A stage that is no task is made one,
     * and is cancelled with it.
     *
     * @return the task in the group: {@code task} itself if it is one
     */
    Task<T> add(CompletionStage<? extends T> task);

    /** Spawns a coroutine in {@code scope}, which the task belongs to, and adds the task (row S28). */
    default Task<T> spawn(Scope scope, Coroutine<? extends T> coroutine) {
        return add(scope.spawn(coroutine));
    }

    /** As {@link #spawn(Scope, Coroutine)}, with a name and a role in the scope. */
    default Task<T> spawn(Scope scope, TaskOptions options, Coroutine<? extends T> coroutine) {
        return add(scope.spawn(options, coroutine));
    }

    /** Completes when nothing is pending; at once when nothing is now (row S29). */
    Task<@Nullable Void> waitAll();

    /**
     * The next task to end, those already done left aside; it stays in the group (row S30). Empty when nothing is pending.
     */
    Task<Optional<Task<T>>> waitNext();

    /** The first task that is done, however it ended; empty when none is and nothing is pending (row S31). */
    Task<Optional<Task<T>>> waitFirst();

    /** As {@link #waitFirst()}, and takes the task out of the group (row S31). */
    Task<Optional<Task<T>>> waitFirstAndPop();

    /**
     * Completes when {@code n} tasks are done, or when nothing is pending, and gives the number of those that are: it may
     * be more than {@code n}, and fewer when there were too few tasks (row S32).
     *
     * @param n zero or less completes at once
     */
    Task<Integer> waitFirst(int n);

    /**
     * The first task that failed; a cancellation is no failure (row S33). Empty when none has failed and nothing is
     * pending.
     */
    Task<Optional<Task<T>>> waitFailure();

    /** As {@link #waitFailure}, and takes the task out of the group (row S33). */
    Task<Optional<Task<T>>> waitFailureAndPop();

    /** The first task that failed or was cancelled; empty when none was and nothing is pending (row S34). */
    Task<Optional<Task<T>>> waitFailureOrCancellation();

    /** As {@link #waitFailureOrCancellation}, and takes the task out of the group (row S34). */
    Task<Optional<Task<T>>> waitFailureOrCancellationAndPop();

    /** Cancels every pending task; those that are done cannot be cancelled any more (row S35). */
    void cancelAll(CancelReason reason);

    /** Cancels every pending task with a reason of kind {@link CancelReason.Kind#CANCELLED} (row S35). */
    default void cancelAll(String message) {
        cancelAll(CancelReason.cancelled(message));
    }

    /** Whether a task is done and has not been popped (row S35). */
    boolean hasDone();

    /** Whether a task is pending (row S35). */
    boolean hasPending();

    /** Takes the first task that is done out of the group; empty when none is (row S35). */
    Optional<Task<T>> popDone();

    /** The tasks that are done now, in the order in which they ended (row S36). */
    List<Task<T>> done();

    /** The tasks that are pending now, in the order in which they were added (row S36). */
    List<Task<T>> pending();

    /** Takes all tasks that are done now out of the group, and gives them in the order in which they ended (row S36). */
    List<Task<T>> exhaustDone();

    /**
     * Takes one task after the other out of the group, in the order in which they end, until none is pending (row S36).
     * Closing the iterator ends the iteration alone: no task is cancelled, and those not taken stay in the group.
     */
    AsyncIterator<Task<T>> exhaust();

    /**
     * Calls {@code block} on the calling thread. When it throws, a cancellation included, everything pending is cancelled
     * (row S37).
     *
     * <p><b>Errors</b>: what {@code block} throws, as it is.
     */
    <R extends @Nullable Object> R cancelOnFailure(Callable<? extends R> block) throws Exception;

    /**
     * Gives the outcome of {@code work}. When that is a failure or a cancellation, everything pending is cancelled first
     * (row S37). The form for the stage tone.
     */
    <R extends @Nullable Object> Task<R> cancelOnFailure(CompletionStage<R> work);
}
