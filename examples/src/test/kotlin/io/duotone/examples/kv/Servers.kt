package io.duotone.examples.kv

import io.duotone.Duotone
import io.duotone.coroutines.DuotoneRuntime
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.net.Socket
import java.nio.file.Files
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import java.util.concurrent.locks.LockSupport

/** A server of this process, on a free port. */
internal class RunningKv(options: KvOptions = KvOptions()) : AutoCloseable {
    private val runtime = DuotoneRuntime(Duotone.builder().name("kv-test").threads(2).build())
    private val opened = CompletableFuture<KvServer>()
    private val serving = runtime.spawn {
        try {
            val server = KvServer.open(this, options.copy(port = 0))
            opened.complete(server)
            server.serve()
        } catch (failure: Throwable) {
            opened.completeExceptionally(failure)
            throw failure
        }
    }
    private val server = opened.get(30, TimeUnit.SECONDS)
    val port: Int = server.address.port

    /** Stops the server and waits for its end. */
    fun stop() {
        runtime.block {
            server.stop()
            serving.await()
        }
    }

    override fun close() {
        runtime.use { stop() }
    }
}

/** A program that listens, on a port that was free a moment ago. */
internal class RealRedis : AutoCloseable {
    private val log = Files.createTempFile("redis", ".log").toFile()
    val port: Int = ServerSocket(0).use { it.localPort }
    private val process = ProcessBuilder(
        listOf(RedisTools.server, "--port", "$port", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
    ).redirectErrorStream(true).redirectOutput(log).start()

    init {
        try {
            eventually("redis-server accepts connections") {
                check(process.isAlive) { "redis-server ended: ${log.readText()}" }
                runCatching { Socket().use { it.connect(InetSocketAddress("127.0.0.1", port)) } }.isSuccess
            }
        } catch (failure: Throwable) {
            close()
            throw failure
        }
    }

    override fun close() {
        process.destroyForcibly().waitFor()
        log.delete()
    }
}

/** The server as a program of its own, on a free port. */
internal class ForkedKv(vararg args: String) : AutoCloseable {
    private val output = Files.createTempFile("kv", ".out").toFile()
    private val process = ProcessBuilder(
        hearsSignals + listOf("${System.getProperty("java.home")}/bin/java", "-cp", System.getProperty("java.class.path")) +
            listOf(KvMain::class.java.name, "--port", "0") + args,
    ).redirectErrorStream(true).redirectOutput(output).start()
    val pid: Long = process.pid()
    val port: Int

    init {
        try {
            eventually("the server listens") {
                check(process.isAlive) { "the server ended: ${text()}" }
                LISTENING in text()
            }
        } catch (failure: Throwable) {
            close()
            throw failure
        }
        port = LISTENING.find(text())?.groupValues?.get(1)?.toInt() ?: error(text())
    }

    fun text(): String = output.readText()

    /** Sends a signal. */
    fun signal(name: String) {
        check(runProgram(listOf("kill", "-$name", "$pid")).exitCode == 0)
    }

    /** The exit code, once it has ended. */
    fun exitCode(seconds: Long): Int {
        check(process.waitFor(seconds, TimeUnit.SECONDS)) { "it still runs after $seconds s: ${text()}" }
        return process.exitValue()
    }

    override fun close() {
        process.destroyForcibly().waitFor()
        output.delete()
    }

    private companion object {
        val LISTENING = Regex("kv: listening on 127\\.0\\.0\\.1:(\\d+)\n")

        /** A shell has its background jobs ignore SIGINT, their children inherit that, and a JVM leaves an ignored signal ignored. */
        val hearsSignals: List<String> by lazy {
            listOf("env", "--default-signal=INT").takeIf { runProgram(it + "true").exitCode == 0 }.orEmpty()
        }
    }
}

private const val BETWEEN_LOOKS_NANOS = 5_000_000L

/** Looks again and again until [condition] holds; fails after [seconds]. */
internal fun eventually(what: String, seconds: Long = 30, condition: () -> Boolean) {
    val deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds)
    while (!condition()) {
        check(System.nanoTime() < deadline) { "not within $seconds s: $what" }
        LockSupport.parkNanos(BETWEEN_LOOKS_NANOS)
    }
}
