package io.duotone.benchmarks.hog

import io.duotone.benchmarks.echo.Latencies
import io.duotone.benchmarks.echo.LoadProcess
import io.duotone.benchmarks.echo.ServerKind
import io.duotone.benchmarks.echo.ServerProcess
import io.duotone.benchmarks.harness.Family
import io.duotone.benchmarks.harness.Jdk
import io.duotone.benchmarks.harness.Options
import io.duotone.benchmarks.harness.Section
import io.duotone.benchmarks.harness.Verdict
import io.duotone.benchmarks.harness.median
import io.duotone.benchmarks.harness.number

/** Two workers, one of them occupied for 100 ms at a time: how long the echoes of other connections take meanwhile. */
internal class HogBenchmark(private val options: Options, private val jdk: Jdk) {
    private val windowMillis = if (options.quick) 1_000L else 10_000L

    fun run(): Section {
        val measured = ServerKind.entries.filter { options.wants(it.title) }.associateWith { mutableListOf<Latencies>() }
        LoadProcess(jdk, core = null).use { load ->
            repeat(options.pairs) { round ->
                for ((kind, runs) in measured) runs += measure(kind, load)
                println("hog, repeat ${round + 1} of ${options.pairs} done")
            }
        }
        return section(measured)
    }

    private fun measure(kind: ServerKind, load: LoadProcess): Latencies =
        ServerProcess(kind, jdk, workers = 2, core = null).use { server ->
            load.withConnections(server.port, CONNECTIONS, MESSAGE_BYTES) {
                closedLoop(windowMillis / 5)
                server.hog(BUSY_MILLIS, PAUSE_MILLIS)
                paced(windowMillis, INTERVAL_MILLIS)
            }
        }

    private fun section(measured: Map<ServerKind, List<Latencies>>): Section {
        val section = Section(Family.HOG, jdk, "Echo beside a task that never suspends")
        section.text(
            "Two workers or event loops, not pinned. One is occupied for $BUSY_MILLIS ms, free for $PAUSE_MILLIS ms, and so on; " +
                "$CONNECTIONS other connections each send $MESSAGE_BYTES bytes every $INTERVAL_MILLIS ms. " +
                "Latency in ms, medians over the repeats; a request held up by its predecessor counts from when it was due.",
        )
        section.table(
            listOf("server", "p50", "p90", "p99", "max", "p99 in the worst repeat"),
            measured.map { (kind, runs) ->
                listOf(kind.title, runs.millis { p50 }, runs.millis { p90 }, runs.millis { p99 }, runs.millis { max }) +
                    number(runs.maxOf { it.p99 } / NANOS_PER_MILLI)
            },
        )
        for (kind in listOf(ServerKind.KOTLIN, ServerKind.STAGES)) {
            val p99 = (measured[kind] ?: continue).map { it.p99 / NANOS_PER_MILLI }.median()
            section.judge(Verdict("p99, ${kind.title}", "< $LIMIT_MILLIS ms", "${number(p99)} ms", "–", p99 < LIMIT_MILLIS))
        }
        return section
    }

    private fun List<Latencies>.millis(percentile: Latencies.() -> Long): String =
        number(map { it.percentile() / NANOS_PER_MILLI }.median())

    private companion object {
        const val CONNECTIONS = 16
        const val MESSAGE_BYTES = 1024
        const val INTERVAL_MILLIS = 10L
        const val BUSY_MILLIS = 100L
        const val PAUSE_MILLIS = 10L
        const val LIMIT_MILLIS = 5
        const val NANOS_PER_MILLI = 1e6
    }
}
