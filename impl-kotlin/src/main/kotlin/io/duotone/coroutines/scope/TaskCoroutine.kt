@file:OptIn(InternalCoroutinesApi::class)

package io.duotone.coroutines.scope

import io.duotone.ScopeOptions
import io.duotone.TaskOptions
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.TaskScope
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.InternalForInheritanceCoroutinesApi
import kotlinx.coroutines.selects.SelectClause1
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.intrinsics.createCoroutineUnintercepted
import kotlin.coroutines.intrinsics.intercepted
import kotlin.coroutines.resume

/**
 * A task of Kotlin: a job that somebody may await, and the scope that its block runs in.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | awaiters | whoever awaits | the thread on which the task fails | atomic |
 * | value | the thread on which the task ended | awaiters | plain, published by the job's state |
 */
@OptIn(ExperimentalCoroutinesApi::class, InternalForInheritanceCoroutinesApi::class)
internal open class TaskCoroutine<T>(
    runtime: DuotoneRuntime,
    parent: CoroutineContext,
    failureGoesTo: FailureGoesTo,
    role: TaskOptions,
    options: ScopeOptions = ScopeOptions.defaults(),
) : ScopeJob<T>(runtime, parent, role.name() ?: options.name(), failureGoesTo, options, role),
    Deferred<T> {
    private val awaiters = AtomicInteger()
    override val isAwaited: Boolean get() = awaiters.get() > 0
    private var value: Result<T>? = null

    fun spawn(block: suspend TaskScope.() -> T): Deferred<T> {
        if (attach()) begin(block)
        return this
    }

    fun start(block: suspend TaskScope.() -> T): Deferred<T> {
        if (attach()) beginBody(block)
        return this
    }

    fun trySpawn(block: suspend TaskScope.() -> T): Deferred<T>? {
        val attached = tryAttach()
        if (attached == Attached.STARTS) begin(block)
        return takeUnless { attached == Attached.SCOPE_ENDED }
    }

    private fun begin(block: suspend TaskScope.() -> T) {
        val checked: suspend () -> T = {
            if (!isActive) throw getCancellationException()
            block(this)
        }
        checked.createCoroutineUnintercepted(Body()).intercepted().resume(Unit)
    }

    override fun settle(outcome: Result<T>): Boolean {
        value = outcome
        return true
    }

    @Suppress("UNCHECKED_CAST")
    override suspend fun await(): T {
        awaiters.incrementAndGet()
        try {
            return awaitInternal() as T
        } catch (cancelled: CancellationException) {
            // Whoever is cancelled while it waits has not heard of a failure.
            awaiters.decrementAndGet()
            throw cancelled
        }
    }

    @Suppress("UNCHECKED_CAST")
    override val onAwait: SelectClause1<T>
        get() {
            awaiters.incrementAndGet()
            return onAwaitInternal as SelectClause1<T>
        }

    override fun getCompleted(): T {
        awaiters.incrementAndGet()
        check(isCompleted) { "the task has not ended yet: $this" }
        return checkNotNull(value).getOrThrow()
    }
}
