@file:OptIn(InternalCoroutinesApi::class)

package io.duotone.coroutines.scope

import io.duotone.ScopeOptions
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.TaskScope
import io.duotone.coroutines.awaitedBy
import kotlinx.coroutines.InternalCoroutinesApi
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater
import kotlin.coroutines.Continuation
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED
import kotlin.coroutines.intrinsics.intercepted

/**
 * A scope with a caller that waits for its end: it returns to the caller when it can, and resumes it otherwise.
 *
 * ```
 *               the caller leaves
 *   RUNNING ----------------------> LEFT     the end resumes the caller
 *      |
 *      +--------------------------> ENDED    the caller returns
 *               the scope ends
 * ```
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | state | the caller, the thread on which the scope ends | same | atomic |
 * | outcome | the thread on which the scope ends | the caller | plain, published by state |
 */
internal class TaskScopeJob<T>(private val caller: Continuation<T>, runtime: DuotoneRuntime, options: ScopeOptions) :
    ScopeJob<T>(runtime, caller.context, options.name(), FailureGoesTo.CALLER, options) {
    @Volatile
    private var state = RUNNING
    private var outcome: Result<T>? = null

    fun begin(body: suspend TaskScope.() -> T): Any? {
        if (attach()) beginBody(body)
        if (STATE.compareAndSet(this, RUNNING, LEFT)) return COROUTINE_SUSPENDED
        return checkNotNull(outcome).getOrThrow()
    }

    override fun settle(outcome: Result<T>): Boolean {
        // A failure of the body itself knows where it comes from.
        outcome.exceptionOrNull()?.takeIf { it !== bodyResult?.exceptionOrNull() }?.awaitedBy(caller)
        this.outcome = outcome
        return true
    }

    override fun afterCompletion(state: Any?) {
        if (!STATE.compareAndSet(this, RUNNING, ENDED)) caller.intercepted().resumeWith(checkNotNull(outcome))
    }

    private companion object {
        const val RUNNING = 0
        const val LEFT = 1
        const val ENDED = 2

        val STATE: AtomicIntegerFieldUpdater<TaskScopeJob<*>> =
            AtomicIntegerFieldUpdater.newUpdater(TaskScopeJob::class.java, "state")
    }
}
