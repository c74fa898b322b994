package io.duotone.interop.parity

/**
 * What users can call, by the text of the public surface in `api/`, written as one would say it: `Scope.race(Collection)` for a method,
 * `DuotoneRuntime.time` for a property of Kotlin, `failAfter(Duration, block)` for a function at the top level, where `block` is any
 * function. An extension has its receiver in the first place.
 */
internal object ApiText {
    private val CLASS = Regex("""^public .*?(?:class|interface|record|enum) (io\.duotone[\w.$]*)""")
    private const val MANGLED = '-'

    /** The methods of the [types] of Java, a dump with other classes too. */
    fun javaMembers(dump: String, types: Set<String>): Set<String> = classesIn(dump)
        .filterKeys { it in types.map { type -> "io.duotone.$type" } }
        .flatMap { (type, members) -> members.map { "${type.substringAfterLast('.')}.${it.name}(${it.parameters.joinToString()})" } }
        .toSet()

    /** The members of the [types] of Kotlin, and all functions at the top level of the packages that [isLookedAt] says. */
    fun kotlinDeclarations(dump: String, types: Set<String>, isLookedAt: (String) -> Boolean): Set<String> = classesIn(dump)
        .filterKeys { isLookedAt(it.substringBeforeLast('.')) && '$' !in it }
        .flatMap { (type, members) ->
            val name = type.substringAfterLast('.')
            when {
                name in types -> members.map { "$name${it.asKotlin(members)}" }
                members.isNotEmpty() && members.all(Member::isStatic) -> members.map(Member::atTopLevel)
                else -> emptyList()
            }
        }.toSet()

    private class Member(val name: String, val isStatic: Boolean, val isMangled: Boolean, val parameters: List<String>) {
        fun asKotlin(all: List<Member>): String {
            val property = propertyOrNull("get") ?: propertyOrNull("set")?.takeIf { p -> all.any { it.propertyOrNull("get") == p } }
            return when {
                name == "new" -> "(${parameters.joinToString()})"
                property != null -> ".$property"
                name.startsWith("is") && parameters.isEmpty() -> ".$name"
                else -> ".$name(${parameters.joinToString { if (isMangled && it == "long") "Duration" else it }})"
            }
        }

        /** Here the receiver of a property is the one parameter of its getter. */
        fun atTopLevel(): String = when (val property = propertyOrNull("get", parameters = 1)) {
            null -> asKotlin(emptyList()).removePrefix(".")
            else -> "${parameters.single()}.$property"
        }

        private fun propertyOrNull(prefix: String, parameters: Int = if (prefix == "set") 1 else 0): String? {
            val rest = name.removePrefix(prefix)
            if (rest == name || rest.firstOrNull()?.isUpperCase() != true || this.parameters.size != parameters) return null
            return rest.replaceFirstChar(Char::lowercase)
        }
    }

    private fun classesIn(dump: String): Map<String, List<Member>> {
        val classes = LinkedHashMap<String, MutableList<Member>>()
        var members = ArrayList<Member>()
        for (line in dump.lines().filter(String::isNotBlank)) {
            if (line.startsWith(" ")) {
                if ('(' in line) members += memberOf(line.trim())
            } else {
                val name = checkNotNull(CLASS.find(line)) { "not the first line of a class: $line" }.groupValues[1]
                members = ArrayList()
                classes[name] = members
            }
        }
        return classes
    }

    private fun memberOf(line: String): Member {
        val head = line.substringBefore('(')
        val name = head.substringAfterLast(' ')
        val parameters = split(line.substring(line.indexOf('(') + 1, line.lastIndexOf(')'))).map(::simple)
        return Member(name.substringBefore(MANGLED), " static " in head, MANGLED in name, parameters.filterNot { it == "Continuation" })
    }

    /** At the commas that are in no angle brackets. */
    private fun split(parameters: String): List<String> {
        val parts = ArrayList<String>()
        var depth = 0
        var start = 0
        parameters.forEachIndexed { index, char ->
            when (char) {
                '<' -> depth++

                '>' -> depth--

                ',' -> if (depth == 0) {
                    parts += parameters.substring(start, index)
                    start = index + 1
                }
            }
        }
        return (parts + parameters.substring(start)).map(String::trim).filter(String::isNotEmpty)
    }

    private fun simple(type: String): String {
        val erased = type.replace(Regex("<.*>"), "").substringAfterLast(' ')
        val name = erased.substringAfterLast('.').replace('$', '.')
        return if (erased.startsWith("kotlin.jvm.functions.Function")) name.replace(Regex("Function\\d+"), "block") else name
    }
}
