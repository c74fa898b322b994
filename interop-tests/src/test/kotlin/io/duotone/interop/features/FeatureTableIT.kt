package io.duotone.interop.features

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainAll
import io.kotest.matchers.shouldBe

/**
 * Holds `docs/FEATURES.md` to what is tested. It runs after all tests, since it asks which of them ran. Another row of a table here, and
 * another test there, must be written by somebody; that one is left out without a word, this sees.
 */
internal class FeatureTableIT :
    FunSpec({
        val table = featureTable()
        val classes = TestClass.all()

        test("each row about tasks, scopes, time and context is there, once") {
            val expected = (1..40).map { "T$it" } + "T63" + (1..35).map { "Y$it" } + (1..48).map { "S$it" } + (1..26).map { "R$it" }
            table.map(FeatureRow::id) shouldContainAll expected
            table.groupBy(FeatureRow::id).filterValues { it.size > 1 }.keys shouldBe emptySet()
        }

        test("each row that works has a test in each language") {
            table.filter { row ->
                val tests = row.tests.mapNotNull(classes::get)
                row.works && !(tests.any(TestClass::isJava) && tests.any { !it.isJava })
            }.joinToString("\n") { "${it.id}: ${it.tests}" } shouldBe ""
        }

        test("each row that works says what it is called in each language, and no other leaves that open") {
            table.filter { row ->
                val names = listOf(row.java, row.kotlin)
                if (row.works) names.any { '`' !in it } else names.any(String::isEmpty)
            }.map(FeatureRow::id) shouldBe emptyList()
        }

        test("each test that a row names exists, names the row in turn, and ran") {
            table.flatMap { row ->
                row.tests.mapNotNull { name ->
                    val test = classes[name]
                    when {
                        test == null -> "${row.id}: there is no $name"
                        row.id !in test.rows -> "${row.id}: no test of $name has a name that begins with it"
                        !test.ran -> "${row.id}: $name has not run in this build"
                        else -> null
                    }
                }
            }.joinToString("\n") shouldBe ""
        }

        test("each row that is said not to work is not tested in both languages") {
            val (java, kotlin) = classes.values.partition(TestClass::isJava).toList().map { tests ->
                tests.flatMap(TestClass::rows).toSet()
            }
            table.filter { !it.works && it.id in java && it.id in kotlin }.map(FeatureRow::id) shouldBe emptyList()
        }
    })
