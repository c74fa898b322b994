package io.duotone.examples.kv

import java.io.ByteArrayOutputStream
import java.nio.ByteBuffer

/** What a client sent is not RESP. The message is for the client; the connection is closed after it. */
public class ProtocolException(message: String) : Exception(message) {
    // An answer to the client, not a fault of the server.
    override fun fillInStackTrace(): Throwable = this
}

/**
 * Takes requests out of a connection's bytes, whatever pieces they arrive in: arrays of bulk strings, and inline commands.
 *
 * Bytes go into one buffer ([space], then [received]); [next] gives the requests that are complete. A request larger than
 * the buffer has its long arguments collected apart, in arrays that grow with what has really arrived: a client that
 * announces much and sends nothing costs nothing.
 *
 * **Threads**: confined to the coroutine of its connection.
 *
 * @param maxRequest the most bytes of one request's arguments together, and of one argument
 */
public class RequestParser(
    private val maxRequest: Long,
) {
    private var buffer = ByteArray(FIRST_CAPACITY)
    private var view = ByteBuffer.wrap(buffer)

    /** The bytes not yet taken are `buffer[position, end)`; of those, none before [scanned] ends a line. */
    private var position = 0
    private var end = 0
    private var scanned = 0

    private val request = Request()

    /** Arguments that the request under way still lacks; 0 between requests. */
    private var missing = 0

    /** The length of the argument under way, or [UNKNOWN] before its length line. */
    private var length = UNKNOWN
    private var bytesOfRequest = 0L

    /** The argument under way, when it is too large for the buffer. */
    private var large: ByteArray? = null
    private var largeFilled = 0

    /** Whether a request has begun that is not complete. */
    public val isInRequest: Boolean get() = missing > 0 || position < end

    /** Where the next bytes belong: between position and limit of this buffer, at least one. Then call [received]. */
    public fun space(): ByteBuffer {
        if (position == end) {
            if (buffer.size > FIRST_CAPACITY && end <= FIRST_CAPACITY) resize(FIRST_CAPACITY)
            position = 0
            end = 0
            scanned = 0
        } else if (end == buffer.size) {
            makeRoom()
        }
        view.limit(buffer.size).position(end)
        return view
    }

    /** Takes note of what was put into [space], by its position. */
    public fun received() {
        end = view.position()
    }

    /** The next request, valid until the following call, or null when more bytes are needed. */
    @Throws(ProtocolException::class)
    public fun next(): Request? {
        while (true) {
            if (missing == 0) {
                request.clear()
                if (position == end) return null
                val complete = if (buffer[position] == '*'.code.toByte()) beginArray() else inline()
                if (!complete) return null
            }
            while (missing > 0) {
                if (!argument()) return null
                missing--
            }
            if (request.size() > 0) return request
        }
    }

    /** Reads `*count`. False when the line is not complete. */
    private fun beginArray(): Boolean {
        val lineEnd = countLineEnd("too big mbulk count string")
        if (lineEnd < 0) return false
        val count = number(lineEnd, "invalid multibulk length")
        if (count > MAX_ARGUMENTS) throw ProtocolException("invalid multibulk length")
        position = lineEnd + LINE_BREAK
        scanned = position
        missing = maxOf(count, 0).toInt()
        bytesOfRequest = 0
        return true
    }

    /** Reads one `$length` and that many bytes. False when they are not complete. */
    private fun argument(): Boolean {
        if (length == UNKNOWN) {
            val lineEnd = countLineEnd("too big bulk count string")
            if (lineEnd < 0) return false
            val first = buffer[position].toInt() and BYTE_MASK
            if (first != '$'.code) throw ProtocolException("expected '$', got '${first.toChar()}'")
            val announced = number(lineEnd, "invalid bulk length")
            if (announced < 0 || announced > maxRequest - bytesOfRequest) throw ProtocolException("invalid bulk length")
            position = lineEnd + LINE_BREAK
            scanned = position
            length = announced.toInt()
            bytesOfRequest += announced
        }
        val argument = (if (length > LARGEST_IN_BUFFER) largeArgument() else smallArgument()) ?: return false
        request.add(argument)
        scanned = position
        length = UNKNOWN
        return true
    }

    private fun smallArgument(): ByteArray? {
        if (end - position < length + LINE_BREAK) return null
        val argument = buffer.copyOfRange(position, position + length)
        position += length + LINE_BREAK
        return argument
    }

    /** Moves what there is of the argument out of the buffer, which so never has to hold all of it. */
    private fun largeArgument(): ByteArray? {
        var array = large ?: ByteArray(LARGEST_IN_BUFFER).also { largeFilled = 0 }
        val count = minOf(length - largeFilled, end - position)
        if (largeFilled + count > array.size) {
            val grown = maxOf(largeFilled + count, minOf(length.toLong(), array.size * 2L).toInt())
            array = array.copyOf(grown)
        }
        buffer.copyInto(array, largeFilled, position, position + count)
        large = array
        largeFilled += count
        position += count
        if (largeFilled < length || end - position < LINE_BREAK) return null
        position += LINE_BREAK
        large = null
        return if (array.size == length) array else array.copyOf(length)
    }

    /** Reads a line of words. False when it is not complete. */
    private fun inline(): Boolean {
        val lineEnd = find(LINE_FEED)
        if (lineEnd < 0) {
            if (end - position > LONGEST_LINE) throw ProtocolException("too big inline request")
            return false
        }
        val last = if (lineEnd > position && buffer[lineEnd - 1] == CARRIAGE_RETURN) lineEnd - 1 else lineEnd
        InlineWords(buffer, position, last).addTo(request)
        position = lineEnd + 1
        scanned = position
        return true
    }

    /** Where the carriage return of a count line is, once the byte after it is there too; else -1. */
    private fun countLineEnd(tooLong: String): Int {
        val lineEnd = find(CARRIAGE_RETURN)
        if (lineEnd < 0) {
            if (end - position > LONGEST_LINE) throw ProtocolException(tooLong)
            return -1
        }
        return if (lineEnd + 1 < end) lineEnd else -1
    }

    private fun find(wanted: Byte): Int {
        var i = maxOf(scanned, position)
        while (i < end) {
            if (buffer[i] == wanted) {
                scanned = i
                return i
            }
            i++
        }
        scanned = end
        return -1
    }

    private fun number(lineEnd: Int, malformed: String): Long {
        // Nearly all counts and lengths have one digit.
        if (lineEnd == position + 2) {
            val digit = buffer[position + 1] - '0'.code
            if (digit in 0..9) return digit.toLong()
        }
        try {
            return Decimal.parse(buffer, position + 1, lineEnd)
        } catch (_: NumberFormatException) {
            throw ProtocolException(malformed)
        }
    }

    private fun makeRoom() {
        if (position > 0) {
            buffer.copyInto(buffer, 0, position, end)
            scanned = maxOf(scanned - position, 0)
            end -= position
            position = 0
        }
        if (end > buffer.size / 2) resize(buffer.size * 2)
    }

    private fun resize(capacity: Int) {
        buffer = buffer.copyOf(capacity)
        view = ByteBuffer.wrap(buffer)
    }

    private companion object {
        const val FIRST_CAPACITY = 8 * 1024
        const val LARGEST_IN_BUFFER = 32 * 1024
        const val LONGEST_LINE = 64 * 1024
        const val MAX_ARGUMENTS = 1024L * 1024
        const val LINE_BREAK = 2
        const val UNKNOWN = -1
        const val BYTE_MASK = 0xFF
        const val LINE_FEED = '\n'.code.toByte()
        const val CARRIAGE_RETURN = '\r'.code.toByte()
    }
}

