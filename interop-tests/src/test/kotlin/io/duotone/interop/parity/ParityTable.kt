package io.duotone.interop.parity

/** One line: what Java calls it, what Kotlin calls it, and the feature rows. Where a language has none, `- ` and the reason. */
internal data class Twins(val java: String, val kotlin: String, val rows: List<String>) {
    companion object {
        fun parse(line: String): Twins {
            val cells = line.split('|').map(String::trim)
            require(cells.size == 3 && cells.all(String::isNotEmpty)) { "not 'Java member | Kotlin declaration | rows': $line" }
            return Twins(cells[0], cells[1], cells[2].split(' '))
        }
    }
}

/** Holds the table to what there is; gives one line for each thing that is wrong. */
internal class ParityTable(private val lines: List<Twins>) {
    fun problems(java: Set<String>, kotlin: Set<String>): List<String> =
        sideProblems("Java", java, Twins::java) + sideProblems("Kotlin", kotlin, Twins::kotlin) + lineProblems()

    private fun sideProblems(language: String, existing: Set<String>, side: (Twins) -> String): List<String> {
        val named = lines.map(side).filterNot(::isReason).toSet()
        return (existing - named).map { "$language has $it, which is in no line: name its twin, or '- ' and why there is none" } +
            (named - existing).map { "$language has no $it" }
    }

    private fun lineProblems(): List<String> {
        val alone = lines.filter { isReason(it.java) || isReason(it.kotlin) }
        val withTwin = (lines - alone.toSet()).flatMap { listOf(it.java, it.kotlin) }.toSet()
        return lines.groupingBy { it }.eachCount().filterValues { it > 1 }.keys.map { "twice: $it" } +
            alone.filter { it.java in withTwin || it.kotlin in withTwin }.map { "with a twin and without one: $it" } +
            lines.filter { isReason(it.java) && isReason(it.kotlin) }.map { "in no language: $it" } +
            (alone.flatMap { listOf(it.java, it.kotlin) }).filter { it.startsWith('-') && it.length < SHORTEST_REASON }
                .map { "a reason in one word: $it" } +
            lines.filterNot { it.rows.all(FEATURE_ID::matches) }.map { "not a list of rows: $it" }
    }

    private fun isReason(cell: String) = cell.startsWith('-')

    private companion object {
        const val SHORTEST_REASON = 8
        val FEATURE_ID = Regex("[TYSRC]\\d{1,2}")
    }
}
