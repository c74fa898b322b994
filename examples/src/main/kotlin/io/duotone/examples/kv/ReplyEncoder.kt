package io.duotone.examples.kv

import java.nio.ByteBuffer

/**
 * Turns replies into RESP2 bytes, those of a whole batch one after the other in one buffer that is kept for the next.
 *
 * **Threads**: confined to one coroutine.
 */
public class ReplyEncoder {
    private var bytes = ByteArray(FIRST_CAPACITY)

    /** The number of bytes encoded since the last [clear]. */
    public var size: Int = 0
        private set

    /** Adds a reply; [Reply.Later] must have been waited for. */
    public fun add(reply: Reply) {
        when (reply) {
            is Reply.Encoded -> addBytes(reply.bytes())
            is Reply.Bulk -> addBulk(reply.bytes())
            is Reply.Whole -> addHeader(':', reply.value())
            is Reply.Array -> addArray(reply.elements())
            is Reply.Failure -> addFailure(reply.message())
            is Reply.Later -> throw IllegalArgumentException("a reply that is not there yet cannot be encoded")
        }
    }

    /** Adds the header of an array whose [count] elements follow. */
    public fun addArrayHeader(count: Int) {
        addHeader('*', count.toLong())
    }

    /** Adds a string. */
    public fun addBulk(value: ByteArray) {
        addHeader('$', value.size.toLong())
        ensure(value.size + 2)
        value.copyInto(bytes, size)
        size += value.size
        addLineBreak()
    }

    /** The encoded bytes, to be sent before the next change. */
    public fun asBuffer(): ByteBuffer = ByteBuffer.wrap(bytes, 0, size)

    /** The encoded bytes as an array of their own; they are no longer here. */
    public fun take(): ByteArray = bytes.copyOf(size).also { clear() }

    /** Forgets the bytes, and a buffer that one large reply has made. */
    public fun clear() {
        size = 0
        if (bytes.size > LARGEST_KEPT) bytes = ByteArray(FIRST_CAPACITY)
    }

    private fun addArray(elements: List<Reply>) {
        addArrayHeader(elements.size)
        for (i in elements.indices) add(elements[i])
    }

    /** Line breaks would end the reply early: they become blanks, as in Redis. */
    private fun addFailure(message: String) {
        ensure(message.length + 3)
        bytes[size++] = '-'.code.toByte()
        for (character in message) {
            bytes[size++] = if (character == '\r' || character == '\n') ' '.code.toByte() else character.code.toByte()
        }
        addLineBreak()
    }

    private fun addBytes(value: ByteArray) {
        ensure(value.size)
        value.copyInto(bytes, size)
        size += value.size
    }

    private fun addHeader(
        kind: Char,
        value: Long,
    ) {
        ensure(LONGEST_HEADER)
        bytes[size++] = kind.code.toByte()
        if (value in 0..9) {
            bytes[size++] = ('0'.code + value.toInt()).toByte()
        } else {
            addDigits(value)
        }
        addLineBreak()
    }

    private fun addDigits(value: Long) {
        if (value == Long.MIN_VALUE) return addBytes(Decimal.format(value))
        var rest = value
        if (rest < 0) {
            bytes[size++] = '-'.code.toByte()
            rest = -rest
        }
        val first = size
        do {
            bytes[size++] = ('0'.code + (rest % BASE).toInt()).toByte()
            rest /= BASE
        } while (rest > 0)
        bytes.reverse(first, size)
    }

    private fun addLineBreak() {
        bytes[size++] = '\r'.code.toByte()
        bytes[size++] = '\n'.code.toByte()
    }

    private fun ensure(more: Int) {
        val needed = Math.addExact(size, more)
        if (needed > bytes.size) {
            bytes = bytes.copyOf(maxOf(needed.toLong(), minOf(bytes.size * 2L, LARGEST_ARRAY)).toInt())
        }
    }

    private companion object {
        const val FIRST_CAPACITY = 4 * 1024
        const val LARGEST_KEPT = 128 * 1024
        const val LARGEST_ARRAY = Int.MAX_VALUE - 8L

        // Kind, sign, 19 digits, line break.
        const val LONGEST_HEADER = 23
        const val BASE = 10
    }
}
