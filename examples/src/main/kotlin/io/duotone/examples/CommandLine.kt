package io.duotone.examples

import kotlin.system.exitProcess

/** The command line is wrong; the message says how. */
public class UsageException(message: String) : Exception(message)

/**
 * An option an example takes.
 *
 * @property name without the dashes
 * @property value what stands for its value in the usage text; null for a switch, which has none
 * @property help what it does, with its default
 */
public class CommandLineOption(public val name: String, public val value: String?, public val help: String)

/** The options of a command line: `--name value`, `--name=value`, and `--switch`. Each may be given once. */
public class CommandLine private constructor(private val values: Map<String, String>) {
    /** Whether the switch is there. */
    public operator fun contains(name: String): Boolean = name in values

    /** The option's text, or [default]. */
    public fun text(name: String, default: String): String = values[name] ?: default

    /** The option as a whole number in [range], or [default]. */
    public fun number(name: String, default: Long, range: LongRange): Long {
        val text = values[name] ?: return default
        val number = text.toLongOrNull() ?: throw UsageException("--$name must be a whole number, but is '$text'")
        if (number !in range) throw UsageException("--$name must be ${range.first} to ${range.last}, but is $number")
        return number
    }

    public companion object {
        private const val USAGE_ERROR = 2

        /** Reads [args], of which only [known] options are allowed. */
        @Throws(UsageException::class)
        public fun parse(args: Array<String>, known: List<CommandLineOption>): CommandLine {
            val values = HashMap<String, String>()
            var at = 0
            while (at < args.size) {
                val arg = args[at++]
                if (!arg.startsWith("--")) throw UsageException("'$arg' is not an option")
                val name = arg.removePrefix("--").substringBefore('=')
                val option = known.find { it.name == name } ?: throw UsageException("there is no option --$name")
                val value = when {
                    '=' in arg && option.value == null -> throw UsageException("--$name takes no value")
                    '=' in arg -> arg.substringAfter('=')
                    option.value == null -> ""
                    at < args.size -> args[at++]
                    else -> throw UsageException("--$name needs a value")
                }
                if (values.put(name, value) != null) throw UsageException("--$name is given twice")
            }
            return CommandLine(values)
        }

        /**
         * Reads [args] and makes the program's options of them with [convert]. With `--help`, prints the usage and exits with 0; a
         * wrong command line prints what is wrong and the usage to the error stream, and exits with 2.
         */
        public fun <T> readOrExit(
            program: String,
            args: Array<String>,
            known: List<CommandLineOption>,
            convert: (CommandLine) -> T,
        ): T {
            if (args.contains("--help")) {
                println(usage(program, known))
                exitProcess(0)
            }
            try {
                return convert(parse(args, known))
            } catch (wrong: UsageException) {
                System.err.println("$program: ${wrong.message}\n\n${usage(program, known)}")
                exitProcess(USAGE_ERROR)
            }
        }

        /** The text that explains the options. */
        public fun usage(program: String, known: List<CommandLineOption>): String {
            val heads = known.map { option -> "--${option.name}" + option.value?.let { " $it" }.orEmpty() }
            val width = heads.maxOf { it.length }
            val lines = known.indices.map { "  ${heads[it].padEnd(width)}  ${known[it].help}" }
            return "usage: $program [options]\n${lines.joinToString("\n")}"
        }
    }
}
