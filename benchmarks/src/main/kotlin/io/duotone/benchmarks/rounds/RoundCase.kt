package io.duotone.benchmarks.rounds

import io.duotone.benchmarks.channels.channelCases
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

/**
 * One way to do the work of a case: in a JVM, or as a [program] in Go, which is told the case by its [arguments].
 *
 * @param share one that is slow does only a part of the work, so many times less; its times are multiplied by that
 */
class Variant private constructor(
    val name: String,
    val minimumJdk: Int,
    val share: Int,
    val program: String?,
    val arguments: List<String>,
    val start: () -> Workload,
) {
    constructor(name: String, minimumJdk: Int = 17, share: Int = 1, start: () -> Workload) :
        this(name, minimumJdk, share, null, emptyList(), start)

    constructor(name: String, program: String, arguments: List<String>) :
        this(name, 17, 1, program, arguments, { error("$name is no work for a JVM") })
}

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
                Family.CHANNELS -> channelCases()
                else -> error("${family.key} does not work in rounds")
            }
    }
}
