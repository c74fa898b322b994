package io.duotone.examples.nutshell

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import java.io.ByteArrayOutputStream
import java.io.PrintStream

class NutshellTest : FunSpec({
    test("T1 the three notations print the same line") {
        val printed = ByteArrayOutputStream()
        val out = System.out
        System.setOut(PrintStream(printed))
        try {
            Nutshell.main(arrayOf())
        } finally {
            System.setOut(out)
        }
        printed.toString().trim().lines() shouldBe List(3) { "(4, 5) after 1 s" }
    }
})
