package io.duotone.interop.features

import io.duotone.interop.ProjectFiles
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.exists
import kotlin.io.path.extension
import kotlin.io.path.nameWithoutExtension
import kotlin.io.path.readLines
import kotlin.io.path.readText

/**
 * A row of `docs/FEATURES.md`: `| id | what it is | Java | Kotlin | tests |`. In the last column stand the tests, as `interop.facade.ScopeTest`,
 * or why there are none: `no sense: ...; instead ...` or `not yet: ...`.
 */
internal class FeatureRow(val id: String, val java: String, val kotlin: String, val tests: List<String>, val works: Boolean) {
    companion object {
        private val ROW = Regex("\\| *[TYSRC]\\d.*")
        private val ID = Regex("[TYSR]\\d{1,2}")
        private val REASON = Regex("no sense: .+; instead .+|not yet: .+")
        private val TESTS = Regex("`[^`]+`(, `[^`]+`)*")

        /** Whether the line looks as if it were meant to be a row, so that one with a slip is not passed over. */
        fun isMeantIn(line: String): Boolean = ROW.matches(line)

        fun parse(line: String): FeatureRow {
            val cells = line.trim().removeSurrounding("|").split(Regex("(?<!\\\\)\\|")).map(String::trim)
            require(cells.size == 5) { "a row has 5 cells, this has ${cells.size}: $line" }
            val (id, _, java, kotlin, tests) = cells
            require(ID.matches(id)) { "a row begins with its id, as T1: $line" }
            val works = !REASON.matches(tests)
            require(!works || TESTS.matches(tests)) {
                "a row ends with its tests, each in backticks, or with 'no sense: ...; instead ...' or 'not yet: ...': $line"
            }
            return FeatureRow(id, java, kotlin, if (works) tests.split(", ").map { it.removeSurrounding("`") } else emptyList(), works)
        }
    }
}

internal fun featureTable(): List<FeatureRow> =
    ProjectFiles.root.resolve("docs/FEATURES.md").readLines().filter(FeatureRow::isMeantIn).map(FeatureRow::parse)

/** A test class of the modules that are tested before this one or in it, and what of it ran in this build. */
internal class TestClass(private val module: Path, private val source: Path, private val name: String) {
    val isJava: Boolean get() = source.extension == "java"

    /** The rows that its tests name: their names begin with them. */
    val rows: Set<String> by lazy {
        NAME.findAll(source.readText()).flatMap { it.groupValues[1].trim().split(' ') }.toSet()
    }

    /** By the report of the last run of the module's tests, which is that of this build. */
    val ran: Boolean by lazy {
        val report = module.resolve("target/surefire-reports/TEST-$name.xml")
        val suite = if (report.exists()) SUITE.find(report.readText())?.value else null
        suite != null && count(suite, "tests") > count(suite, "skipped")
    }

    private fun count(suite: String, what: String) = Regex(" $what=\"(\\d+)\"").find(suite)?.groupValues?.get(1)?.toInt() ?: 0

    companion object {
        private val NAME = Regex("\"((?:[TYSRC]\\d{1,2} )+)")
        private val SUITE = Regex("<testsuite [^>]*>")
        private val MODULES = listOf("api-java", "impl-kotlin", "interop-tests")

        /** By name, without the `io.duotone.` that all have in common. */
        fun all(): Map<String, TestClass> = MODULES.map(ProjectFiles.root::resolve).flatMap(::of).toMap()

        private fun of(module: Path): List<Pair<String, TestClass>> =
            listOf("java", "kotlin").map { module.resolve("src/test/$it") }.filter(Path::exists).flatMap { root ->
                Files.walk(root).use { files ->
                    files.filter { it.nameWithoutExtension.endsWith("Test") }.map { file ->
                        val name = root.relativize(file).joinToString(".").substringBeforeLast('.')
                        name.removePrefix("io.duotone.") to TestClass(module, file, name)
                    }.toList()
                }
            }
    }
}
