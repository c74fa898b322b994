package io.duotone.interop.scope

/** A row of `scope-policies.txt`, which says what the columns mean. */
internal data class ScopePolicyRow(
    val policy: String,
    val does: String,
    val scope: String,
    val sibling: String,
    val child: String,
    val uncaught: String,
) {
    companion object {
        @JvmStatic
        fun table(): List<ScopePolicyRow> = checkNotNull(ScopePolicyRow::class.java.getResource("scope-policies.txt")).readText().lines()
            .filter { it.isNotBlank() && !it.startsWith("#") }
            .map { line ->
                val cells = line.split(Regex(" +"))
                check(cells.size == 6) { "not a row of six cells: $line" }
                ScopePolicyRow(cells[0], cells[1], cells[2], cells[3], cells[4], cells[5])
            }
    }
}
