package io.duotone.coroutines.net

import io.duotone.Duotone
import io.duotone.DuotoneOptions
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.Socket
import java.nio.ByteBuffer
import java.nio.file.Files
import java.nio.file.Path

/** Any free port of the loopback interface. */
internal fun loopback(port: Int = 0) = InetSocketAddress(InetAddress.getLoopbackAddress(), port)

internal fun workers(count: Int): DuotoneOptions = Duotone.builder().threads(count).build()

/** Both ends of one connection. */
internal class TcpPair(val client: TcpStream, val server: TcpStream) : AutoCloseable {
    override fun close() {
        client.close()
        server.close()
    }
}

internal suspend fun tcpPair(): TcpPair = coroutineScope {
    TcpListener.listen(loopback()).use { listener ->
        val accepted = async { listener.accept() }
        val client = TcpStream.connect(listener.localAddress)
        TcpPair(client, accepted.await())
    }
}

/** One of our streams, with a socket of the JDK at the other end. */
internal suspend fun <T> withPlainPeer(block: suspend (TcpStream, Socket) -> T): T =
    TcpListener.listen(loopback()).use { listener ->
        Socket(listener.localAddress.address, listener.localAddress.port).use { peer ->
            listener.accept().use { block(it, peer) }
        }
    }

/** Receives until [into] is full; false when the stream ended before. */
internal suspend fun TcpStream.receiveFull(into: ByteBuffer): Boolean {
    while (into.hasRemaining()) {
        if (receiveSome(into) < 0) return false
    }
    into.flip()
    return true
}

internal suspend fun TcpStream.receiveText(length: Int): String {
    val bytes = ByteBuffer.allocate(length)
    check(receiveFull(bytes)) { "the stream ended after ${bytes.position()} bytes" }
    return Charsets.UTF_8.decode(bytes).toString()
}

/** Sends back all that comes, until the end. */
internal suspend fun TcpStream.echo() {
    val buffer = ByteBuffer.allocateDirect(16_384)
    while (receiveSome(buffer.clear()) >= 0) sendAll(buffer.flip())
}

/** How many descriptors of the process are open on sockets and selectors; null where `/proc` does not say. */
internal fun openSocketsOrNull(): Int? {
    val descriptors = Path.of("/proc/self/fd")
    if (!Files.isDirectory(descriptors)) return null
    return Files.list(descriptors).use { all ->
        all.filter { runCatching { Files.readSymbolicLink(it).toString() }.getOrDefault("").startsWith("socket:") }.count().toInt()
    }
}
