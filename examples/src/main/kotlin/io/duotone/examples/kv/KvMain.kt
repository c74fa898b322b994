package io.duotone.examples.kv

import io.duotone.Duotone
import io.duotone.coroutines.runDuotone
import io.duotone.examples.CommandLine
import io.duotone.examples.Termination
import kotlinx.coroutines.launch
import java.io.IOException
import kotlin.system.exitProcess
import kotlin.time.toJavaDuration

/** The key-value server as a program. Ends with exit code 0 on SIGTERM and SIGINT. */
public object KvMain {
    private const val CANNOT_LISTEN = 1

    /** Runs the server until a signal ends it. */
    @JvmStatic
    public fun main(args: Array<String>) {
        val options = CommandLine.readOrExit("kv", args, KvOptions.COMMAND_LINE, KvOptions::of)
        val runtime = Duotone.builder()
            .name("kv")
            .threads(options.threads)
            .shutdownGrace(options.grace.toJavaDuration())
            .build()
        val termination = Termination()
        try {
            runDuotone(runtime) {
                val server = KvServer.open(this, options)
                println("kv: listening on ${server.address.address.hostAddress}:${server.address.port}")
                val stopper = launch {
                    termination.await()
                    server.stop()
                }
                server.serve()
                stopper.join()
            }
        } catch (failure: IOException) {
            System.err.println("kv: cannot listen on ${options.bind}:${options.port}: ${failure.cause?.message ?: failure.message}")
            exitProcess(CANNOT_LISTEN)
        }
    }
}
