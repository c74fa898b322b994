package io.duotone.interop.guides

import io.duotone.interop.ProjectFiles
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.extension
import kotlin.io.path.name
import kotlin.io.path.readText

/** A page of `docs/`. Before each block of code in it stands a line that names the snippet: `<!-- snippet: race -->`. */
internal class Guide(private val name: String, text: String) {
    /** What is shown, by the number of the line at which the block begins, and of which snippet; null: of none. */
    private class Block(val line: Int, val key: SnippetKey?, val code: List<String>)

    private val lines = text.lines()

    private val blocks: List<Block> = buildList {
        var index = 0
        while (index < lines.size) {
            val language = FENCE.matchEntire(lines[index])?.groupValues?.get(1)
            if (language != null) {
                val start = index
                while (lines[++index] != "```") check(index < lines.lastIndex) { "$name:${start + 1}: this block has no end" }
                val snippet = if (start > 0) MARK.matchEntire(lines[start - 1])?.groupValues?.get(1) else null
                add(Block(start, snippet?.let { SnippetKey(language, it) }, lines.subList(start + 1, index)))
            }
            index++
        }
    }

    val used: Set<SnippetKey> = blocks.mapNotNull(Block::key).toSet()

    /** One line for each block that is not what it says. */
    fun problems(snippets: Map<SnippetKey, String>): List<String> = blocks.mapNotNull { block ->
        val snippet = block.key?.let(snippets::get)
        val place = "$name:${block.line + 1}"
        when {
            block.key == null -> "$place: this block names no snippet: put <!-- snippet: name --> before it"
            snippet == null -> "$place: there is no snippet '${block.key}'"
            snippet.lines() != block.code -> "$place: this is not the snippet '${block.key}' as it is in the tests"
            else -> null
        }
    }

    /** The page with the snippets as they are. */
    fun updated(snippets: Map<SnippetKey, String>): String {
        val updated = lines.toMutableList()
        for (block in blocks.asReversed()) {
            val code = snippets[block.key] ?: continue
            val first = block.line + 1
            updated.subList(first, first + block.code.size).clear()
            updated.addAll(first, code.lines())
        }
        return updated.joinToString("\n")
    }

    companion object {
        private val FENCE = Regex("```(java|kotlin)")
        private val MARK = Regex("""<!-- snippet: ([\w-]+) -->""")

        fun files(): List<Path> = Files.list(ProjectFiles.root.resolve("docs")).use { files ->
            files.filter { it.extension == "md" }.sorted().toList()
        }

        fun of(file: Path): Guide = Guide(file.name, file.readText())
    }
}
