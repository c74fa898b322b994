package io.duotone.benchmarks.harness

import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread

/**
 * A child process spoken to by lines on its standard streams. Closing it ends it by its process id, politely first. A
 * child of ours also ends by itself when its standard input closes, so none outlives this process even if it is killed.
 *
 * @param endsWithInput whether the end of its standard input is all it needs; others get a signal at once
 */
class Child private constructor(private val name: String, private val process: Process, private val endsWithInput: Boolean) :
    AutoCloseable {
    private val lines = LinkedBlockingQueue<String>()
    private val input = process.outputWriter()

    init {
        living += this
        thread(name = "$name-output", isDaemon = true) {
            process.inputReader().forEachLine { lines += it }
            lines += END
        }
    }

    fun send(line: String) {
        input.write(line)
        input.newLine()
        input.flush()
    }

    /** The next line that starts with [word], without the word; lines before it are dropped. */
    fun receive(word: String, timeoutSeconds: Long): String {
        val deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds)
        while (true) {
            val line =
                lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)
                    ?: error("$name: no '$word' within $timeoutSeconds s")
            check(line != END) { "$name ended with ${process.waitFor()} while '$word' was expected" }
            if (line.startsWith("$word ") || line == word) return line.removePrefix(word).trim()
        }
    }

    /** All lines until the process ends; it must end well. */
    fun receiveAll(timeoutSeconds: Long): List<String> {
        val received = mutableListOf<String>()
        val deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds)
        while (true) {
            val line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS) ?: error("$name ran for over $timeoutSeconds s")
            if (line == END) break
            received += line
        }
        check(process.waitFor() == 0) { "$name failed: $received" }
        return received
    }

    fun ask(line: String, answer: String, timeoutSeconds: Long): String {
        send(line)
        return receive(answer, timeoutSeconds)
    }

    override fun close() {
        try {
            input.close()
        } catch (_: java.io.IOException) {
            // It has ended already: there is nobody left to tell.
        }
        if (!endsWithInput || !process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) terminate()
        if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) process.destroyForcibly().waitFor()
        living -= this
    }

    /** Asks by signal. Not by `Process.destroy`, which also closes the streams under whoever reads them. */
    private fun terminate() {
        process.toHandle().destroy()
    }

    companion object {
        private const val END = "\u0000end"
        private const val GRACE_SECONDS = 5L
        private val living: MutableSet<Child> = ConcurrentHashMap.newKeySet()

        init {
            Runtime.getRuntime().addShutdownHook(Thread { living.forEach { it.process.destroyForcibly() } })
        }

        fun start(name: String, command: List<String>, endsWithInput: Boolean = false): Child =
            Child(name, ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start(), endsWithInput)

        /** A JVM running [mainClass] on our own class path, on the given cores only if [core] is not null. */
        fun jvm(jdk: Jdk, flags: List<String>, mainClass: Class<*>, arguments: List<String>, core: Int? = null): Child {
            val pinning = if (core == null) emptyList() else listOf("taskset", "-c", core.toString())
            val classPath = listOf("-cp", System.getProperty("java.class.path"))
            val java = listOf(jdk.java.toString()) + jdk.quietFlags + flags + classPath + mainClass.name
            return start("${mainClass.simpleName} ${arguments.joinToString(" ")}", pinning + java + arguments, endsWithInput = true)
        }
    }
}
