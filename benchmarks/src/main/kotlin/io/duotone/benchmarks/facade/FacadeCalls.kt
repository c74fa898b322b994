package io.duotone.benchmarks.facade

import io.duotone.benchmarks.harness.Bar
import io.duotone.benchmarks.harness.Family
import io.duotone.benchmarks.harness.Jdk
import io.duotone.benchmarks.harness.Options
import io.duotone.benchmarks.harness.Samples
import io.duotone.benchmarks.harness.Section
import io.duotone.benchmarks.harness.number
import org.openjdk.jmh.runner.Runner
import org.openjdk.jmh.runner.options.OptionsBuilder
import org.openjdk.jmh.runner.options.TimeValue
import org.openjdk.jmh.runner.options.VerboseMode

/** Runs [FacadeBenchmark] through JMH, one fork of each benchmark in turn, so that repeats interleave. */
internal class FacadeCalls(private val options: Options, private val jdk: Jdk) {
    private class Row(val title: String, val prefix: String, val limit: Double?) {
        val samples = Samples()
    }

    private val rows = listOf(
        Row("completes at once", "atOnce", 1 / 3.0),
        Row("suspends once", "suspending", 2 / 3.0),
        // No bar: what it costs that a failure shows where it was awaited. The peer, not in debug mode, does not show it.
        Row("awaits a task that fails", "failing", null),
    )

    private val facades = allFacades.filterKeys { options.wants(it) }

    fun run(): Section {
        repeat(options.pairs) { round ->
            for (row in rows) for ((title, suffix) in facades) row.samples.add(title, measure(row.prefix + suffix))
            println("facade, repeat ${round + 1} of ${options.pairs} done")
        }
        val section = Section(Family.FACADE, jdk, "One call of a suspend function from Java")
        section.text("Nanoseconds per call, JMH, calls made in batches on a worker: median and least of the forks.")
        section.table(
            listOf("the function") + facades.keys,
            rows.map { row ->
                listOf(row.title) + facades.keys.map { "${number(row.samples.median(it))} (${number(row.samples.minimum(it))})" }
            },
        )
        for (row in rows) row.limit?.let { section.judge(Bar(OURS, FUTURE, it).judge(row.title, row.samples, jdk)) }
        return section
    }

    private fun measure(benchmark: String): Double {
        val iteration = TimeValue.milliseconds(if (options.quick) 200 else 1000)
        val jmh =
            OptionsBuilder()
                .include("${FacadeBenchmark::class.java.name}\\.$benchmark$")
                .forks(1)
                .warmupIterations(if (options.quick) 1 else 5)
                .measurementIterations(if (options.quick) 1 else 5)
                .warmupTime(iteration)
                .measurementTime(iteration)
                .timeout(TimeValue.minutes(1))
                .jvm(jdk.java.toString())
                .jvmArgs(*(jdk.quietFlags + listOf("-Xms2g", "-Xmx2g", "-XX:+UseG1GC")).toTypedArray())
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build()
        return Runner(jmh).runSingle().primaryResult.score
    }

    private companion object {
        const val OURS = "Duotone Suspending.task"
        const val FUTURE = "kotlinx future {} on Default"
        val allFacades = mapOf(OURS to "Duotone", FUTURE to "Future", "kotlinx future(UNDISPATCHED)" to "FutureUndispatched")
    }
}
