package io.duotone.benchmarks.echo

import io.duotone.benchmarks.harness.Child
import io.duotone.benchmarks.harness.Jdk

/** A server in a process of its own. */
internal class ServerProcess(val kind: ServerKind, jdk: Jdk, workers: Int, core: Int?) : AutoCloseable {
    private val child = Child.jvm(jdk, flags(workers), ServerMain::class.java, listOf(kind.name, "$workers"), core)

    val port: Int = child.receive("port", ANSWER_SECONDS).toInt()

    fun cpuNanos(): Long = child.ask("cpu", "cpu", ANSWER_SECONDS).toLong()

    fun hog(busyMillis: Long, pauseMillis: Long) {
        child.ask("hog $busyMillis $pauseMillis", "hogging", ANSWER_SECONDS)
    }

    override fun close() = child.close()

    private fun flags(workers: Int): List<String> =
        listOf(
            "-Xms512m",
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-Dkotlinx.coroutines.scheduler.core.pool.size=$workers",
            "-Dio.netty.leakDetection.level=disabled",
        )
}

/** The load generator in a process of its own. */
internal class LoadProcess(jdk: Jdk, core: Int?) : AutoCloseable {
    private val child = Child.jvm(jdk, listOf("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC"), LoadMain::class.java, emptyList(), core)

    fun <T> withConnections(port: Int, connections: Int, bytes: Int, block: LoadProcess.() -> T): T {
        child.ask("open $port $connections $bytes", "opened", ANSWER_SECONDS)
        return block().also { child.ask("close", "closed", ANSWER_SECONDS) }
    }

    /** Requests answered, and the nanoseconds they took together. */
    fun closedLoop(millis: Long): Pair<Long, Long> {
        val (requests, nanos) = child.ask("closed $millis", "requests", millis / 1000 + ANSWER_SECONDS).split(' ').map { it.toLong() }
        return requests to nanos
    }

    fun paced(millis: Long, intervalMillis: Long): Latencies {
        val numbers = child.ask("paced $millis $intervalMillis", "latency", millis / 1000 + ANSWER_SECONDS).split(' ').map { it.toLong() }
        return Latencies(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4])
    }

    override fun close() = child.close()
}

/** Percentiles in nanoseconds over [count] requests. */
internal class Latencies(val p50: Long, val p90: Long, val p99: Long, val max: Long, val count: Long)

private const val ANSWER_SECONDS = 30L
