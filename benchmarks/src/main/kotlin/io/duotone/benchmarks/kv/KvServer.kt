package io.duotone.benchmarks.kv

import io.duotone.benchmarks.harness.Child
import io.duotone.benchmarks.harness.Jdk
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.net.Socket
import java.nio.file.Files
import java.nio.file.Path

/** A server that speaks Redis, on a loopback port of its own. */
internal class KvServer private constructor(val title: String, val port: Int, private val child: Child) : AutoCloseable {
    init {
        awaitAnswer()
    }

    /** A server that has just been started refuses connections for a moment: asks until it answers, for ten seconds. */
    private fun awaitAnswer() {
        val deadline = System.nanoTime() + START_NANOS
        while (!answers()) {
            check(System.nanoTime() < deadline) { "$title does not answer on port $port" }
            Thread.onSpinWait()
        }
    }

    private fun answers(): Boolean =
        try {
            Socket().use { socket ->
                socket.soTimeout = ANSWER_MILLIS
                socket.connect(InetSocketAddress("127.0.0.1", port), ANSWER_MILLIS)
                socket.getOutputStream().write("PING\r\n".toByteArray())
                socket.getInputStream().read() == '+'.code
            }
        } catch (_: java.io.IOException) {
            false
        }

    override fun close() = child.close()

    companion object {
        private const val START_NANOS = 10_000_000_000L
        private const val ANSWER_MILLIS = 1000

        fun redis(): KvServer {
            val port = freePort()
            val command = listOf("redis-server", "--bind", "127.0.0.1", "--port", "$port", "--save", "", "--appendonly", "no")
            return start("redis-server", port, command)
        }

        fun ours(jdk: Jdk, root: Path): KvServer {
            val jar = root.resolve("examples/target/duotone-examples.jar")
            check(Files.exists(jar)) { "$jar is missing: build the examples first" }
            val port = freePort()
            return start("Duotone kv", port, listOf("${jdk.java}", "-jar", "$jar", "kv", "--port", "$port"))
        }

        private fun start(title: String, port: Int, command: List<String>): KvServer {
            val child = Child.start(title, command)
            return try {
                KvServer(title, port, child)
            } catch (failure: IllegalStateException) {
                child.close()
                throw failure
            }
        }

        private fun freePort(): Int = ServerSocket(0, 1, InetAddress.getLoopbackAddress()).use { it.localPort }
    }
}
