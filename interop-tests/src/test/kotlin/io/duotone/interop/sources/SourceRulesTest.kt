package io.duotone.interop.sources

import io.duotone.interop.ProjectFiles
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldNotBeEmpty
import io.kotest.matchers.shouldBe
import java.lang.module.ModuleDescriptor
import java.nio.file.Files
import kotlin.io.path.exists
import kotlin.io.path.extension
import kotlin.io.path.inputStream
import kotlin.io.path.invariantSeparatorsPathString
import kotlin.io.path.listDirectoryEntries

class SourceRulesTest :
    FunSpec({
        val files = SourceFile.all()

        test("there are sources to look at, in every language and tree") {
            for (isKotlin in listOf(true, false)) {
                files.filter { it.isMain && it.isKotlin == isKotlin }.shouldNotBeEmpty()
                files.filter { it.isTest && it.isKotlin == isKotlin }.shouldNotBeEmpty()
            }
        }

        test("no star imports") {
            files.flatMap(SourceRules::starImports).shouldBeEmpty()
        }

        test("no !! outside of tests") {
            files.flatMap(SourceRules::notNullAssertions).shouldBeEmpty()
        }

        test("no test sleeps to wait for something") {
            files.flatMap(SourceRules::sleepsInTests).shouldBeEmpty()
        }

        test("no file is called Utils or the like") {
            files.flatMap(SourceRules::vagueNames).shouldBeEmpty()
        }

        test("a file has at most ${SourceRules.TOO_LONG} lines, or says in its first why not") {
            files
                .filter { SourceRules.lengthOf(it) > SourceRules.LONG }
                .forEach { println("over ${SourceRules.LONG} lines: ${it.path} (${SourceRules.lengthOf(it)})") }
            files.flatMap(SourceRules::tooLong).shouldBeEmpty()
        }

        test("every package of the two modules has a page that says what it holds") {
            withClue("give it a package.md (Kotlin) or a package-info.java: what it holds, what it may import, where to start") {
                foldersWithoutPage().shouldBeEmpty()
            }
        }

        test("examples and benchmarks use exported packages alone") {
            val packages = publishedModules.flatMap { packagesOf(it) }.toSet()
            val exported = publishedModules.flatMap { exportsOf(it) }.toSet()
            files
                .filter { it.module == "examples" || it.module == "benchmarks" }
                .flatMap { SourceRules.hiddenNames(it, packages, exported) }
                .shouldBeEmpty()
        }

        test("the rules bite: each reports a line that breaks it, and leaves comments and strings alone") {
            val main = SourceFile("a/src/main/kotlin/StringUtils.kt", "import a.b.*\n// a!!\nval a = \"!!\" + '\"' + b!!\n")
            SourceRules.starImports(main) shouldContainExactly listOf("a/src/main/kotlin/StringUtils.kt:1: import a.b.*")
            SourceRules.notNullAssertions(main).map { it.substringBefore(": ") } shouldContainExactly
                listOf("a/src/main/kotlin/StringUtils.kt:3")
            SourceRules.vagueNames(main) shouldContainExactly listOf(main.path)

            val test = SourceFile("a/src/test/java/ATest.java", "/* Thread.sleep(1) */\nThread.sleep(1);\nTimeUnit.SECONDS.sleep(1);\n")
            SourceRules.sleepsInTests(test).map { it.substringAfter(": ") } shouldContainExactly
                listOf("Thread.sleep(1);", "TimeUnit.SECONDS.sleep(1);")
            SourceRules.sleepsInTests(SourceFile("a/src/main/java/A.java", test.text)).shouldBeEmpty()
        }

        test("the rules bite: a long file needs its reason") {
            val lines = "val a = 1\n".repeat(SourceRules.TOO_LONG)
            SourceRules.tooLong(SourceFile("A.kt", lines)).shouldBeEmpty()
            SourceRules.tooLong(SourceFile("A.kt", lines + "\n")) shouldContainExactly listOf("A.kt: 601 lines")
            SourceRules.tooLong(SourceFile("A.kt", "// Over 600 lines: \n$lines")) shouldContainExactly listOf("A.kt: 601 lines")
            SourceRules.tooLong(SourceFile("A.kt", "// Over 600 lines: one table.\n$lines")).shouldBeEmpty()
        }

        test("the rules bite: a package that is not exported is reported where it is used") {
            val packages = setOf("io.duotone", "io.duotone.coroutines", "io.duotone.coroutines.engine.queue")
            val user = SourceFile("examples/A.kt", "import io.duotone.Task\nimport io.duotone.coroutines.engine.queue.LocalQueue\n")
            SourceRules.hiddenNames(user, packages, packages - "io.duotone.coroutines.engine.queue") shouldContainExactly
                listOf("examples/A.kt:2: io.duotone.coroutines.engine.queue is not exported")
        }

        test("comments and literals are blanked, lines kept") {
            CodeOnly.of("a /* b\nc */ d // e\n\"f\\\"g\" h '\\'' \"\"\"i\n\"j\"\"\" k") shouldBe
                "a     \n     d     \n       h          \n      k"
        }
    }) {
    private companion object {
        val publishedModules = listOf("api-java", "impl-kotlin")

        fun foldersWithoutPage(): List<String> =
            publishedModules
                .flatMap { module -> listOf("kotlin", "java").map { ProjectFiles.root.resolve(module).resolve("src/main").resolve(it) } }
                .filter { it.exists() }
                .flatMap { tree -> Files.walk(tree).use { paths -> paths.filter { Files.isDirectory(it) && it != tree }.toList() } }
                .filter { folder -> folder.listDirectoryEntries().any { it.extension == "kt" || it.extension == "java" } }
                .filterNot { it.resolve("package.md").exists() || it.resolve("package-info.java").exists() }
                .map { ProjectFiles.root.relativize(it).invariantSeparatorsPathString }

        fun packagesOf(module: String): List<String> {
            val classes = ProjectFiles.classesOf(module)
            return Files.walk(classes).use { paths ->
                paths
                    .filter { it.extension == "class" && it.parent != classes }
                    .map { classes.relativize(it.parent).invariantSeparatorsPathString.replace('/', '.') }
                    .distinct()
                    .toList()
            }
        }

        fun exportsOf(module: String): List<String> {
            val descriptor = ProjectFiles.classesOf(module).resolve("module-info.class").inputStream().use { ModuleDescriptor.read(it) }
            return descriptor.exports().filterNot { it.isQualified }.map { it.source() }
        }
    }
}
