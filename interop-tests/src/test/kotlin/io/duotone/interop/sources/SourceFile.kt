package io.duotone.interop.sources

import io.duotone.interop.ProjectFiles
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.extension
import kotlin.io.path.invariantSeparatorsPathString
import kotlin.io.path.readText

/** A source file by its path below the project's root, and its text. */
internal class SourceFile(val path: String, val text: String) {
    val name: String get() = path.substringAfterLast('/')
    val isKotlin: Boolean get() = path.endsWith(".kt")
    val isTest: Boolean get() = "/src/test/" in path
    val isMain: Boolean get() = "/src/main/" in path
    val module: String get() = path.substringBefore('/')

    /** The lines with comments and literals blanked out: what is left is code. */
    val code: List<String> by lazy { CodeOnly.of(text).lines() }

    /** `path:line` and the line, for each line of code that [pattern] is found in. */
    fun linesOfCodeWith(pattern: Regex): List<String> =
        code.withIndex().filter { pattern.containsMatchIn(it.value) }.map { "$path:${it.index + 1}: ${it.value.trim()}" }

    companion object {
        /** All Kotlin and Java sources of the project. */
        fun all(): List<SourceFile> =
            ProjectFiles.modules
                .flatMap { module -> Files.walk(module.resolve("src")).use { paths -> paths.filter { it.isSource() }.sorted().toList() } }
                .map { SourceFile(ProjectFiles.root.relativize(it).invariantSeparatorsPathString, it.readText()) }

        private fun Path.isSource(): Boolean = extension == "kt" || extension == "java"
    }
}
