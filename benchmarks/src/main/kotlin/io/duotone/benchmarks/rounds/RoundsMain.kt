package io.duotone.benchmarks.rounds

import io.duotone.benchmarks.harness.Family
import kotlin.concurrent.thread
import kotlin.system.exitProcess

/** The measured process: one variant of one case, warmed up, then timed round by round. */
object RoundsMain {
    @JvmStatic
    fun main(arguments: Array<String>) {
        exitWithParent()
        val (family, caseName, variantName, size, warmUps) = arguments
        val rounds = arguments[5].toInt()
        val case = RoundCase.of(Family.named(family)).first { it.name == caseName }
        case.variants.first { it.name == variantName }.start().use { workload ->
            repeat(warmUps.toInt()) { workload.round(size.toInt()) }
            repeat(rounds) {
                // Each round starts with an empty heap, so that none pays for the garbage of the one before.
                System.gc()
                val start = System.nanoTime()
                workload.round(size.toInt())
                println("round ${System.nanoTime() - start}")
            }
        }
        exitProcess(0)
    }

    private fun exitWithParent() {
        thread(name = "parent-watch", isDaemon = true) {
            while (readlnOrNull() != null) continue
            exitProcess(1)
        }
    }
}
