@file:JvmName("TaskScopes")
@file:OptIn(ExperimentalContracts::class)

package io.duotone.coroutines

import io.duotone.ErrorShape
import io.duotone.ScopeOptions
import io.duotone.ScopePolicy
import io.duotone.TaskOptions
import io.duotone.coroutines.scope.ScopeJob
import io.duotone.coroutines.scope.TaskScopeJob
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.ensureActive
import java.util.concurrent.TimeoutException
import kotlin.contracts.ExperimentalContracts
import kotlin.contracts.InvocationKind
import kotlin.contracts.contract
import kotlin.coroutines.coroutineContext
import kotlin.coroutines.intrinsics.suspendCoroutineUninterceptedOrReturn
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/**
 * Runs [body] in a scope of its own and returns its result when all tasks of the scope have ended, cleanup included (rows R2, C1-C9). The
 * body begins at once, on the calling thread.
 *
 * **Cancellation**: cancelling the caller cancels the body and all tasks; it returns after their cleanup. A scope that is cancelled by
 * itself, by [TaskScope.cancel], throws that cancellation.
 *
 * **Errors**: a failure of the body, of a task as the [policy] has it, or of the timeout, in the shape that [errors] says. A cancellation
 * is never a failure, and never hides one.
 *
 * @param name for reasons, dumps and logs
 * @param policy what the outcome of a task means for the scope
 * @param timeout how long the scope may take, cleanup not included, before it fails with a [TimeoutException]; more than zero (row R17)
 * @param awaitedContained whether the failure of a task that somebody awaits goes to the awaiters alone (rows R8, C17)
 */
@Suppress("LEAKED_IN_PLACE_LAMBDA", "WRONG_INVOCATION_KIND") // what the contract says holds unless the scope does not begin, which throws
public suspend fun <T> taskScope(
    name: String? = null,
    policy: ScopePolicy = ScopePolicy.FAIL_FAST,
    errors: ErrorShape = ErrorShape.FIRST,
    timeout: Duration = Duration.INFINITE,
    awaitedContained: Boolean = false,
    body: suspend TaskScope.() -> T,
): T {
    contract { callsInPlace(body, InvocationKind.EXACTLY_ONCE) }
    return inScope(scopeOptions(name, policy, errors, timeout, awaitedContained), body)
}

private suspend fun <T> inScope(options: ScopeOptions, body: suspend TaskScope.() -> T): T =
    suspendCoroutineUninterceptedOrReturn { caller -> TaskScopeJob(caller, runtimeOf(caller.context), options).begin(body) }

/**
 * Runs [body] in a scope of its own and fails when it takes longer than [timeout] (rows S21, R17, C10). The verb that gives up without a
 * failure is kotlinx's [withTimeoutOrNull][kotlinx.coroutines.withTimeoutOrNull].
 *
 * **Cancellation**: of the caller, as for [taskScope]. When the time is over, the body and all tasks of the scope are cancelled with a
 * reason of kind [TIMEOUT][io.duotone.CancelReason.Kind.TIMEOUT], and their cleanup is waited for.
 *
 * **Errors**: [TimeoutException], which is a failure and not a cancellation; what the body fails with.
 *
 * @param timeout zero or less: fails at once, and the body does not run
 */
public suspend fun <T> failAfter(timeout: Duration, body: suspend TaskScope.() -> T): T {
    coroutineContext.ensureActive()
    if (timeout <= Duration.ZERO) throw TimeoutException("timed out at once: the time given was $timeout")
    return taskScope(timeout = timeout, body = body)
}

/**
 * As [failAfter], at an absolute time of the [clock of the runtime][DuotoneRuntime.time] (rows S21, C10). So several calls can share one
 * deadline; that of a scope around this one, if earlier, comes first.
 *
 * @param deadline already past: fails at once, and the body does not run
 */
public suspend fun <T> failAt(deadline: Duration, body: suspend TaskScope.() -> T): T {
    coroutineContext.ensureActive()
    val now = runtimeOf(coroutineContext).time
    if (deadline <= now) throw TimeoutException("timed out at once: the deadline was $deadline on the clock of the runtime, and it is $now")
    return taskScope {
        timeoutAt(deadline)
        body()
    }
}

/**
 * Calls [iteration] until it returns false, and fails when one call takes longer than [timeout] (row S22). All of them run in one scope,
 * whose timeout begins anew with each.
 *
 * **Cancellation**, **Errors**: as for [failAfter].
 */
public suspend fun repeatTimeout(timeout: Duration, iteration: suspend TaskScope.() -> Boolean) {
    failAfter(timeout) {
        while (iteration()) {
            coroutineContext.ensureActive()
            timeoutAfter(timeout)
        }
    }
}

/**
 * Runs [body] in a scope of its own and gives its outcome as a value: a failure cancels the tasks of that scope alone, and nothing else
 * (rows Y28, C4).
 *
 * **Cancellation**: of the caller, as for [taskScope], and thrown. A scope that is cancelled by itself is a failed outcome.
 *
 * **Errors**: what is no [Exception], an [AssertionError] for one, is thrown.
 */
public suspend fun <T> isolate(
    name: String? = null,
    policy: ScopePolicy = ScopePolicy.FAIL_FAST,
    errors: ErrorShape = ErrorShape.FIRST,
    body: suspend TaskScope.() -> T,
): Result<T> = isolate(scopeOptions(name, policy, errors, Duration.INFINITE, awaitedContained = false), body)

internal suspend fun <T> isolate(options: ScopeOptions, body: suspend TaskScope.() -> T): Result<T> = try {
    Result.success(inScope(options, body))
} catch (cancellation: CancellationException) {
    coroutineContext.ensureActive()
    Result.failure(cancellation)
} catch (failure: Exception) {
    Result.failure(failure)
}

/** The innermost scope of ours that the calling coroutine runs in; null outside of any (row R22). A task is a scope of its own. */
public suspend fun currentScope(): TaskScope? = innermostScope(coroutineContext[Job])

@OptIn(ExperimentalCoroutinesApi::class)
internal tailrec fun innermostScope(job: Job?): ScopeJob<*>? =
    if (job == null) null else job as? ScopeJob<*> ?: innermostScope(job.parent)

internal fun taskOptions(name: String?): TaskOptions = TaskOptions.defaults().let { if (name == null) it else it.named(name) }

internal fun scopeOptions(
    name: String?,
    policy: ScopePolicy,
    errors: ErrorShape,
    timeout: Duration,
    awaitedContained: Boolean,
): ScopeOptions {
    val limit = if (timeout == Duration.INFINITE) null else timeout.toJavaDuration()
    val defaults = ScopeOptions.defaults()
    val asDefaults = name == null && policy == defaults.policy() && errors == defaults.errors() && limit == null && !awaitedContained
    return if (asDefaults) defaults else ScopeOptions(name, policy, errors, limit, awaitedContained)
}
