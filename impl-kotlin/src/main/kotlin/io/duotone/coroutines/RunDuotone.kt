@file:JvmName("RunDuotone")

package io.duotone.coroutines

import io.duotone.DuotoneOptions

/**
 * Runs [block] on a new runtime, waits for it and all its tasks, and closes the runtime (rows T2, C1).
 *
 * **Cancellation**: interrupting the calling thread cancels [block]; see [DuotoneRuntime.block].
 *
 * **Errors**: what [block] or a child of its scope failed with, as it is; [IllegalStateException] on a worker.
 */
public fun <T> runDuotone(options: DuotoneOptions = DuotoneOptions.defaults(), block: suspend TaskScope.() -> T): T {
    checkMayBlock("runDuotone")
    return DuotoneRuntime(options).use { it.block(block) }
}
