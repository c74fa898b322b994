package io.duotone.examples.kv

import java.io.ByteArrayOutputStream
import java.io.IOException
import java.net.Socket

/** Bytes as text, one character each. */
internal fun ByteArray.latin(): String = String(this, Charsets.ISO_8859_1)

/** Text of one-byte characters as bytes. */
internal fun String.latin(): ByteArray = toByteArray(Charsets.ISO_8859_1)

/** A request as an array of bulk strings. */
internal fun request(vararg arguments: String): String =
    "*${arguments.size}\r\n" + arguments.joinToString("") { "$${it.length}\r\n$it\r\n" }

/** A client that knows bytes, and where a reply ends. */
internal class RawClient(port: Int) : AutoCloseable {
    val socket = Socket("127.0.0.1", port).apply {
        tcpNoDelay = true
        soTimeout = READ_TIMEOUT_MILLIS
    }
    private val input = socket.getInputStream().buffered()
    private val output = socket.getOutputStream()
    private var marks = 0

    fun send(text: String) {
        output.write(text.latin())
    }

    /** Says that no more will come. */
    fun endOutput() {
        socket.shutdownOutput()
    }

    /** Everything until the server closes; a reset counts as the end. */
    fun readAll(): String {
        val all = ByteArrayOutputStream()
        try {
            input.copyTo(all)
        } catch (reset: IOException) {
            if (reset is java.net.SocketTimeoutException) throw reset
        }
        return all.toByteArray().latin()
    }

    /** Sends [text], and gives everything that comes before the answer to a PING sent after it. */
    fun exchange(text: String): String {
        val mark = "--mark-${++marks}--"
        send(text + request("PING", mark))
        val plain = "$${mark.length}\r\n$mark\r\n"
        val subscribed = "*2\r\n$4\r\npong\r\n$plain"
        val seen = StringBuilder()
        while (true) {
            val next = input.read()
            if (next < 0) return "$seen<closed>"
            seen.append(next.toChar())
            if (next == '\n'.code && seen.endsWith(plain)) {
                return seen.removeSuffix(if (seen.endsWith(subscribed)) subscribed else plain).toString()
            }
        }
    }

    /** One whole reply, or null at the end of the stream. Fails when the stream ends inside of it. */
    fun readReply(): String? {
        val line = readLine() ?: return null
        val count = if (line[0] in "$*") line.drop(1).trim().toInt() else 0
        return when (line[0]) {
            '+', '-', ':' -> line
            '$' -> if (count < 0) line else line + readExactly(count + 2)
            '*' -> line + (0 until count).joinToString("") { checkNotNull(readReply()) { "the stream ends inside an array" } }
            else -> error("not a reply: $line")
        }
    }

    /** Sends a request and gives its reply. */
    fun call(vararg arguments: String): String? {
        send(request(*arguments))
        return readReply()
    }

    private fun readLine(): String? {
        val line = StringBuilder()
        while (!line.endsWith("\r\n")) {
            val next = input.read()
            if (next < 0) {
                check(line.isEmpty()) { "the stream ends inside a line: $line" }
                return null
            }
            line.append(next.toChar())
        }
        return line.toString()
    }

    private fun readExactly(count: Int): String {
        val bytes = input.readNBytes(count)
        check(bytes.size == count) { "the stream ends inside a string: ${bytes.size} of $count bytes" }
        return bytes.latin()
    }

    override fun close() {
        socket.close()
    }

    private companion object {
        const val READ_TIMEOUT_MILLIS = 20_000
    }
}
