package io.duotone.benchmarks

import io.duotone.benchmarks.echo.EchoBenchmark
import io.duotone.benchmarks.facade.FacadeCalls
import io.duotone.benchmarks.harness.Family
import io.duotone.benchmarks.harness.Options
import io.duotone.benchmarks.harness.Report
import io.duotone.benchmarks.hog.HogBenchmark
import io.duotone.benchmarks.kv.KvBenchmark
import io.duotone.benchmarks.rounds.RoundsBenchmark
import kotlin.system.exitProcess

/** Entry of `benchmarks/run`: measures the families asked for, each on its JDKs, and writes the report. */
object Bench {
    @JvmStatic
    fun main(arguments: Array<String>) {
        val options =
            try {
                Options.parse(arguments)
            } catch (refused: IllegalArgumentException) {
                System.err.println(refused.message)
                System.err.println(Options.USAGE)
                exitProcess(2)
            }
        val report = Report(options)
        for (family in options.families) {
            for (jdk in options.jdksFor(family)) {
                println("== ${family.key} on $jdk")
                val section =
                    when (family) {
                        Family.TASKS, Family.SLEEPS, Family.SWITCHING, Family.CHANNELS -> RoundsBenchmark(options, family, jdk).run()
                        Family.FACADE -> FacadeCalls(options, jdk).run()
                        Family.ECHO -> EchoBenchmark(options, jdk).run()
                        Family.HOG -> HogBenchmark(options, jdk).run()
                        Family.KV -> KvBenchmark(options, jdk).run()
                    }
                report.write(section)
            }
        }
    }
}
