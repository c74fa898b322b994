package io.duotone.interop.guides

import io.duotone.interop.ProjectFiles
import java.nio.file.Files
import kotlin.io.path.extension
import kotlin.io.path.name
import kotlin.io.path.readText

internal data class SnippetKey(val language: String, val name: String) {
    override fun toString(): String = "$language $name"
}

/**
 * The code that the guides show: pieces of the tests in this package, in either language, between a line `// snippet <name>` and a line
 * `// end`. Several pieces of one name in a file are one snippet.
 */
internal object Snippets {
    private val START = Regex("""// snippet ([\w-]+)""")
    private const val END = "// end"

    fun all(): Map<SnippetKey, String> = listOf("java" to "java", "kotlin" to "kt")
        .flatMap { (language, extension) ->
            val folder = ProjectFiles.root.resolve("interop-tests/src/test/$language/io/duotone/interop/guides")
            Files.list(folder).use { files ->
                files.filter { it.extension == extension && it.name.contains("Snippets") && it.name != "Snippets.kt" }.sorted().toList()
            }.flatMap { file -> of(language, file.name, file.readText()).entries }
        }.groupBy({ it.key }, { it.value })
        .mapValues { (key, texts) -> texts.singleOrNull() ?: error("$key is in ${texts.size} files: give it one name in each") }

    fun of(language: String, file: String, text: String): Map<SnippetKey, String> {
        val pieces = LinkedHashMap<SnippetKey, MutableList<MutableList<String>>>()
        var open: MutableList<String>? = null
        for ((index, line) in text.lines().withIndex()) {
            val start = START.matchEntire(line.trim())
            val inside = open
            when {
                start != null -> {
                    check(inside == null) { "$file:${index + 1}: the snippet before this one has no '$END'" }
                    open = ArrayList()
                    pieces.getOrPut(SnippetKey(language, start.groupValues[1])) { ArrayList() } += open
                }

                line.trim() == END -> {
                    checkNotNull(inside) { "$file:${index + 1}: '$END' without a '// snippet <name>' before it" }
                    open = null
                }

                else -> inside?.add(line)
            }
        }
        check(open == null) { "$file: the last snippet has no '$END'" }
        return pieces.mapValues { (_, parts) -> parts.joinToString("\n\n") { it.joinToString("\n").trimIndent() } }
    }
}
