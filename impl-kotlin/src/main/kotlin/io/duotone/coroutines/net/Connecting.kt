package io.duotone.coroutines.net

import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.engine.reactor.Registration
import io.duotone.coroutines.runtimeOf
import kotlinx.coroutines.withTimeoutOrNull
import java.io.IOException
import java.net.ConnectException
import java.net.InetAddress
import java.net.InetSocketAddress
import java.nio.channels.SocketChannel
import java.util.concurrent.TimeoutException
import kotlin.coroutines.coroutineContext
import kotlin.time.Duration

/**
 * One connect: look-up, then the addresses in order, until one answers.
 *
 * `connected` is owned by the connecting coroutine: it is how a connection made in the very moment of a timeout or a cancellation is
 * found again, to be used or closed.
 */
internal class Connecting(
    private val target: InetSocketAddress,
    private val lookUp: suspend (String, DuotoneRuntime) -> List<InetAddress> = ::resolve,
) {
    private var connected: TcpStream? = null

    suspend fun within(timeout: Duration): TcpStream {
        try {
            if (timeout == Duration.INFINITE) connect() else withTimeoutOrNull(timeout) { connect() }
        } catch (failure: Throwable) {
            connected?.close()
            throw failure
        }
        return connected ?: throw TimeoutException("not connected to $target within $timeout")
    }

    private suspend fun connect() {
        val runtime = runtimeOf(coroutineContext)
        connectToFirst(addresses(runtime), runtime)
    }

    /** Tries the addresses in order; the failure of the first is thrown when none answers, with the others suppressed in it. */
    private suspend fun connectToFirst(addresses: List<InetSocketAddress>, runtime: DuotoneRuntime) {
        var first: IOException? = null
        for (address in addresses) {
            try {
                connected = connectTo(address, runtime)
                return
            } catch (failure: IOException) {
                val named = ConnectException("cannot connect to $address: ${failure.message ?: failure.toString()}").apply {
                    initCause(failure)
                }
                first?.addSuppressed(named)
                if (first == null) first = named
            }
        }
        throw first ?: ConnectException("$target has no address")
    }

    private suspend fun connectTo(address: InetSocketAddress, runtime: DuotoneRuntime): TcpStream {
        val channel = SocketChannel.open()
        val registration = Registration(channel, runtime.pool)
        try {
            TcpStream.prepare(channel)
            if (!channel.connect(address)) {
                do registration.awaitConnected() while (!channel.finishConnect())
            }
            return TcpStream(channel, registration, runtime.pool)
        } catch (failure: Throwable) {
            registration.close()
            throw failure
        }
    }

    private suspend fun addresses(runtime: DuotoneRuntime): List<InetSocketAddress> =
        if (target.isUnresolved) lookUp(target.hostString, runtime).map { InetSocketAddress(it, target.port) } else listOf(target)
}
