package io.duotone.examples.kv

import io.kotest.core.spec.style.FunSpec
import io.kotest.datatest.withData
import io.kotest.matchers.shouldBe

/** `redis-benchmark` as it comes; `-Dkv.benchmark.requests=N` for another number of requests. */
class RedisBenchmarkTest : FunSpec({
    val requests: String? = System.getProperty("kv.benchmark.requests")

    context("redis-benchmark ends without an error") {
        withData(
            nameFn = { it.joinToString(" ") },
            listOf("-n", requests ?: "200000"),
            listOf("-n", requests ?: "200000", "-P", "16"),
            listOf("-n", requests ?: "20000", "-P", "4", "-d", "10000"),
            listOf("-n", requests ?: "20000", "-P", "16", "-r", "100000"),
        ) { more ->
            val command = listOf(RedisTools.benchmark, "-t", "ping,set,get,incr,mset", "-c", "50", "-q")
            RunningKv().use { kv ->
                val result = runProgram(command + listOf("-p", "${kv.port}") + more, seconds = 300)
                println(result.output.replace('\r', '\n').lines().filter { "requests per second" in it }.joinToString("\n"))
                result.exitCode shouldBe 0
                result.output.contains("err", ignoreCase = true) shouldBe false
                listOf("PING_INLINE", "PING_MBULK", "SET", "GET", "INCR", "MSET (10 keys)").filterNot { test ->
                    Regex("(?m)(^|[\r\n])${Regex.escape(test)}: [0-9.]+ requests per second") in result.output
                } shouldBe emptyList()
            }
        }
    }
})
