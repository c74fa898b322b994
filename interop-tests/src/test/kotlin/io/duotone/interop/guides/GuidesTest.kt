package io.duotone.interop.guides

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.collections.shouldNotBeEmpty
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlin.io.path.writeText

/** What the guides show has been compiled and run: each block of code in `docs/` is a piece of a test in this package. */
internal class GuidesTest :
    FunSpec({
        val snippets = Snippets.all()

        test("each block of code in a guide is the snippet that it names") {
            val files = Guide.files()
            if (System.getProperty("duotone.guides.update").toBoolean()) {
                for (file in files) file.writeText(Guide.of(file).updated(snippets))
            }
            withClue("write the snippets into the guides with\n    $UPDATE\n") {
                files.flatMap { Guide.of(it).problems(snippets) }.shouldBeEmpty()
            }
        }

        test("each snippet is in a guide") {
            snippets.keys.shouldNotBeEmpty()
            (snippets.keys - Guide.files().flatMap { Guide.of(it).used }.toSet()).shouldBeEmpty()
        }

        test("the rules bite: a block that is of no snippet, of an unknown one, or old") {
            val known = mapOf(SnippetKey("java", "a") to "one();\n\ntwo();")
            fun page(block: String) = Guide("page.md", "text\n$block\nmore")
            page("<!-- snippet: a -->\n```java\none();\n\ntwo();\n```").problems(known).shouldBeEmpty()
            page("```java\none();\n```").problems(known).single() shouldContain "page.md:2: this block names no snippet"
            page("<!-- snippet: a -->\n```kotlin\n```").problems(known).single() shouldContain "there is no snippet 'kotlin a'"
            val old = "<!-- snippet: a -->\n```java\nzero();\n```\n<!-- snippet: a -->\n```java\n```"
            page(old).problems(known) shouldHaveSize 2
            Guide("page.md", page(old).updated(known)).problems(known).shouldBeEmpty()
        }

        test("the rules bite: a snippet is trimmed, may be in pieces, and must end") {
            val text = "  a\n  // snippet s\n    b\n      c\n  // end\n  d\n  // snippet s\n    e\n  // end\n"
            Snippets.of("java", "A.java", text).values shouldContainExactly listOf("b\n  c\n\ne")
            for (broken in listOf("// snippet s\na\n", "// end\n", "// snippet s\n// snippet t\n// end")) {
                shouldThrow<IllegalStateException> { Snippets.of("java", "A.java", broken) }.message shouldContain "A.java"
            }
            Snippets.of("java", "A.java", "// snippets").size shouldBe 0
        }
    }) {
    private companion object {
        const val UPDATE = "./mvnw test -pl interop-tests -am -Dtest=GuidesTest -Dduotone.guides.update=true"
    }
}
