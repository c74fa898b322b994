package io.duotone.coroutines.net

import io.duotone.Duotone
import io.duotone.coroutines.runDuotone
import io.kotest.assertions.nondeterministic.continually
import io.kotest.assertions.nondeterministic.eventually
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import java.io.File
import java.net.InetSocketAddress
import java.net.Socket
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** A server that runs out of descriptors, for real: in a process of its own, with few of them. */
class TooManyFilesTest :
    FunSpec({
        val limited = System.getProperty("os.name") == "Linux"

        test("T45 a server without descriptors pauses, reports it once, and goes on when some are free").config(enabled = limited) {
            val server = ProcessBuilder("sh", "-c", "ulimit -n $DESCRIPTORS && exec \"$0\" \"$@\"", *exhaustedServer())
                .redirectErrorStream(true)
                .start()
            val lines = ConcurrentLinkedQueue<String>()
            val reader = thread { server.inputStream.bufferedReader().forEachLine(lines::add) }
            val clients = ArrayList<Socket>()
            try {
                eventually(60.seconds) { lines.count { it.startsWith("port ") } shouldBe 1 }
                val port = lines.first { it.startsWith("port ") }.substringAfter(' ').toInt()
                repeat(2 * DESCRIPTORS) { clients += Socket().apply { connect(InetSocketAddress("127.0.0.1", port)) } }
                eventually(30.seconds) { lines.reports() shouldHaveSize 1 }
                lines.reports().single() shouldContain "Too many open files"
                // Several attempts later it is still the same report.
                continually(500.milliseconds) { lines.reports() shouldHaveSize 1 }

                val (gone, left) = clients.chunked(DESCRIPTORS + DESCRIPTORS / 2)
                gone.forEach(Socket::close)
                for (client in left) {
                    client.soTimeout = 30_000
                    client.getOutputStream().write("x".encodeToByteArray())
                    client.getInputStream().read() shouldBe 'x'.code
                }
                left.size shouldBeGreaterThan 0
            } finally {
                clients.forEach(Socket::close)
                server.outputStream.close()
                if (!server.waitFor(30, TimeUnit.SECONDS)) server.destroyForcibly()
                reader.join(10_000)
                if (server.exitValue() != 0 || "ended" !in lines) lines.forEach(::println)
            }
            server.exitValue() shouldBe 0
            lines.last() shouldBe "ended"
        }
    })

/** More than the jars of the class path take, and few enough to run out of soon. */
private const val DESCRIPTORS = 256

private fun Collection<String>.reports() = filter { it.startsWith("report ") }

private fun exhaustedServer() = arrayOf(
    File(System.getProperty("java.home"), "bin/java").path,
    "-Xmx128m",
    "-cp",
    System.getProperty("surefire.test.class.path") ?: System.getProperty("java.class.path"),
    ExhaustedServer::class.java.name,
)

/** An echo server until its standard input ends; says on its standard output what happens. */
internal object ExhaustedServer {
    @JvmStatic
    fun main(args: Array<String>) {
        loadClasses()
        val options = Duotone.builder().threads(2).uncaught { task, failure -> println("report $task: $failure") }.build()
        runDuotone(options) {
            val listener = TcpListener.listen(loopback())
            launch(Dispatchers.IO) {
                System.`in`.readAllBytes()
                listener.close()
            }
            val serving = launch { listener.serve(drain = 5.seconds) { it.echo() } }
            println("port ${listener.localAddress.port}")
            serving.join()
        }
        println("ended")
    }

    /** Each class of a folder is a file to be opened, which would fail when the descriptors are used up. */
    private fun loadClasses() {
        for (root in System.getProperty("java.class.path").split(File.pathSeparator).map(::File).filter(File::isDirectory)) {
            root.walk().filter { it.extension == "class" }.forEach { file ->
                val name = file.relativeTo(root).path.removeSuffix(".class").replace(File.separatorChar, '.')
                if (isWanted(name)) Class.forName(name)
            }
        }
    }

    private fun isWanted(name: String) = (name.startsWith("io.duotone.") && "Test" !in name && "Lincheck" !in name) || name == LOOPBACK

    private const val LOOPBACK = "io.duotone.coroutines.net.LoopbackKt"
}
