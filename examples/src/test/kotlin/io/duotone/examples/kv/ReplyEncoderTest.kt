package io.duotone.examples.kv

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.datatest.withData
import io.kotest.matchers.shouldBe
import java.util.concurrent.CompletableFuture

private fun ReplyEncoder.text(): String = String(take(), Charsets.ISO_8859_1)

class ReplyEncoderTest : FunSpec({
    context("each kind of reply") {
        withData(
            nameFn = { (_, bytes) -> bytes.replace("\r\n", "␍").ifEmpty { "nothing" } },
            Reply.OK to "+OK\r\n",
            Reply.NIL to "$-1\r\n",
            Reply.NONE to "",
            Reply.EMPTY_ARRAY to "*0\r\n",
            Reply.whole(0) to ":0\r\n",
            Reply.whole(511) to ":511\r\n",
            Reply.whole(512) to ":512\r\n",
            Reply.whole(-2) to ":-2\r\n",
            Reply.whole(1234567890123) to ":1234567890123\r\n",
            Reply.whole(Long.MAX_VALUE) to ":9223372036854775807\r\n",
            Reply.whole(Long.MIN_VALUE) to ":-9223372036854775808\r\n",
            Reply.bulk("") to "$0\r\n\r\n",
            Reply.bulk("a\r\nb") to "$4\r\na\r\nb\r\n",
            Reply.bulk("x".repeat(12)) to "$12\r\nxxxxxxxxxxxx\r\n",
            Reply.Failure("ERR no\r\nway") to "-ERR no  way\r\n",
            Reply.array(Reply.whole(1), Reply.array(Reply.bulk("a")), Reply.NIL) to "*3\r\n:1\r\n*1\r\n$1\r\na\r\n$-1\r\n",
        ) { (reply, bytes) -> ReplyEncoder().apply { add(reply) }.text() shouldBe bytes }
    }

    test("replies follow each other in one buffer, which grows and is used again") {
        val encoder = ReplyEncoder()
        val large = "x".repeat(300_000)
        repeat(2) {
            encoder.add(Reply.OK)
            encoder.add(Reply.bulk(large))
            encoder.add(Reply.whole(7))
            encoder.text() shouldBe "+OK\r\n$300000\r\n$large\r\n:7\r\n"
            encoder.size shouldBe 0
        }
    }

    test("the buffer to send holds what was encoded and no more") {
        val encoder = ReplyEncoder()
        encoder.add(Reply.OK)
        encoder.asBuffer().remaining() shouldBe 5
        encoder.clear()
        encoder.asBuffer().remaining() shouldBe 0
    }

    test("a reply that is not there yet is a mistake") {
        shouldThrow<IllegalArgumentException> { ReplyEncoder().add(Reply.Later(CompletableFuture())) }
    }
})
