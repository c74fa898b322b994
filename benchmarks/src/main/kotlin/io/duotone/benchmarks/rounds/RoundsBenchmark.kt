package io.duotone.benchmarks.rounds

import io.duotone.benchmarks.harness.Child
import io.duotone.benchmarks.harness.Family
import io.duotone.benchmarks.harness.GoProgram
import io.duotone.benchmarks.harness.Jdk
import io.duotone.benchmarks.harness.Options
import io.duotone.benchmarks.harness.Samples
import io.duotone.benchmarks.harness.Section
import io.duotone.benchmarks.harness.median
import io.duotone.benchmarks.harness.number

/** Measures the cases of a family: each repeat starts every variant in a JVM of its own, one after the other. */
class RoundsBenchmark(private val options: Options, private val family: Family, private val jdk: Jdk) {
    private val programs = HashMap<String, GoProgram>()

    fun run(): Section {
        val section = Section(family, jdk, titles.getValue(family))
        for (case in RoundCase.of(family)) {
            val variants = case.variants.filter { jdk.feature >= it.minimumJdk && options.wants(it.name) && isThere(it) }
            val medians = Samples()
            val minima = Samples()
            repeat(options.pairs) { repeat ->
                for (variant in variants) {
                    val rounds = measure(case, variant)
                    medians.add(variant.name, rounds.median())
                    minima.add(variant.name, rounds.min())
                    println("${case.name}, ${variant.name}, repeat ${repeat + 1}: ${number(rounds.median())} (${number(rounds.min())}) ms")
                }
            }
            val unit = if (case.ideal > 0) "ms beyond ${number(case.ideal)} ms" else "ms"
            section.table(
                listOf("${sizeOf(case)} ${case.name}", "median $unit", "least"),
                variants.map { listOf(rowOf(it), number(medians.median(it.name)), number(minima.minimum(it.name))) },
            )
            case.bars.forEach { section.judge(it.judge(case.name, medians, jdk)) }
        }
        return section
    }

    private fun measure(case: RoundCase, variant: Variant): List<Double> {
        val warmUps = if (options.quick) 1 else case.warmUps
        val rounds = if (options.quick) 2 else case.rounds
        start(case, variant, listOf("${sizeOf(case) / variant.share}", "$warmUps", "$rounds")).use { child ->
            return List(rounds) {
                val nanos = child.receive("round", ROUND_SECONDS * (warmUps + 1)).toLong()
                nanos * variant.share / NANOS_PER_MILLI - case.ideal
            }
        }
    }

    private fun start(case: RoundCase, variant: Variant, sizes: List<String>): Child {
        if (variant.program != null) return programOf(variant.program).start(variant.arguments + sizes)
        return Child.jvm(jdk, FLAGS + case.flags, RoundsMain::class.java, listOf(family.key, case.name, variant.name) + sizes)
    }

    private fun isThere(variant: Variant) = variant.program == null || programOf(variant.program).isThere

    private fun programOf(name: String) = programs.getOrPut(name) { GoProgram(name, options.root) }

    private fun rowOf(variant: Variant) = if (variant.share ==
        1
    ) {
        variant.name
    } else {
        "${variant.name} (a ${variant.share}th, × ${variant.share})"
    }

    private fun sizeOf(case: RoundCase): Int = if (options.quick) case.quickSize else case.size

    private companion object {
        val titles =
            mapOf(
                Family.TASKS to "Tasks that each yield once, spawned and joined as one group",
                Family.SLEEPS to "Sleeps of 1 to 1000 ms",
                Family.SWITCHING to "Switching between coroutines",
                Family.CHANNELS to "Channels and locks",
            )
        val FLAGS = listOf("-Xms3g", "-Xmx3g", "-XX:+UseG1GC")
        const val ROUND_SECONDS = 60L
        const val NANOS_PER_MILLI = 1e6
    }
}
