package io.duotone.examples.kv

import org.opentest4j.TestAbortedException
import java.io.File
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.TimeUnit

/** What a program said and how it ended. */
internal class ProgramResult(val exitCode: Int, val output: String)

/** Runs a program to its end, or fails after [seconds]. Its output and errors come together. */
internal fun runProgram(command: List<String>, input: String = "", seconds: Long = 120): ProgramResult {
    val output = Files.createTempFile("program", ".out").toFile()
    try {
        val process = ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start()
        try {
            process.outputStream.use { it.write(input.toByteArray(Charsets.ISO_8859_1)) }
            check(process.waitFor(seconds, TimeUnit.SECONDS)) { "$command still runs after $seconds s:\n${output.readText()}" }
        } finally {
            process.destroyForcibly()
        }
        return ProgramResult(process.exitValue(), output.readText(Charsets.ISO_8859_1))
    } finally {
        output.delete()
    }
}

/**
 * The programs of Redis: from the PATH, or installed by apt-get where that works. Where neither does, the tests that need them
 * are skipped, with a message.
 */
internal object RedisTools {
    val server: String get() = find("redis-server")
    val cli: String get() = find("redis-cli")
    val benchmark: String get() = find("redis-benchmark")

    private val installed: String? by lazy(::install)

    private fun find(program: String): String = onPath(program) ?: run {
        val failure = installed
        onPath(program) ?: throw TestAbortedException("$program is not here: $failure").also {
            println("SKIPPED: tests against the real Redis: $program is not on the PATH, and $failure")
        }
    }

    private fun onPath(program: String): String? = System.getenv("PATH").orEmpty().split(File.pathSeparator)
        .map { Path.of(it, program) }
        .firstOrNull(Files::isExecutable)
        ?.toString()

    /** Installs the packages; gives what hindered it, or null. */
    private fun install(): String? {
        if (onPath("apt-get") == null) return "there is no apt-get"
        if (System.getProperty("user.name") != "root") return "only root may install it"
        val env = listOf("env", "DEBIAN_FRONTEND=noninteractive")
        runProgram(env + listOf("apt-get", "update", "-qq"), seconds = 300)
        val result = runProgram(env + listOf("apt-get", "install", "-y", "-qq", "redis-server", "redis-tools"), seconds = 300)
        return if (result.exitCode == 0) null else "apt-get failed: ${result.output.takeLast(500)}"
    }
}
