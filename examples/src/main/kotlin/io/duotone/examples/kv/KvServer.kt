package io.duotone.examples.kv

import io.duotone.coroutines.facade.asJava
import io.duotone.coroutines.net.TcpListener
import io.duotone.coroutines.net.TcpStream
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import java.io.IOException
import java.net.InetSocketAddress
import java.time.InstantSource
import java.util.concurrent.ConcurrentHashMap

/**
 * A Redis-compatible server over one store. [open] listens, [serve] serves until [stop].
 *
 * **Threads**: any.
 */
public class KvServer private constructor(
    private val listener: TcpListener,
    private val options: KvOptions,
    scope: CoroutineScope,
) {
    private val stats = ServerStats()
    private val pubSub = PubSub()
    private val store = Store(scope.asJava(), InstantSource.system())
    private val commands = CommandTable(store, pubSub, stats, options.toConfig(address.port), scope.asJava())
    private val connections = ConcurrentHashMap.newKeySet<Connection>()

    @Volatile
    private var stopping = false

    /** Where it listens, with the real port. */
    public val address: InetSocketAddress get() = listener.localAddress

    /** Serves clients; returns when the server was stopped and the last connection has ended. */
    public suspend fun serve() {
        try {
            listener.serve(options.grace) { stream -> serveClient(stream) }
        } finally {
            store.close()
        }
    }

    private suspend fun CoroutineScope.serveClient(stream: TcpStream) {
        val id = stats.connect(options.maxClients) ?: return refuse(stream)
        val connection = Connection(id, stream, this, options, commands, pubSub, stats)
        connections += connection
        try {
            // Either stop finds the connection in the set, or the connection finds the server stopping.
            if (stopping) connection.finish()
            connection.serve()
        } finally {
            connections -= connection
            stats.disconnect()
        }
    }

    private suspend fun refuse(stream: TcpStream) {
        try {
            stream.sendAll("-ERR max number of clients reached\r\n")
            stream.sendEof()
        } catch (_: IOException) {
            // It has gone by itself.
        }
    }

    /** Stops accepting, lets every connection finish what it is answering, and closes it; then [serve] returns. */
    public suspend fun stop() {
        stopping = true
        listener.close()
        coroutineScope {
            connections.forEach { connection -> launch { connection.finish() } }
        }
    }

    public companion object {
        /**
         * Listens. The timer of the store runs in the caller's scope.
         *
         * **Errors**: [java.net.BindException] naming the address; [java.net.UnknownHostException] when there is no such address.
         */
        public suspend fun open(scope: CoroutineScope, options: KvOptions): KvServer {
            val listener = TcpListener.listen(InetSocketAddress.createUnresolved(options.bind, options.port))
            return KvServer(listener, options, scope)
        }
    }
}
