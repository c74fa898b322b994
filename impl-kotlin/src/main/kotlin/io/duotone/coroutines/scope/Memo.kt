@file:OptIn(InternalCoroutinesApi::class)

package io.duotone.coroutines.scope

import io.duotone.CancelReason
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.Memoized
import io.duotone.coroutines.OtherFace
import io.duotone.coroutines.TaskScope
import io.duotone.coroutines.nameContext
import io.duotone.coroutines.reason
import io.duotone.coroutines.runtimeOf
import io.duotone.coroutines.taskOptions
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.newCoroutineContext
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.coroutineContext

/**
 * Work that is done once for all who await it. There is never more than one run at a time: whoever comes while an abandoned one cleans up
 * waits for that first.
 *
 * ```
 *          first await            value, failure
 *   IDLE --------------> RUNS -------------------> REMEMBERED
 *    ^                    | |
 *    |      cancelled     | | the last awaiter is cancelled
 *    +--------------------+ v
 *    +----------------- ABANDONED       by a value that was faster than the cancellation: REMEMBERED
 *        has cleaned up
 * ```
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | run | the first to await; the end of the run | whoever awaits | lock |
 * | block | the end of the run (null, when nobody will need it) | whoever makes a run | lock |
 * | outcome | the end of the run, once | whoever awaits | written under lock; volatile |
 */
internal class Memo<T>(override val name: String?, block: suspend TaskScope.() -> T) : Memoized<T> {
    private val lock = Any()
    private var run: MemoRun<T>? = null
    private var block: (suspend TaskScope.() -> T)? = block

    @Volatile
    private var outcome: Remembered<T>? = null

    val otherFace = OtherFace()

    /** Somebody has got the result. */
    val isHeard: Boolean get() = outcome?.isHeard == true

    override suspend fun await(): T {
        val context = coroutineContext
        context.ensureActive()
        while (true) {
            outcome?.let { return it.take() }
            val runtime = runtimeOf(context)
            val run = enter(runtime) ?: continue
            var left = GAVE_UP
            try {
                awaitEnd(run, context[RunningMemo])
                outcome?.let { return it.take() }
                val cancellation = checkNotNull(run.cancellation)
                if (!run.isAbandoned && !(run.runtime.isClosed && !runtime.isClosed)) throw cancellation
            } catch (cancelled: CancellationException) {
                left = cancelled.reason
                throw cancelled
            } finally {
                leave(run, left)
            }
        }
    }

    /** The run to wait for, with the caller counted; null when there is a result by now. */
    private fun enter(runtime: DuotoneRuntime): MemoRun<T>? = synchronized(lock) {
        if (outcome != null) return null
        val current = run ?: newRun(runtime).also { run = it }
        current.awaiters++
        current
    }

    private fun newRun(runtime: DuotoneRuntime): MemoRun<T> {
        runtime.checkOpen()
        return MemoRun(this, checkNotNull(block), runtime, RunningMemo(name))
    }

    /** The wait is known to others before the run begins, which may come to wait for the caller. */
    private suspend fun awaitEnd(run: MemoRun<T>, caller: RunningMemo?) {
        caller?.beginWait(run.node)
        try {
            run.begin()
            run.over.join()
        } finally {
            caller?.endWait(run.node)
        }
    }

    private fun leave(run: MemoRun<T>, reason: CancelReason) {
        synchronized(lock) {
            if (--run.awaiters > 0 || this.run !== run || run.isAbandoned) return
            run.isAbandoned = true
        }
        run.cancel(reason)
    }

    /** Called once for each run, when all in it has ended. */
    fun ended(run: MemoRun<T>, result: Result<T>) {
        val failure = result.exceptionOrNull()
        synchronized(lock) {
            this.run = null
            if (failure == null || (failure !is CancellationException && !run.isAbandoned)) {
                outcome = Remembered(result)
                block = null
            }
        }
    }

    override fun toString(): String = "Memoized(${name ?: "without a name"})"

    /**
     * | field | written by | read by | mode |
     * |---|---|---|---|
     * | isHeard | whoever takes it | the report of a failure | volatile |
     */
    private class Remembered<T>(private val result: Result<T>) {
        @Volatile
        var isHeard = false
            private set

        fun take(): T {
            isHeard = true
            return result.getOrThrow()
        }
    }

    private companion object {
        val GAVE_UP: CancelReason = CancelReason.cancelled("the last who awaited it has failed")
    }
}

/**
 * One run of a memoised coroutine: a task of the runtime itself.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | awaiters, isAbandoned | whoever awaits | same; the report of a failure | written under the lock of the memo; volatile |
 * | result | the thread on which the run ended | same | plain |
 * | cancellation | the thread on which the run ended | awaiters | plain, published by over |
 */
@OptIn(ExperimentalCoroutinesApi::class)
internal class MemoRun<T>(
    private val memo: Memo<T>,
    private val block: suspend TaskScope.() -> T,
    runtime: DuotoneRuntime,
    val node: RunningMemo,
) : TaskCoroutine<T>(runtime, contextOf(runtime, memo.name, node), FailureGoesTo.TASK, taskOptions(memo.name)) {
    private val hasBegun = AtomicBoolean()
    private var result: Result<T>? = null

    @Volatile
    var awaiters = 0

    /** Its last awaiter has gone. Those that come now wait for its end, and for a better run. */
    @Volatile
    var isAbandoned = false

    var cancellation: CancellationException? = null
        private set

    /** Completes after the memo knows. */
    val over = Job()

    override val isAwaited: Boolean get() = !isAbandoned && (awaiters > 0 || memo.isHeard)

    fun begin() {
        if (hasBegun.compareAndSet(false, true)) trySpawn(block)
    }

    override fun settle(outcome: Result<T>): Boolean {
        result = outcome
        return true
    }

    override fun afterCompletion(state: Any?) {
        val result = checkNotNull(result)
        cancellation = result.exceptionOrNull() as? CancellationException
            ?: CancellationException("it failed in its cleanup, after it was cancelled")
        memo.ended(this, result)
        over.complete()
    }

    private companion object {
        fun contextOf(runtime: DuotoneRuntime, name: String?, node: RunningMemo): CoroutineContext =
            runtime.rootScope.newCoroutineContext(nameContext(name) + node)
    }
}
