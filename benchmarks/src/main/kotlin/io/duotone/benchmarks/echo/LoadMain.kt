package io.duotone.benchmarks.echo

import kotlin.system.exitProcess

/**
 * The load generator's process. Lines of standard input:
 * - `open PORT CONNECTIONS BYTES` → `opened`
 * - `closed MILLIS` → `requests COUNT NANOS`: each connection sends its next message as soon as the last one is back
 * - `paced MILLIS INTERVAL` → `latency P50 P90 P99 MAX COUNT` in nanoseconds: each connection sends a message every INTERVAL ms
 * - `close` → `closed`
 */
internal object LoadMain {
    @JvmStatic
    fun main(arguments: Array<String>) {
        require(arguments.isEmpty()) { "no arguments expected" }
        var load: EchoLoad? = null
        while (true) {
            val command = (readlnOrNull() ?: break).split(' ')
            val numbers = command.drop(1).map { it.toInt() }
            when (command[0]) {
                "open" -> {
                    load = EchoLoad(numbers[0], numbers[1], numbers[2])
                    println("opened")
                }

                "closed" -> println("requests ${checkNotNull(load).closedLoop(numbers[0].toLong())}")

                "paced" -> println("latency ${checkNotNull(load).paced(numbers[0].toLong(), numbers[1].toLong())}")

                "close" -> {
                    checkNotNull(load).close()
                    println("closed")
                }

                else -> error("unknown command ${command[0]}")
            }
        }
        exitProcess(0)
    }
}
