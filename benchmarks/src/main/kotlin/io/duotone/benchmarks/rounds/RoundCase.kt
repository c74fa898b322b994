package io.duotone.benchmarks.rounds

import io.duotone.benchmarks.harness.Bar
import io.duotone.benchmarks.harness.Family
import io.duotone.benchmarks.sleeps.sleepCases
import io.duotone.benchmarks.switching.switchingCases
import io.duotone.benchmarks.tasks.taskCases

/** Work that is done again and again in one process and timed each time. */
fun interface Workload : AutoCloseable {
    fun round(size: Int)

    override fun close() {}
}

/** One way to do the work of a case. */
class Variant(val name: String, val minimumJdk: Int = 17, val start: () -> Workload)

/**
 * The same work done in several ways.
 *
 * @param ideal milliseconds that the work takes by definition, subtracted from what is reported
 * @param flags options of the JVM, for all variants alike
 */
class RoundCase(
    val name: String,
    val size: Int,
    val quickSize: Int,
    val warmUps: Int,
    val rounds: Int,
    val variants: List<Variant>,
    val bars: List<Bar>,
    val ideal: Double = 0.0,
    val flags: List<String> = emptyList(),
) {
    companion object {
        fun of(family: Family): List<RoundCase> =
            when (family) {
                Family.TASKS -> taskCases()
                Family.SLEEPS -> sleepCases()
                Family.SWITCHING -> switchingCases()
                else -> error("${family.key} does not work in rounds")
            }
    }
}
