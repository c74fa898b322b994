package io.duotone.benchmarks.harness

import java.nio.file.Files
import java.nio.file.Path

/** A peer written in Go, in `src/main/go`. Where there is no `go`, it is left out. */
class GoProgram(private val name: String, root: Path) {
    private val source: Path = root.resolve("benchmarks/src/main/go/$name/main.go")
    private val binary: Path = root.resolve("benchmarks/target/go/$name")

    /** Whether it could be built. */
    val isThere: Boolean by lazy { build() }

    fun start(arguments: List<String>): Child = Child.start("$name ${arguments.joinToString(" ")}", listOf(binary.toString()) + arguments)

    private fun build(): Boolean {
        Files.createDirectories(binary.parent)
        return try {
            val compiler = ProcessBuilder("go", "build", "-o", binary.toString(), source.toString()).inheritIO().start()
            check(compiler.waitFor() == 0) { "go could not build $source" }
            true
        } catch (_: java.io.IOException) {
            println("no go on the path: $name in Go is left out (Debian package golang-go)")
            false
        }
    }

    companion object {
        /** Its version, for the header of the report; empty where there is none. */
        fun version(): String = output("go", "version").removePrefix("go version ").substringBefore(' ')
    }
}
