package io.duotone.benchmarks.echo

import io.ktor.network.selector.SelectorManager
import io.ktor.network.sockets.InetSocketAddress
import io.ktor.network.sockets.ServerSocket
import io.ktor.network.sockets.Socket
import io.ktor.network.sockets.aSocket
import io.ktor.network.sockets.openReadChannel
import io.ktor.network.sockets.openWriteChannel
import io.ktor.network.sockets.port
import io.ktor.utils.io.readAvailable
import io.ktor.utils.io.writeFully
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking

/**
 * ktor-network as its documentation sets it up: the selector on the IO dispatcher, the handlers on Default. The process
 * is started with as many Default threads as the others have workers.
 */
internal class KtorServer : EchoServer {
    private val scope = CoroutineScope(Dispatchers.Default)
    private val selector = SelectorManager(Dispatchers.IO)
    private val listener: ServerSocket =
        runBlocking {
            aSocket(selector).tcp().bind("127.0.0.1", 0) { backlogSize = BACKLOG }
        }

    override val port: Int = (listener.localAddress as InetSocketAddress).port

    init {
        scope.launch {
            while (isActive) {
                val socket = listener.accept()
                launch { socket.use { echo(it) } }
            }
        }
    }

    private suspend fun echo(socket: Socket) {
        val input = socket.openReadChannel()
        val output = socket.openWriteChannel()
        val buffer = ByteArray(RECEIVE_BUFFER)
        while (true) {
            val count = input.readAvailable(buffer)
            if (count < 0) break
            output.writeFully(buffer, 0, count)
            output.flush()
        }
    }

    override fun hog(busyMillis: Long, pauseMillis: Long) {
        scope.launch {
            while (isActive) {
                burn(busyMillis)
                delay(pauseMillis)
            }
        }
    }

    override fun close() {
        scope.cancel()
        listener.close()
        selector.close()
    }

    private companion object {
        const val BACKLOG = 4096
    }
}
