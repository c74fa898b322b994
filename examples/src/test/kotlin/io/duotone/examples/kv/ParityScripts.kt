package io.duotone.examples.kv

/**
 * A conversation that must go the same way with every server.
 *
 * @property bytes what the client sends
 * @property normalise takes out of the replies what may differ
 */
internal class ParityScript(val name: String, val bytes: String, val normalise: (String) -> String = { it }) {
    /** Whether the last request closes the connection, so that the client need not. */
    val endsItself: Boolean get() = bytes.endsWith(request("QUIT"))
}

/** Lines as arrays of bulk strings; words with blanks in "double quotes", where `\r`, `\n` and `\xHH` stand for bytes. */
internal fun arrays(lines: String): String = lines.trimIndent().lines().joinToString("") { line ->
    request(*WORD.findAll(line).map { unescape(it.value) }.toList().toTypedArray())
}

/** The lines as they are, each an inline command. */
internal fun inline(lines: String): String = lines.trimIndent().lines().joinToString("") { "$it\r\n" }

private val WORD = Regex("\"[^\"]*\"|\\S+")
private val ESCAPE = Regex("\\\\(x[0-9a-f]{2}|r|n)")

private fun unescape(word: String): String = if (!word.startsWith('"')) {
    word
} else {
    ESCAPE.replace(word.removeSurrounding("\"")) { found ->
        when (val escape = found.groupValues[1]) {
            "r" -> "\r"
            "n" -> "\n"
            else -> escape.drop(1).toInt(16).toChar().toString()
        }
    }
}

internal fun commands(name: String, lines: String, normalise: (String) -> String = { it }): List<ParityScript> = listOf(
    ParityScript("$name, as arrays", arrays(lines), normalise),
    ParityScript("$name, inline", inline(lines), normalise),
)

/** All conversations of one connection. */
internal val PARITY_SCRIPTS: List<ParityScript> =
    DATA_SCRIPTS + CONNECTION_SCRIPTS + PROTOCOL_SCRIPTS
