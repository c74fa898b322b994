@file:OptIn(InternalCoroutinesApi::class)

package io.duotone.coroutines.scope

import io.duotone.ScopeOptions
import io.duotone.TaskOptions
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.TaskScope
import io.duotone.coroutines.awaitedBy
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.InternalForInheritanceCoroutinesApi
import kotlinx.coroutines.selects.SelectClause1
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.intrinsics.createCoroutineUnintercepted
import kotlin.coroutines.intrinsics.intercepted
import kotlin.coroutines.intrinsics.suspendCoroutineUninterceptedOrReturn
import kotlin.coroutines.resume

/**
 * A task of Kotlin: a job that somebody may await, and the scope that its block runs in.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | awaiters | whoever awaits | the thread on which the task fails | atomic |
 * | faces | whoever makes one | same | volatile, written under this |
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
    @Volatile
    private var awaiters = 0

    @Volatile
    private var faces: List<() -> Boolean> = emptyList()

    override val isAwaited: Boolean get() = awaiters > 0 || faces.any { it() }

    /** Whoever holds a face of this task in the other language may be waiting there. */
    fun addFace(isHeard: () -> Boolean): Unit = synchronized(this) { faces += isHeard }

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

    override fun settle(outcome: Result<T>): Boolean = true

    @Suppress("UNCHECKED_CAST")
    override suspend fun await(): T {
        AWAITERS.incrementAndGet(this)
        try {
            return awaitInternal() as T
        } catch (cancelled: CancellationException) {
            // Whoever is cancelled while it waits has not heard of a failure.
            AWAITERS.decrementAndGet(this)
            throw cancelled
        } catch (failure: Throwable) {
            suspendCoroutineUninterceptedOrReturn<Nothing> { awaiter ->
                failure.awaitedBy(awaiter)
                throw failure
            }
        }
    }

    /** Whoever selects this among others does not count as somebody who waits for it: another clause may win. */
    @Suppress("UNCHECKED_CAST")
    override val onAwait: SelectClause1<T> get() = onAwaitInternal as SelectClause1<T>

    override fun getCompleted(): T {
        check(isCompleted) { "the task has not ended yet: $this" }
        AWAITERS.incrementAndGet(this)
        getCompletionExceptionOrNull()?.let { throw it }
        return checkNotNull(bodyResult).getOrThrow()
    }

    private companion object {
        val AWAITERS: AtomicIntegerFieldUpdater<TaskCoroutine<*>> =
            AtomicIntegerFieldUpdater.newUpdater(TaskCoroutine::class.java, "awaiters")
    }
}
