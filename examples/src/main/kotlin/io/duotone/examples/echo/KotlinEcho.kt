package io.duotone.examples.echo

import io.duotone.coroutines.net.TcpStream
import java.nio.ByteBuffer

/** The echo in Kotlin. */
public object KotlinEcho {
    private const val BUFFER_BYTES = 16 * 1024

    /** Sends back what comes, until the client has said it all; then says so too. */
    public suspend fun serve(stream: TcpStream) {
        val buffer = ByteBuffer.allocateDirect(BUFFER_BYTES)
        while (stream.receiveSome(buffer.clear()) >= 0) stream.sendAll(buffer.flip())
        stream.sendEof()
    }
}
