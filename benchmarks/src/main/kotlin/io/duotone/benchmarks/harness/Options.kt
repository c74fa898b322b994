package io.duotone.benchmarks.harness

import java.nio.file.Path

/**
 * What the command line asked for.
 *
 * @param jdks the JDKs named by `--jdk`; empty means the family's own choice
 * @param pairs how often each variant is started anew, interleaved with its rivals
 * @param quick small sizes and short windows: shows that everything runs, and nothing more
 * @param only measures the variants whose name it matches, for work on one of them; null means all
 */
class Options(val families: List<Family>, val jdks: List<Jdk>, val pairs: Int, val quick: Boolean, val only: Regex?, val root: Path,) {
    /** Whether the figures are for a look only and do not belong into the report. */
    val forALook: Boolean get() = quick || only != null

    fun wants(variant: String): Boolean = only == null || only.containsMatchIn(variant)

    /** The JDKs to measure [family] on: those asked for, else the running one and, where it has bars of its own, 25. */
    fun jdksFor(family: Family): List<Jdk> {
        if (jdks.isNotEmpty()) return jdks
        val newer = System.getenv("JDK25_HOME")?.let { Jdk(Path.of(it)) }
        return listOfNotNull(Jdk.current(), newer.takeIf { family.alsoOn25 })
    }

    companion object {
        const val USAGE: String =
            "usage: benchmarks/run tasks|sleeps|switching|channels|facade|echo|hog|kv|all [--jdk HOME]... [--pairs N] [--only REGEX] [--quick]"
        private const val DEFAULT_PAIRS = 5

        /** Reads the arguments; an [IllegalArgumentException] says what is wrong with them. */
        fun parse(arguments: Array<String>): Options {
            val families = mutableListOf<Family>()
            val jdks = mutableListOf<Jdk>()
            var pairs: Int? = null
            var quick = false
            var only: Regex? = null
            val left = ArrayDeque(arguments.toList())
            while (left.isNotEmpty()) {
                when (val argument = left.removeFirst()) {
                    "--jdk" -> jdks += Jdk(Path.of(valueOf(argument, left)))
                    "--pairs" -> pairs = valueOf(argument, left).toInt().also { require(it > 0) { "--pairs must be positive" } }
                    "--only" -> only = Regex(valueOf(argument, left))
                    "--quick" -> quick = true
                    "all" -> families += Family.entries
                    else -> families += Family.named(argument)
                }
            }
            require(families.isNotEmpty()) { "nothing to run" }
            val root = Path.of(System.getProperty("duotone.root") ?: ".").toAbsolutePath().normalize()
            return Options(families.distinct(), jdks, pairs ?: if (quick) 1 else DEFAULT_PAIRS, quick, only, root)
        }

        private fun valueOf(option: String, left: ArrayDeque<String>): String =
            requireNotNull(left.removeFirstOrNull()) { "$option needs a value" }
    }
}

/** The row families, in the order of the report. */
enum class Family(val alsoOn25: Boolean) {
    TASKS(true),
    SLEEPS(true),
    SWITCHING(true),
    CHANNELS(true),
    FACADE(false),
    ECHO(false),
    HOG(false),
    KV(false),
    ;

    val key: String = name.lowercase()

    companion object {
        fun named(key: String): Family = requireNotNull(entries.find { it.key == key }) { "unknown benchmark or option: $key" }
    }
}
