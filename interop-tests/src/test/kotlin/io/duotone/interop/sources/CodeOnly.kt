package io.duotone.interop.sources

/**
 * Blanks comments, strings and character literals of Kotlin or Java out of a text and keeps its lines. What a string template computes counts
 * as part of the string.
 */
internal object CodeOnly {
    private enum class Place(val end: String) {
        LINE_COMMENT("\n"),
        BLOCK_COMMENT("*/"),
        TEXT_BLOCK("\"\"\""),
        STRING("\""),
        CHARACTER("'"),
    }

    private val openings =
        listOf(
            "//" to Place.LINE_COMMENT,
            "/*" to Place.BLOCK_COMMENT,
            "\"\"\"" to Place.TEXT_BLOCK,
            "\"" to Place.STRING,
            "'" to Place.CHARACTER,
        )

    fun of(text: String): String {
        val code = StringBuilder(text.length)
        var at = 0
        while (at < text.length) {
            val opening = openings.firstOrNull { (mark, _) -> text.startsWith(mark, at) }
            if (opening == null) {
                code.append(text[at++])
                continue
            }
            val (mark, place) = opening
            val end = endOf(place, text, at + mark.length)
            text.substring(at, end).forEach { code.append(if (it == '\n') '\n' else ' ') }
            at = end
        }
        return code.toString()
    }

    /** The index behind the end of the comment or literal whose inside starts at [start]. */
    private fun endOf(place: Place, text: String, start: Int): Int {
        val escapes = place == Place.STRING || place == Place.CHARACTER
        var at = start
        while (at < text.length) {
            when {
                escapes && text[at] == '\\' -> at += 2
                text.startsWith(place.end, at) -> return at + place.end.length
                else -> at++
            }
        }
        return text.length
    }
}
