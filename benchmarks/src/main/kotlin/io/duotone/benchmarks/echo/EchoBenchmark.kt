package io.duotone.benchmarks.echo

import io.duotone.benchmarks.harness.Bar
import io.duotone.benchmarks.harness.Family
import io.duotone.benchmarks.harness.Jdk
import io.duotone.benchmarks.harness.Options
import io.duotone.benchmarks.harness.Samples
import io.duotone.benchmarks.harness.Section
import io.duotone.benchmarks.harness.number

/**
 * One worker or event loop, pinned to core 0, against a load generator pinned to core 1. All servers stay up throughout;
 * each repeat goes through the cells and, within a cell, through the servers, so that what is compared is measured within
 * seconds.
 */
internal class EchoBenchmark(private val options: Options, private val jdk: Jdk) {
    private class Cell(val connections: Int, val bytes: Int) {
        val title = "$connections × ${bytes / 1024} KiB"
        val cpu = Samples()
        val rate = Samples()
    }

    private val cells = listOf(1024, 10 * 1024).flatMap { bytes -> listOf(1, 8, 64, 1000).map { Cell(it, bytes) } }
    private val kinds = ServerKind.entries.filter { options.wants(it.title) }
    private val settleMillis = if (options.quick) 100L else 300L
    private val windowMillis = if (options.quick) 300L else 1500L

    fun run(): Section {
        val servers = mutableListOf<ServerProcess>()
        try {
            kinds.forEach { servers += ServerProcess(it, jdk, workers = 1, core = 0) }
            LoadProcess(jdk, core = 1).use { load ->
                servers.forEach { warmUp(it, load) }
                repeat(options.pairs) { round ->
                    for (cell in cells) for (server in servers) measure(cell, server, load)
                    println("echo, repeat ${round + 1} of ${options.pairs} done")
                }
            }
        } finally {
            servers.forEach { it.close() }
        }
        return section()
    }

    /** The same work for all, in each shape that will be measured, so that no server is compiled for one shape alone. */
    private fun warmUp(server: ServerProcess, load: LoadProcess) {
        val millis = if (options.quick) 200L else 2000L
        for (bytes in listOf(1024, 10 * 1024)) {
            for (connections in listOf(1, 64, 1000)) {
                load.withConnections(server.port, connections, bytes) { closedLoop(millis) }
            }
        }
    }

    private fun measure(cell: Cell, server: ServerProcess, load: LoadProcess) {
        load.withConnections(server.port, cell.connections, cell.bytes) {
            closedLoop(settleMillis)
            val before = server.cpuNanos()
            val (requests, nanos) = closedLoop(windowMillis)
            val cpuNanos = server.cpuNanos() - before
            cell.cpu.add(server.kind.title, cpuNanos / 1e3 / requests)
            cell.rate.add(server.kind.title, requests / (nanos / 1e6))
        }
    }

    private fun section(): Section {
        val section = Section(Family.ECHO, jdk, "TCP echo, one worker against one event loop")
        section.text(
            "Server CPU in µs per request (thousand requests per second) and, in brackets, the least CPU of all repeats; else medians."
        )
        section.table(
            listOf("connections × message") + kinds.map { it.title },
            cells.map { cell ->
                listOf(cell.title) +
                    kinds.map {
                        "${number(
                            cell.cpu.median(it.title)
                        )} (${number(cell.rate.median(it.title))}) [${number(cell.cpu.minimum(it.title))}]"
                    }
            },
        )
        for (cell in cells) {
            cpuBars.forEach { section.judge(it.judge("CPU ${cell.title}", cell.cpu, jdk)) }
            if (ServerKind.NETTY !in kinds) continue
            // As far below as Netty's own runs differ from each other is noise; a twentieth at least.
            val noise = cell.rate.spread(ServerKind.NETTY.title).coerceIn(0.05, 0.5)
            for (ours in listOf(ServerKind.KOTLIN, ServerKind.STAGES)) {
                val bar = Bar(ours.title, ServerKind.NETTY.title, 1 - noise, Bar.Side.AT_LEAST)
                section.judge(bar.judge("requests/s ${cell.title}", cell.rate, jdk))
            }
        }
        return section
    }

    private companion object {
        val cpuBars =
            listOf(
                Bar(ServerKind.KOTLIN.title, ServerKind.NETTY.title, 1.0),
                Bar(ServerKind.KOTLIN.title, ServerKind.KTOR.title, 0.2),
                Bar(ServerKind.STAGES.title, ServerKind.NETTY.title, 1.15),
            )
    }
}
