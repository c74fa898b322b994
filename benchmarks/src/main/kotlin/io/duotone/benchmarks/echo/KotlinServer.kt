package io.duotone.benchmarks.echo

import io.duotone.Duotone
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.net.TcpListener
import io.duotone.coroutines.net.TcpStream
import kotlinx.coroutines.delay
import kotlinx.coroutines.isActive
import java.nio.ByteBuffer

/** Ours, with suspend functions. */
internal class KotlinServer(workers: Int) : EchoServer {
    private val runtime = DuotoneRuntime(Duotone.builder().threads(workers).build())
    private val listener = runtime.block { TcpListener.listen(freeLoopbackPort()) }

    override val port: Int = listener.localAddress.port

    init {
        runtime.spawn { listener.serve { echo(it) } }
    }

    private suspend fun echo(stream: TcpStream) {
        val buffer = ByteBuffer.allocateDirect(RECEIVE_BUFFER)
        while (stream.receiveSome(buffer.clear()) >= 0) stream.sendAll(buffer.flip())
    }

    override fun hog(busyMillis: Long, pauseMillis: Long) {
        runtime.spawn {
            while (isActive) {
                burn(busyMillis)
                delay(pauseMillis)
            }
        }
    }

    override fun close() = runtime.close()
}
