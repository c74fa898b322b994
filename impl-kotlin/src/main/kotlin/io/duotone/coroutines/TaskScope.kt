package io.duotone.coroutines

import io.duotone.CancelReason
import io.duotone.ErrorShape
import io.duotone.ScopePolicy
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlin.time.Duration

/**
 * A lifetime of tasks: what is spawned here, or launched by any means of kotlinx, is joined, failed and cancelled together (rows T22-T25,
 * R1-R24 as decided by C1-C9). Every task of [spawn] has one of its own, inside that of whoever spawned it.
 *
 * **Cancellation**: [cancel], the failure of a child as far as the [ScopePolicy] says so, and the timeout cancel the body and every task, at
 * once. A task spawned into a cancelled scope does not start. The scope ends after the cleanup of all of them.
 *
 * **Errors**: starting work in a scope that has ended throws [IllegalStateException].
 *
 * **Threads**: all members may be used from any thread. What was done before a call happens-before the work it starts, and the work's end
 * happens-before the scope's.
 */
public interface TaskScope : CoroutineScope {
    /** For reasons, dumps and logs. */
    public val name: String?

    /**
     * Starts [block] as a task of this scope and returns at once (rows T11, R4). What is spawned in the block belongs to the task, which
     * fails when that fails.
     *
     * @param contained a failure stays in the task: whoever awaits it gets it, and the uncaught handler when nobody does (rows R7, C2, C18)
     * @param master the scope closes when this task ends, however it ends (row R10): the other tasks are cancelled with a reason of kind
     * [SCOPE_CLOSED][CancelReason.Kind.SCOPE_CLOSED], and a task spawned later does not start. The body goes on, and its result is that of
     * the scope, unless this task failed and was not contained
     * @param background the scope does not wait for this task: when nothing else is left to wait for, it is cancelled, and only its cleanup
     * is waited for (row R11)
     * @param cancelTimeout zero or more: a task that has not ended this long after it was cancelled is reported once, as a warning (rows
     * R16, C5); the scope goes on waiting for it
     */
    public fun <T> spawn(
        name: String? = null,
        contained: Boolean = false,
        master: Boolean = false,
        background: Boolean = false,
        cancelTimeout: Duration? = null,
        block: suspend TaskScope.() -> T,
    ): Deferred<T>

    /** As [spawn], but gives null when the scope has ended (row C9). */
    public fun <T> trySpawn(name: String? = null, block: suspend TaskScope.() -> T): Deferred<T>?

    /**
     * Starts [block] in a scope of its own inside this one (row R20, C4). Cancelling this scope cancels the forked one and its timeout
     * reaches it; a failure of the forked one does not hurt this one: it goes to whoever awaits it, and to the uncaught handler when nobody
     * does. The parameters are those of [taskScope].
     */
    public fun <T> fork(
        name: String? = null,
        policy: ScopePolicy = ScopePolicy.FAIL_FAST,
        errors: ErrorShape = ErrorShape.FIRST,
        timeout: Duration = Duration.INFINITE,
        awaitedContained: Boolean = false,
        block: suspend TaskScope.() -> T,
    ): Deferred<T>

    /**
     * Opens a scope inside this one that stays open until it is completed or cancelled, also when it has nothing to do (rows R3, R12).
     * Cancelling this scope cancels it, and this scope waits for its end. The parameters are those of [taskScope].
     */
    public fun open(
        name: String? = null,
        policy: ScopePolicy = ScopePolicy.FAIL_FAST,
        errors: ErrorShape = ErrorShape.FIRST,
        timeout: Duration = Duration.INFINITE,
        awaitedContained: Boolean = false,
    ): OpenTaskScope

    /**
     * Cancels the body and all tasks of this scope. Returns at once: the scope ends after their cleanup.
     *
     * @return whether this call was the one that cancelled it
     */
    public fun cancel(reason: CancelReason): Boolean

    /**
     * Moves the timeout of the scope: it now fails with a [TimeoutException][java.util.concurrent.TimeoutException] when [timeout] from
     * now has passed, or never when that is infinite (rows R17, R18). Zero or less: at once. Moving it to a later time again and again is
     * cheap. Nanosecond resolution.
     *
     * **Errors**: [IllegalStateException] when the scope has ended.
     */
    public fun timeoutAfter(timeout: Duration)

    /**
     * As [timeoutAfter], at an absolute time of the [clock of the runtime][DuotoneRuntime.time] (rows R18, C10). One already past: at
     * once. Infinite: never.
     */
    public fun timeoutAt(deadline: Duration)

    /**
     * When this scope will have timed out, on the [clock of the runtime][DuotoneRuntime.time]: the earliest deadline of its own and of the
     * scopes around it (rows R18, R21, C10); null when there is none. The timeouts of kotlinx around or in between,
     * [withTimeout][kotlinx.coroutines.withTimeout] for one, are not seen.
     */
    public val deadline: Duration?

    /** How long until [deadline]. Not negative; [Duration.INFINITE] when there is none. */
    public val timeLeft: Duration
}
