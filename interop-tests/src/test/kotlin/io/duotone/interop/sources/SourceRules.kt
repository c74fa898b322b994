package io.duotone.interop.sources

/** The conventions that a compiler does not check. Each rule gives the places that break it, empty when there are none. */
internal object SourceRules {
    const val LONG: Int = 400
    const val TOO_LONG: Int = 600

    private const val REASON = "// Over $TOO_LONG lines: "
    private val starImport = Regex("""^\s*import\s.*\*""")
    private val notNull = Regex("""!!""")
    private val sleep = Regex("""\bThread\s*(\.|::)\s*sleep\b|\bTimeUnit\.\w+\s*(\.|::)\s*sleep\b""")
    private val vagueName = Regex("""(Utils?|Helpers?|Misc)\.(kt|java)$""")
    private val duotoneName = Regex("""\bio\.duotone(\.\w+)*""")

    fun starImports(file: SourceFile): List<String> = file.linesOfCodeWith(starImport)

    /** `!!` in Kotlin that is no test: say what is wrong with `requireNotNull`, `checkNotNull` or an error of your own. */
    fun notNullAssertions(file: SourceFile): List<String> =
        if (file.isKotlin && !file.isTest) file.linesOfCodeWith(notNull) else emptyList()

    /** A test that sleeps is slow on a good day and fails on a bad one. */
    fun sleepsInTests(file: SourceFile): List<String> = if (file.isTest) file.linesOfCodeWith(sleep) else emptyList()

    fun vagueNames(file: SourceFile): List<String> = if (vagueName.containsMatchIn(file.name)) listOf(file.path) else emptyList()

    fun lengthOf(file: SourceFile): Int = file.text.removeSuffix("\n").lines().size

    /** More than [TOO_LONG] lines without the reason in the first. */
    fun tooLong(file: SourceFile): List<String> {
        val excused = file.text.startsWith(REASON) && file.text.lineSequence().first().length > REASON.length
        return if (lengthOf(file) > TOO_LONG && !excused) listOf("${file.path}: ${lengthOf(file)} lines") else emptyList()
    }

    /** What [file], of a module that uses Duotone as its users do, names outside of the [exported] packages among all [packages]. */
    fun hiddenNames(file: SourceFile, packages: Set<String>, exported: Set<String>): List<String> =
        file.code.withIndex().flatMap { (index, line) ->
            duotoneName
                .findAll(line)
                .mapNotNull { match -> packages.filter { isPackageOf(it, match.value) }.maxByOrNull { it.length } }
                .filterNot { it in exported }
                .map { "${file.path}:${index + 1}: $it is not exported" }
        }

    private fun isPackageOf(candidate: String, name: String): Boolean = name == candidate || name.startsWith("$candidate.")
}
