package io.duotone.benchmarks.echo

import com.sun.management.OperatingSystemMXBean
import java.lang.management.ManagementFactory
import kotlin.system.exitProcess

/**
 * A server process: `ServerMain KIND WORKERS`. Prints `port N`, then answers the lines of standard input until it ends:
 * `cpu` with `cpu NANOS` of the whole process, `hog BUSY PAUSE` with `hogging`.
 */
internal object ServerMain {
    @JvmStatic
    fun main(arguments: Array<String>) {
        val system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean::class.java)
        ServerKind.valueOf(arguments[0]).start(arguments[1].toInt()).use { server ->
            println("port ${server.port}")
            while (true) {
                val command = (readlnOrNull() ?: break).split(' ')
                when (command[0]) {
                    "cpu" -> println("cpu ${system.processCpuTime}")

                    "hog" -> {
                        server.hog(command[1].toLong(), command[2].toLong())
                        println("hogging")
                    }

                    else -> error("unknown command ${command[0]}")
                }
            }
        }
        exitProcess(0)
    }
}
