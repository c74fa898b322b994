package io.duotone.examples.nutshell

import io.duotone.Both
import io.duotone.coroutines.runDuotone
import io.duotone.coroutines.spawn
import kotlinx.coroutines.delay
import kotlin.time.Duration.Companion.seconds

/** Kotlin: suspend functions. */
internal object SuspendTone {
    private suspend fun waitAndAdd(x: Int): Int {
        delay(1.seconds)
        return x + 1
    }

    @JvmStatic
    fun run(): Both<Int, Int> = runDuotone { spawn({ waitAndAdd(3) }, { waitAndAdd(4) }).await() }
}
