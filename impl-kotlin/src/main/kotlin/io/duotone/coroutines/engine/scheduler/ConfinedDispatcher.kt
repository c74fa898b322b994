@file:OptIn(InternalCoroutinesApi::class)

package io.duotone.coroutines.engine.scheduler

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Delay
import kotlinx.coroutines.InternalCoroutinesApi
import java.util.concurrent.Executor
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext

/**
 * Runs one task at a time, in the order in which they came, on whichever worker is free (row C15). What one task did happens-before the
 * next. Timers are those of the runtime, and take their turn like anything else.
 */
internal class ConfinedDispatcher(val runtime: RuntimeDispatcher) :
    CoroutineDispatcher(),
    Delay by runtime {
    private val turns = runtime.limitedParallelism(1)

    /** Commands that take their turn too. */
    val executor: Executor = Executor { command ->
        dispatch(EmptyCoroutineContext) {
            try {
                command.run()
            } catch (failure: Throwable) {
                runtime.pool.uncaught(failure)
            }
        }
    }

    override fun dispatch(context: CoroutineContext, block: Runnable) {
        // What is queued behind turns the runtime sees without its context.
        if (runtime.pool.mayStop) cancelBecauseClosed(context)
        turns.dispatch(context, block)
    }

    override fun dispatchYield(context: CoroutineContext, block: Runnable) {
        turns.dispatchYield(context, block)
    }

    override fun toString(): String = "one at a time on $runtime"
}

/** The dispatcher of the runtime that this one is, or takes turns on; null for one of somebody else. */
internal fun ContinuationInterceptor?.runtimeDispatcherOrNull(): RuntimeDispatcher? = when (this) {
    is RuntimeDispatcher -> this
    is ConfinedDispatcher -> runtime
    else -> null
}
