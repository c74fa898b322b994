@file:OptIn(InternalCoroutinesApi::class)

package io.duotone.coroutines

import io.duotone.coroutines.engine.blocking.BlockingCall
import io.duotone.coroutines.engine.scheduler.RuntimeDispatcher
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Delay
import kotlinx.coroutines.InternalCoroutinesApi
import java.util.concurrent.RejectedExecutionException
import kotlin.coroutines.CoroutineContext

/** Runs coroutines on the blocking pool, each from one wait to the next. Their timers are those of the runtime. */
internal class BlockingDispatcher(val runtime: DuotoneRuntime, private val workers: RuntimeDispatcher) :
    CoroutineDispatcher(),
    Delay by workers {

    override fun dispatch(context: CoroutineContext, block: Runnable) {
        val stretch = Stretch(context, block)
        try {
            runtime.blockingPool.submit(stretch)
        } catch (_: RejectedExecutionException) {
            workers.runAfterStop(context, block)
        }
    }

    /** Never interrupted by its coroutine, which is cancelled where it waits. */
    private inner class Stretch(private val context: CoroutineContext, private val block: Runnable) : BlockingCall<Unit>() {
        override fun call() {
            block.run()
        }

        override fun returned(value: Unit) {}

        override fun threw(failure: Throwable) {
            runtime.reportUncaught("a coroutine on the blocking pool", failure)
        }

        override fun dropped() {
            workers.runAfterStop(context, block)
        }
    }

    override fun toString(): String = "the blocking pool of $runtime"
}
