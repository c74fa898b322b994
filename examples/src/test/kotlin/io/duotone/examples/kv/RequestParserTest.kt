package io.duotone.examples.kv

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.datatest.withData
import io.kotest.matchers.ints.shouldBeLessThan
import io.kotest.matchers.shouldBe
import kotlin.random.Random

/** Requests and, at the end, the error, as `[a, b] [c] !error`; the bytes come in pieces of [pieces]. */
private fun parse(bytes: ByteArray, maxRequest: Long = 1 shl 20, pieces: () -> Int = { bytes.size }): String {
    val parser = RequestParser(maxRequest)
    val out = StringBuilder()
    var sent = 0
    try {
        while (sent < bytes.size) {
            val space = parser.space()
            val count = minOf(pieces(), space.remaining(), bytes.size - sent)
            space.put(bytes, sent, count)
            sent += count
            parser.received()
            while (true) {
                val request = parser.next() ?: break
                out.append((0 until request.size()).map { String(request[it], Charsets.ISO_8859_1) }).append(' ')
            }
        }
    } catch (malformed: ProtocolException) {
        out.append('!').append(malformed.message)
    }
    return out.toString().trim()
}

private fun parse(text: String, maxRequest: Long = 1 shl 20) = parse(text.toByteArray(Charsets.ISO_8859_1), maxRequest)

private fun array(vararg arguments: String) = "*${arguments.size}\r\n" + arguments.joinToString("") { "$${it.length}\r\n$it\r\n" }

class RequestParserTest : FunSpec({
    context("what arrives at once") {
        withData(
            nameFn = { (sent, _) -> sent.take(40).replace("\r\n", "␍") },
            array("PING") to "[PING]",
            array("SET", "a", "") to "[SET, a, ]",
            array("GET", "a") + array("GET", "b") to "[GET, a] [GET, b]",
            array("SET", "k", "line\r\nbreak $3 *1") to "[SET, k, line\r\nbreak $3 *1]",
            "*0\r\n*-1\r\n" + array("PING") to "[PING]",
            "PING\r\nECHO hi\n" to "[PING] [ECHO, hi]",
            "\r\n  \r\n\nPING\r\n" to "[PING]",
            "  SET   a \t b  \r\n" to "[SET, a, b]",
            "SET a \"x y\\x41\\n\\\"\\q\"\r\n" to "[SET, a, x yA\n\"q]",
            "SET a 'x\\'y\\n' \"\"\r\n" to "[SET, a, x'y\\n, ]",
            "SET a \"\\xZZ\"\r\n" to "[SET, a, xZZ]",
            array("PING").dropLast(1) to "",
            "*2\r\n$4\r\nECHO\r\n$10\r\nabc" to "",
            "PING" to "",
        ) { (sent, expected) -> parse(sent) shouldBe expected }
    }

    context("what is malformed, with the requests before it") {
        withData(
            nameFn = { (sent, _) -> sent.take(40).replace("\r\n", "␍") },
            "*abc\r\n" to "!invalid multibulk length",
            "*\r\n" to "!invalid multibulk length",
            "*+1\r\n" to "!invalid multibulk length",
            "*01\r\n" to "!invalid multibulk length",
            "*1048577\r\n" to "!invalid multibulk length",
            "*99999999999999999999\r\n" to "!invalid multibulk length",
            "*1\r\n:3\r\n" to "!expected '$', got ':'",
            "*1\r\n\r\n" to "!expected '$', got '\r'",
            "*1\r\n\u00e9\r\n" to "!expected '$', got '\u00e9'",
            "*1\r\n$-1\r\n" to "!invalid bulk length",
            "*1\r\n$ 1\r\n" to "!invalid bulk length",
            "*1\r\n$1x\r\n" to "!invalid bulk length",
            "SET a \"unbalanced\r\n" to "!unbalanced quotes in request",
            "SET a \"x\"y\r\n" to "!unbalanced quotes in request",
            "SET a 'x\r\n" to "!unbalanced quotes in request",
            array("PING") + "*x\r\n" to "[PING] !invalid multibulk length",
            "x".repeat(70_000) to "!too big inline request",
            "*" + "1".repeat(70_000) to "!too big mbulk count string",
            "*1\r\n$" + "1".repeat(70_000) to "!too big bulk count string",
        ) { (sent, expected) -> parse(sent) shouldBe expected }
    }

    context("the limit of a request") {
        test("one argument may be as large as the limit, not larger") {
            parse(array("x".repeat(5000)), maxRequest = 5000) shouldBe "[${"x".repeat(5000)}]"
            parse("*1\r\n$5001\r\n", maxRequest = 5000) shouldBe "!invalid bulk length"
        }
        test("it counts the arguments together") {
            parse(array("a".repeat(3000), "b".repeat(2000)), maxRequest = 5000) shouldBe "[${"a".repeat(3000)}, ${"b".repeat(2000)}]"
            parse(array("a".repeat(3000), "b".repeat(2001)), maxRequest = 5000) shouldBe "!invalid bulk length"
        }
        test("it starts anew with each request") {
            parse(array("a".repeat(3000)).repeat(3), maxRequest = 5000) shouldBe List(3) { "[${"a".repeat(3000)}]" }.joinToString(" ")
        }
    }

    test("the pieces in which the bytes arrive make no difference") {
        val seed = Random.nextLong()
        val random = Random(seed)
        repeat(200) { round ->
            val sent = StringBuilder()
            repeat(random.nextInt(1, 12)) {
                when (random.nextInt(8)) {
                    0 -> sent.append("SET \"a b\" 'c'\r\n")
                    1 -> sent.append("\r\n*0\r\n")
                    2 -> sent.append(array("SET", "large", "v".repeat(random.nextInt(30_000, 90_000))))
                    3 -> sent.append(array("SET", "edge", "\r\n".repeat(random.nextInt(16_380, 16_388))))
                    else -> sent.append(array(*Array(random.nextInt(1, 40)) { "x".repeat(random.nextInt(300)) }))
                }
            }
            val bytes = sent.toString().toByteArray(Charsets.ISO_8859_1)
            val most = if (random.nextBoolean()) 5 else 20_000
            val inPieces = parse(bytes) { random.nextInt(1, most) }
            if (inPieces != parse(bytes)) error("seed $seed, round $round")
        }
    }

    test("an announced argument takes memory only as it arrives") {
        val parser = RequestParser(512L shl 20)
        val before = usedMemory()
        val parsers = List(200) {
            RequestParser(512L shl 20).apply {
                space().put("*1\r\n$536870912\r\nabc".toByteArray())
                received()
                next() shouldBe null
            }
        }
        // 200 announcements of 512 MiB, each holding tens of KiB.
        (usedMemory() - before).toInt() shouldBeLessThan (100 shl 20)
        parsers.count { it.isInRequest } shouldBe 200
        parser.isInRequest shouldBe false
    }

    test("an error is no stack trace") {
        shouldThrow<ProtocolException> {
            RequestParser(1024).apply {
                space().put("*x\r\n".toByteArray())
                received()
                next()
            }
        }.stackTrace.size shouldBe 0
    }
})

private fun usedMemory(): Long {
    System.gc()
    return Runtime.getRuntime().run { totalMemory() - freeMemory() }
}
