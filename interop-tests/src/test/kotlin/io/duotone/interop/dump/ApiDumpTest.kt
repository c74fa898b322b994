package io.duotone.interop.dump

import io.duotone.interop.ProjectFiles
import io.kotest.assertions.fail
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.shouldBe
import kotlin.io.path.createDirectories
import kotlin.io.path.exists
import kotlin.io.path.readText
import kotlin.io.path.writeText

class ApiDumpTest :
    FunSpec({
        for ((module, file) in listOf("api-java" to "duotone-api.api", "impl-kotlin" to "duotone-kotlin.api")) {
            val dump = ApiDump(ProjectFiles.classesOf(module)).render()

            test("the public surface of $module is the one in api/$file") {
                compareOrUpdate(file, dump)
            }

            test("no class of $module has a name that Kotlin made up for a file") {
                withClue("give the file a name for Java: @file:JvmName") {
                    dump.lines().filter { Regex("class [\\w.]+Kt( .*)?").containsMatchIn(it) }.shouldBeEmpty()
                }
            }

            test("no type of the engine appears in the public surface of $module") {
                dump.lines().filter { it.contains(".engine.") }.shouldBeEmpty()
            }
        }

        val here = "io.duotone.interop.dump."

        test("the dump shows what Java users can call, generic and with nullness") {
            ApiDump.textOf(listOf(JavaSample::class.java) + JavaSample::class.java.declaredClasses).replace(here, "") shouldBe
                $$"""
                public abstract class JavaSample<T extends @Nullable Number> : Comparable<JavaSample<T>>
                    protected @Nullable String note
                    public static final int LIMIT
                    protected new(T)
                    protected final void hook()
                    public abstract java.util.List<@Nullable T> items(java.util.Map<String, ? extends T[]>) throws java.io.IOException
                    public static <A extends @Nullable Object> @Nullable A[] several(A[], java.util.Map$Entry<? super A, ?>)

                public static enum JavaSample$Kind
                    public static final JavaSample$Kind ONE
                    public static final JavaSample$Kind TWO
                    public static JavaSample$Kind valueOf(String)
                    public static JavaSample$Kind[] values()

                public static record JavaSample$Pair
                    public new(String, @Nullable Integer)
                    public @Nullable Integer right()
                    public String left()

                public static sealed interface JavaSample$Shape
                    public default int corners()

                public static final class JavaSample$Square : JavaSample$Shape
                    public new()

                """.trimIndent()
        }

        test("the dump hides what the Kotlin compiler made or Kotlin calls internal") {
            val samples = listOf(KotlinSample::class.java, KotlinSample.Companion::class.java, InternalSample::class.java)
            ApiDump.textOf(samples).replace(here, "") shouldBe
                $$"""
                public final class KotlinSample
                    public static final String NAME
                    public static final KotlinSample$Companion Companion
                    public new(int)
                    public final Object load(int, kotlin.coroutines.Continuation<? super String>)
                    public final String getReadable()
                    public final int getVisible()
                    public final void run(kotlin.jvm.functions.Function0<kotlin.Unit>)
                    public static final KotlinSample create()

                public static final class KotlinSample$Companion
                    public final KotlinSample create()

                """.trimIndent()
        }
    }) {
    private companion object {
        const val UPDATE = "./mvnw test -pl interop-tests -am -Dtest=ApiDumpTest -Dduotone.api.update=true"

        fun compareOrUpdate(file: String, dump: String) {
            val kept = ProjectFiles.root.resolve("api").resolve(file)
            if (System.getProperty("duotone.api.update").toBoolean()) {
                kept.parent.createDirectories()
                kept.writeText(dump)
                return
            }
            val expected = if (kept.exists()) kept.readText() else ""
            if (dump != expected) {
                val before = withOwners(expected)
                val now = withOwners(dump)
                val difference = (before - now).map { "- $it" } + (now - before).map { "+ $it" }
                fail(
                    "The public surface differs from $kept:\n" +
                        difference.ifEmpty { listOf("(the same lines in another place)") }.joinToString("\n") +
                        "\nIf that is meant, write it down with\n    $UPDATE\nand commit the file with the change.",
                )
            }
        }

        /** Each member behind its class, since a line by itself does not say whose it is. */
        fun withOwners(dump: String): Set<String> {
            var owner = ""
            return dump
                .lines()
                .filter { it.isNotBlank() }
                .map { line ->
                    if (line.startsWith(" ")) {
                        "$owner ${line.trim()}"
                    } else {
                        owner = line.substringBefore(" : ").substringBefore('<').substringAfterLast(' ') + ":"
                        line
                    }
                }.toSet()
        }
    }
}
