package io.duotone.benchmarks.harness

import java.nio.file.Files
import java.nio.file.Path
import java.time.LocalDate
import java.util.concurrent.TimeUnit

/**
 * `RESULTS.md`: a header and one section for each row family and JDK. A run replaces the sections it measured and keeps
 * the others; each section says by itself when, on which commit and how it was measured.
 */
class Report(private val options: Options) {
    private val file: Path =
        options.root.resolve(if (options.forALook) "benchmarks/target/RESULTS-look.md" else "benchmarks/RESULTS.md")

    /** What was measured, asked before this run writes its first section, which is a change to the checkout too. */
    private val commit: String =
        output("git", "-C", options.root.toString(), "describe", "--always", "--dirty", "--exclude", "*").ifEmpty { "unknown" }

    fun write(section: Section) {
        val rendered = section.render(footnote())
        println(rendered)
        val sections = readSections()
        sections[section.key] = rendered
        val order = Family.entries.map { it.key }
        val sorted = sections.entries.sortedWith(compareBy({ order.indexOf(it.key.substringBefore('-')) }, { it.key }))
        val text = Machine.header() + sorted.joinToString("") { "<!-- section ${it.key} -->\n${it.value}\n" }
        Files.createDirectories(file.parent)
        Files.writeString(file, text.trimEnd() + "\n")
        println("written to $file")
    }

    private fun readSections(): MutableMap<String, String> {
        val sections = LinkedHashMap<String, String>()
        if (!Files.exists(file)) return sections
        val parts = Files.readString(file).split(Regex("(?m)^<!-- section ")).drop(1)
        parts.forEach { part -> sections[part.substringBefore(" -->")] = part.substringAfter("-->\n").trimEnd() + "\n" }
        return sections
    }

    private fun footnote(): String {
        val size = if (options.quick) ", quick: sizes too small to judge by" else ""
        return "Measured ${LocalDate.now()} at commit $commit, ${options.pairs} interleaved repeats$size.\n"
    }
}

/** The first line a short command prints; empty when it cannot be run. */
internal fun output(vararg command: String): String =
    try {
        val process = ProcessBuilder(*command).redirectError(ProcessBuilder.Redirect.DISCARD).start()
        val line = process.inputReader().use { it.readLine() }.orEmpty()
        if (!process.waitFor(5, TimeUnit.SECONDS)) process.destroyForcibly()
        line
    } catch (_: java.io.IOException) {
        ""
    }
