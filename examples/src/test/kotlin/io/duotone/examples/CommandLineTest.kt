package io.duotone.examples

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.datatest.withData
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

private val KNOWN = listOf(CommandLineOption("port", "PORT", "the port"), CommandLineOption("loud", null, "says more"))

private fun parse(vararg args: String) = CommandLine.parse(arrayOf(*args), KNOWN)

class CommandLineTest : FunSpec({
    test("values follow their option or an equals sign") {
        parse("--port", "12").number("port", 1, 0..99L) shouldBe 12
        parse("--port=12").number("port", 1, 0..99L) shouldBe 12
        parse("--port=").text("port", "none") shouldBe ""
    }

    test("what is not there has its default") {
        parse().number("port", 1, 0..99L) shouldBe 1
        parse().text("port", "none") shouldBe "none"
        ("loud" in parse()) shouldBe false
    }

    test("a switch is there or not") {
        ("loud" in parse("--loud")) shouldBe true
    }

    context("what is wrong is said") {
        withData(
            nameFn = { (args, _) -> args.joinToString(" ") },
            listOf("--prot", "1") to "there is no option --prot",
            listOf("port") to "'port' is not an option",
            listOf("--port") to "--port needs a value",
            listOf("--port", "1", "--port", "2") to "--port is given twice",
            listOf("--loud=yes") to "--loud takes no value",
            listOf("--port", "x") to "--port must be a whole number, but is 'x'",
            listOf("--port", "100") to "--port must be 0 to 99, but is 100",
            listOf("--port", "-1") to "--port must be 0 to 99, but is -1",
        ) { (args, message) ->
            shouldThrow<UsageException> { parse(*args.toTypedArray()).number("port", 1, 0..99L) }.message shouldBe message
        }
    }

    test("the usage names every option") {
        val usage = CommandLine.usage("kv", KNOWN)
        usage shouldContain "usage: kv [options]"
        usage shouldContain "--port PORT  the port"
        usage shouldContain "--loud       says more"
    }
})
