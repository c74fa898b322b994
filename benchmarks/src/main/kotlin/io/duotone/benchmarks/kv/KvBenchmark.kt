package io.duotone.benchmarks.kv

import io.duotone.benchmarks.harness.Bar
import io.duotone.benchmarks.harness.Child
import io.duotone.benchmarks.harness.Family
import io.duotone.benchmarks.harness.Jdk
import io.duotone.benchmarks.harness.Options
import io.duotone.benchmarks.harness.Samples
import io.duotone.benchmarks.harness.Section
import io.duotone.benchmarks.harness.number

/** The kv example against the real server, driven by redis-benchmark in turn. */
internal class KvBenchmark(private val options: Options, private val jdk: Jdk) {
    private val requests = if (options.quick) 20_000 else 200_000
    private val pipelines = listOf(Pipeline(depth = 1, limit = 0.8), Pipeline(depth = 16, limit = 0.5))

    /** The results with [depth] requests sent at a time, by command, in thousand requests per second. */
    private class Pipeline(val depth: Int, val limit: Double) {
        val rates = LinkedHashMap<String, Samples>()
    }

    fun run(): Section {
        KvServer.redis().use { redis ->
            KvServer.ours(jdk, options.root).use { ours ->
                val servers = listOf(redis, ours)
                for (server in servers) for (pipeline in pipelines) drive(server, pipeline)
                pipelines.forEach { it.rates.clear() }
                repeat(options.pairs) { round ->
                    for (pipeline in pipelines) for (server in servers) drive(server, pipeline)
                    println("kv, repeat ${round + 1} of ${options.pairs} done")
                }
                return section(redis, ours)
            }
        }
    }

    private fun drive(server: KvServer, pipeline: Pipeline) {
        val command =
            listOf("redis-benchmark", "-h", "127.0.0.1", "-p", "${server.port}", "-t", "ping,set,get,incr,mset") +
                listOf("-c", "50", "-n", "$requests", "-P", "${pipeline.depth}", "--csv")
        Child.start("redis-benchmark", command).use { child ->
            for (line in child.receiveAll(TIMEOUT_SECONDS)) {
                val (test, rate) = line.split("\",\"").map { it.trim('"') }
                val perSecond = rate.toDoubleOrNull() ?: continue
                pipeline.rates.getOrPut(test) { Samples() }.add(server.title, perSecond / 1000)
            }
        }
    }

    private fun section(redis: KvServer, ours: KvServer): Section {
        val section = Section(Family.KV, jdk, "kv against redis-server")
        section.text("`redis-benchmark -t ping,set,get,incr,mset -c 50 -n $requests`; thousand requests per second, medians.")
        for (pipeline in pipelines) {
            section.table(
                listOf("-P ${pipeline.depth}", redis.title, ours.title),
                pipeline.rates.map { (test, rates) -> listOf(test, number(rates.median(redis.title)), number(rates.median(ours.title))) },
            )
            val bar = Bar(ours.title, redis.title, pipeline.limit, Bar.Side.AT_LEAST)
            for ((test, rates) in pipeline.rates) section.judge(bar.judge("-P ${pipeline.depth}, $test", rates, jdk))
        }
        return section
    }

    private companion object {
        const val TIMEOUT_SECONDS = 120L
    }
}
