package io.duotone.benchmarks.rounds

import io.duotone.coroutines.DuotoneRuntime
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.runBlocking

/** Plain kotlinx code on a runtime of ours. */
internal class OnDuotone(private val body: CoroutineScope.(Int) -> Unit) : Workload {
    private val runtime = DuotoneRuntime()

    override fun round(size: Int) = runBlocking(runtime.dispatcher) { body(size) }

    override fun close() = runtime.close()
}