/**
 * Splits a line into words as Redis does: at blanks, with "…" (escapes \n \r \t \b \a \xHH and \ before anything else) and
 * '…' (with \' alone) around what contains some. A closing quote ends the word.
 */
private class InlineWords(
    private val line: ByteArray,
    private var at: Int,
    private val end: Int,
) {
    private val word = ByteArrayOutputStream()

    fun addTo(request: Request) {
        while (true) {
            while (at < end && isBlank(line[at])) at++
            if (at == end) return
            word.reset()
            readWord()
            request.add(word.toByteArray())
        }
    }

    private fun readWord() {
        while (at < end && !isBlank(line[at])) {
            when (val next = line[at++].toInt().toChar()) {
                '"' -> return readDoubleQuoted()
                '\'' -> return readSingleQuoted()
                else -> word.write(next.code)
            }
        }
    }

    private fun readDoubleQuoted() {
        while (at < end) {
            val next = line[at++].toInt().toChar()
            when {
                next == '"' -> return endQuoted()
                next == '\\' && at < end -> readEscape()
                else -> word.write(next.code)
            }
        }
        throw unbalanced()
    }

    private fun readEscape() {
        val escaped = line[at++].toInt().toChar()
        val hex = if (escaped == 'x' && at + 1 < end) hexPair() else -1
        if (hex >= 0) {
            word.write(hex)
            at += 2
            return
        }
        word.write(
            when (escaped) {
                'n' -> '\n'.code
                'r' -> '\r'.code
                't' -> '\t'.code
                'b' -> '\b'.code
                'a' -> BELL
                else -> escaped.code
            },
        )
    }

    private fun hexPair(): Int {
        val high = Character.digit(line[at].toInt(), HEX)
        val low = Character.digit(line[at + 1].toInt(), HEX)
        return if (high < 0 || low < 0) -1 else high * HEX + low
    }

    private fun readSingleQuoted() {
        while (at < end) {
            val next = line[at++].toInt().toChar()
            when {
                next == '\'' -> return endQuoted()

                next == '\\' && at < end && line[at] == '\''.code.toByte() -> {
                    word.write('\''.code)
                    at++
                }

                else -> word.write(next.code)
            }
        }
        throw unbalanced()
    }

    private fun endQuoted() {
        if (at < end && !isBlank(line[at])) throw unbalanced()
    }

    private fun unbalanced() = ProtocolException("unbalanced quotes in request")

    private companion object {
        const val HEX = 16
        const val BELL = 7

        fun isBlank(byte: Byte): Boolean = byte == ' '.code.toByte() || byte in '\t'.code.toByte()..'\r'.code.toByte()
    }
}
