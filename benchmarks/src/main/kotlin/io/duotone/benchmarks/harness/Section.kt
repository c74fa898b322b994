package io.duotone.benchmarks.harness

/** A part of the report: what was measured on one JDK in one run. */
class Section(private val family: Family, private val jdk: Jdk, private val title: String) {
    private val body = StringBuilder()
    private val verdicts = mutableListOf<Verdict>()

    val key: String = "${family.key}-${jdk.feature}"

    fun text(paragraph: String) {
        body.append(paragraph).append("\n\n")
    }

    fun table(header: List<String>, rows: List<List<String>>) {
        fun line(cells: List<String>) = cells.joinToString(" | ", "| ", " |\n")
        body.append(line(header)).append(line(header.indices.map { if (it == 0) "---" else "---:" }))
        rows.forEach { body.append(line(it)) }
        body.append('\n')
    }

    fun judge(verdict: Verdict?) {
        if (verdict != null) verdicts += verdict
    }

    fun render(footnote: String): String {
        val bars = Section(family, jdk, "bars")
        if (verdicts.isNotEmpty()) {
            bars.table(
                listOf("bar", "limit", "ratio of medians", "median of paired ratios", "reached"),
                verdicts.map { listOf(it.what, it.bar, it.ofMedians, it.paired, if (it.reached) "yes" else "**no**") },
            )
        }
        return "## $title, $jdk\n\n$body${bars.body}$footnote\n"
    }
}
