package io.duotone.coroutines.facade

import io.duotone.Task
import io.duotone.net.TcpStream
import java.net.InetSocketAddress
import java.nio.ByteBuffer
import java.time.Duration
import kotlin.coroutines.Continuation
import kotlin.time.toKotlinDuration
import io.duotone.coroutines.net.TcpStream as KotlinStream
import kotlin.time.Duration as Limit

/** The Java face of a stream; one for each, kept by the stream itself. */
internal class JavaTcpStream(val kotlin: KotlinStream) : TcpStream {
    private val runtime = kotlin.runtime.javaFace

    override fun localAddress(): InetSocketAddress = kotlin.localAddress

    override fun remoteAddress(): InetSocketAddress = kotlin.remoteAddress

    override fun isClosed(): Boolean = kotlin.isClosed

    override fun receiveSome(into: ByteBuffer): Task<Int> = CallTask<Int>(runtime).begin { RECEIVE_INTO(kotlin, into, it) }

    override fun receiveSome(into: ByteBuffer, timeout: Duration): Task<Int> {
        val limit = timeout.toKotlinDuration()
        return CallTask<Int>(runtime).begin { RECEIVE_INTO_WITHIN(kotlin, into, limit, it) }
    }

    override fun receiveSome(max: Int): Task<ByteArray> = CallTask<ByteArray>(runtime).begin { RECEIVE(kotlin, max, it) }

    override fun sendAll(from: ByteBuffer): Task<Void?> = VoidCallTask(runtime).begin { SEND(kotlin, from, it) }.asVoid()

    override fun sendAll(from: ByteBuffer, timeout: Duration): Task<Void?> {
        val limit = timeout.toKotlinDuration()
        return VoidCallTask(runtime).begin { SEND_WITHIN(kotlin, from, limit, it) }.asVoid()
    }

    override fun sendEof(): Task<Void?> = VoidCallTask(runtime).begin { SEND_EOF(kotlin, it) }.asVoid()

    override fun close() {
        kotlin.close()
    }

    override fun toString(): String = kotlin.toString()

    private companion object {
        val RECEIVE: (KotlinStream, Int, Continuation<ByteArray>) -> Any? = binary<KotlinStream, Int, ByteArray>(KotlinStream::receiveSome)

        val RECEIVE_INTO: (KotlinStream, ByteBuffer, Continuation<Int>) -> Any? =
            binary<KotlinStream, ByteBuffer, Int>(KotlinStream::receiveSome)

        val RECEIVE_INTO_WITHIN: (KotlinStream, ByteBuffer, Limit, Continuation<Int>) -> Any? =
            ternary<KotlinStream, ByteBuffer, Limit, Int>(KotlinStream::receiveSome)

        val SEND: (KotlinStream, ByteBuffer, Continuation<Unit>) -> Any? = binary<KotlinStream, ByteBuffer, Unit>(KotlinStream::sendAll)

        val SEND_WITHIN: (KotlinStream, ByteBuffer, Limit, Continuation<Unit>) -> Any? =
            ternary<KotlinStream, ByteBuffer, Limit, Unit>(KotlinStream::sendAll)

        val SEND_EOF: (KotlinStream, Continuation<Unit>) -> Any? = unary(KotlinStream::sendEof)
    }
}
