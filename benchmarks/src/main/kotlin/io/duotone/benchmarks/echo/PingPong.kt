package io.duotone.benchmarks.echo

import java.net.InetSocketAddress
import java.net.StandardSocketOptions
import java.nio.ByteBuffer
import java.nio.channels.SelectionKey
import java.nio.channels.Selector
import java.nio.channels.SocketChannel

/** One connection with at most one message out. */
internal class PingPong(port: Int, size: Int, selector: Selector) : AutoCloseable {
    private val channel = SocketChannel.open(InetSocketAddress("127.0.0.1", port))
    private val message: ByteBuffer = ByteBuffer.allocateDirect(size)
    private val answer: ByteBuffer = ByteBuffer.allocateDirect(size)
    private val key: SelectionKey

    var completed: Long = 0
        private set
    var pace: Pace? = null

    init {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true)
        channel.configureBlocking(false)
        key = channel.register(selector, SelectionKey.OP_READ, this)
    }

    fun send() {
        message.clear()
        channel.write(message)
        // Messages are small and at most one is out: the socket's buffer always has room for it.
        check(!message.hasRemaining()) { "a message did not fit into the socket's buffer" }
    }

    /** Whether the answer is complete now. */
    fun receive(): Boolean {
        check(channel.read(answer) >= 0) { "the server closed the connection" }
        if (answer.hasRemaining()) return false
        answer.clear()
        completed++
        return true
    }

    override fun close() {
        key.cancel()
        channel.close()
    }
}
