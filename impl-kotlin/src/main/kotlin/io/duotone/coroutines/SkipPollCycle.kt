@file:JvmName("PollCycles")

package io.duotone.coroutines

import io.duotone.coroutines.engine.scheduler.PollCycle
import io.duotone.coroutines.engine.scheduler.shutdownCancellation
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlin.coroutines.coroutineContext
import kotlin.coroutines.resume

/**
 * Goes on after the next look of the worker at timers and I/O, behind what this look made ready (row S25). The twin that does not wait for
 * I/O, only for what is ready now (row S24), is kotlinx's [yield][kotlinx.coroutines.yield].
 *
 * **Cancellation**: at once.
 */
public suspend fun skipPollCycle() {
    val runtime = runtimeOf(coroutineContext)
    suspendCancellableCoroutine { waiter -> SuspendedPollCycle(runtime, waiter).begin() }
}

private class SuspendedPollCycle(runtime: DuotoneRuntime, private val waiter: CancellableContinuation<Unit>) : PollCycle(runtime.pool) {
    override fun passed() {
        waiter.resume(Unit)
    }

    override fun refused() {
        waiter.cancel(shutdownCancellation())
    }
}
