package io.duotone.examples.echo

import io.duotone.Duotone
import io.duotone.coroutines.facade.asJava
import io.duotone.coroutines.facade.await
import io.duotone.coroutines.net.TcpListener
import io.duotone.coroutines.net.TcpStream
import io.duotone.coroutines.runDuotone
import io.duotone.examples.CommandLine
import io.duotone.examples.CommandLineOption
import io.duotone.examples.Termination
import kotlinx.coroutines.launch
import java.io.IOException
import java.net.InetSocketAddress
import kotlin.system.exitProcess
import kotlin.time.Duration.Companion.seconds

/** A TCP echo server as a program. Ends with exit code 0 on SIGTERM and SIGINT. */
public object EchoMain {
    private const val DEFAULT_PORT = 7007
    private const val CANNOT_LISTEN = 1
    private val DRAIN = 1.seconds

    private val OPTIONS = listOf(
        CommandLineOption("port", "PORT", "port to listen on; 0 takes a free one ($DEFAULT_PORT)"),
        CommandLineOption("bind", "ADDRESS", "address to listen on (127.0.0.1)"),
        CommandLineOption("threads", "N", "worker threads; 0 for one per core (0)"),
        CommandLineOption("java", null, "let the Java half serve, not the Kotlin half"),
    )

    private class Options(val bind: String, val port: Int, val threads: Int, val java: Boolean)

    /** Runs the server until a signal ends it. */
    @JvmStatic
    public fun main(args: Array<String>) {
        val options = CommandLine.readOrExit("echo", args, OPTIONS, ::options)
        val termination = Termination()
        try {
            runDuotone(Duotone.builder().name("echo").threads(options.threads).build()) {
                val listener = TcpListener.listen(InetSocketAddress.createUnresolved(options.bind, options.port))
                println("echo: listening on ${listener.localAddress.address.hostAddress}:${listener.localAddress.port}")
                launch {
                    termination.await()
                    listener.close()
                }
                listener.serve(DRAIN) { stream -> if (options.java) serveInJava(stream) else KotlinEcho.serve(stream) }
            }
        } catch (failure: IOException) {
            System.err.println("echo: cannot listen on ${options.bind}:${options.port}: ${failure.cause?.message ?: failure.message}")
            exitProcess(CANNOT_LISTEN)
        }
    }

    private suspend fun serveInJava(stream: TcpStream) {
        JavaEcho.serve(stream.asJava()).await()
    }

    private fun options(line: CommandLine) = Options(
        bind = line.text("bind", "127.0.0.1"),
        port = line.number("port", DEFAULT_PORT.toLong(), 0..65_535L).toInt(),
        threads = line.number("threads", 0, 0..1024L).toInt(),
        java = "java" in line,
    )
}
