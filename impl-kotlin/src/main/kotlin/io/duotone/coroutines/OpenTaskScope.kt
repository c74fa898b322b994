package io.duotone.coroutines

import kotlinx.coroutines.Deferred

/**
 * A scope that is not bound to a body: it stays open, also when it has nothing to do, until whoever holds it says that no more comes (rows R3,
 * R12). Made by [TaskScope.open] and [DuotoneRuntime.open].
 *
 * Inside a scope it is a child like a [fork][TaskScope.fork]: that scope waits for it, and its failure hurts nobody there. It goes to whoever
 * awaits or joins it, and to the uncaught handler when nobody does within a second of its end.
 *
 * **Cancellation**: as for any scope. A cancelled one ends with its tasks, whether it has been completed or not; what is spawned later, but
 * before [complete] or [join], is a cancelled task.
 */
public interface OpenTaskScope : TaskScope {
    /**
     * From now on the scope ends when no task is left that it waits for, at once if there is none (row R12). Every call gives the same
     * task, which ends with the outcome of the scope.
     */
    public fun complete(): Deferred<Unit>

    /**
     * As [complete], and waits for the end.
     *
     * **Cancellation**: of the caller, leaves the scope running: [cancel] it where nobody else will.
     *
     * **Errors**: the failure of the scope.
     */
    public suspend fun join()
}
