package io.duotone.coroutines.net

import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.OtherFace
import io.duotone.coroutines.context.checkpoint
import io.duotone.coroutines.engine.platform.NO_DEADLINE
import io.duotone.coroutines.engine.reactor.Registration
import io.duotone.coroutines.engine.scheduler.WorkerPool
import io.duotone.coroutines.io.Turn
import io.duotone.coroutines.runtimeOf
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.isActive
import java.io.IOException
import java.net.BindException
import java.net.InetSocketAddress
import java.net.StandardSocketOptions
import java.nio.channels.ClosedChannelException
import java.nio.channels.SelectionKey
import java.nio.channels.ServerSocketChannel
import java.nio.channels.SocketChannel
import java.util.concurrent.TimeoutException
import kotlin.coroutines.coroutineContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/**
 * A listening TCP socket (rows T43, T47).
 *
 * **Threads**: any thread and any dispatcher may call, one [accept] or [serve] at a time: a second fails with
 * [io.duotone.ConcurrentOperationException], and the first goes on (row C27).
 */
public class TcpListener internal constructor(private val channel: ServerSocketChannel, private val pool: WorkerPool) : AutoCloseable {
    internal val runtime: DuotoneRuntime get() = pool.owner as DuotoneRuntime
    internal val otherFace = OtherFace()
    private val registration = Registration(channel, pool, readOp = SelectionKey.OP_ACCEPT)
    private val accepting = Turn()
    private val timer = WaitTimer(pool, registration::nudgeReader)

    /** The address it listens on, with the real port. */
    public val localAddress: InetSocketAddress = channel.localAddress as InetSocketAddress

    /** Whether [close] has been called. */
    public val isClosed: Boolean get() = registration.isClosed

    /**
     * Waits for the next connection.
     *
     * **Cancellation**: a connection accepted for a cancelled caller is closed, not lost.
     *
     * **Errors**: [ClosedChannelException] once the listener is closed; [TimeoutException] when none came within [timeout];
     * [IOException] when the system has no descriptor left for it. Errors of a connection that was gone before it was accepted are
     * passed over.
     */
    public suspend fun accept(timeout: Duration = Duration.INFINITE): TcpStream {
        checkpoint()
        takeTurn("accept")
        try {
            return next(timeout)
        } finally {
            accepting.giveBack()
        }
    }

    /**
     * Accepts connections until cancelled or closed, each served by a coroutine of its own that runs [handler] (rows T45, C26). The
     * stream is closed when the handler and what it launched have ended, however they ended. A failing handler is reported to the
     * runtime's uncaught handler and hurts no other connection. Too many open files and other passing errors pause accepting for
     * 100 ms, and are reported once until there were none for 10 s.
     *
     * Returns when the listener has been closed and the handlers have ended as below.
     *
     * **Cancellation**: closes the listener, waits up to [drain] for the handlers, then cancels those left with the reason of the
     * cancellation and waits for their cleanup. A runtime that is closing leaves at most four fifths of its
     * [shutdownGrace][io.duotone.DuotoneOptions.shutdownGrace] to the handlers before they are cancelled.
     */
    public suspend fun serve(drain: Duration = 5.seconds, handler: suspend CoroutineScope.(TcpStream) -> Unit) {
        checkpoint()
        takeTurn("serve")
        try {
            Serving(this, runtimeOf(coroutineContext), handler).run(drain)
        } finally {
            accepting.giveBack()
        }
    }

    private suspend fun takeTurn(operation: String) {
        if (accepting.tryTake(coroutineContext)) return
        // A serve that has been cancelled keeps its turn while its handlers drain, but the listener is closed by then.
        if (isClosed) throw ClosedChannelException()
        accepting.await(operation, this)
    }

    /** Waits for the next connection; the caller holds the turn. */
    internal suspend fun next(timeout: Duration): TcpStream {
        val deadline = WaitTimer.deadlineAfter(pool, timeout)
        while (true) {
            acceptAtOnce()?.let { return owned(it) }
            if (deadline != NO_DEADLINE && pool.platform.nanoTime() >= deadline) {
                throw TimeoutException("no connection within $timeout on $this")
            }
            timer.wakeBy(deadline)
            registration.awaitReadable()
        }
    }

    private fun acceptAtOnce(): SocketChannel? {
        while (true) {
            try {
                return channel.accept()
            } catch (failure: IOException) {
                if (isClosed) throw ClosedChannelException().apply { initCause(failure) }
                if (!isOfThePeer(failure)) throw failure
            }
        }
    }

    /** The stream for the caller, unless that has been cancelled in the meantime. */
    private suspend fun owned(accepted: SocketChannel): TcpStream {
        val context = coroutineContext
        val stream = TcpStream.overAccepted(accepted, runtimeOf(context).pool)
        if (!context.isActive) {
            stream.close()
            context.ensureActive()
        }
        return stream
    }

    /** Stops listening: when it returns the address is free. Idempotent; an accept that waits fails. */
    override fun close() {
        registration.closeAndFree()
        timer.cancel()
    }

    override fun toString(): String =
        "TcpListener($localAddress${if (accepting.isTaken) ", accepting" else ""}${if (isClosed) ", closed" else ""})"

    public companion object {
        /** The backlog of [listen] where none is given; the system may cap it. */
        public const val DEFAULT_BACKLOG: Int = 65_535

        /**
         * Binds and listens; port 0 takes a free one. `SO_REUSEADDR` is on. An unresolved address is looked up on the blocking pool,
         * and its first address taken.
         *
         * **Errors**: [IllegalArgumentException] when [backlog] is not 1 to 65535; [BindException] naming the address;
         * [java.net.UnknownHostException].
         */
        public suspend fun listen(address: InetSocketAddress, backlog: Int = DEFAULT_BACKLOG): TcpListener {
            require(backlog in 1..DEFAULT_BACKLOG) { "backlog is $backlog: it must be 1 to $DEFAULT_BACKLOG" }
            checkpoint()
            val runtime = runtimeOf(coroutineContext)
            val resolved = if (address.isUnresolved) {
                InetSocketAddress(
                    resolve(address.hostString, runtime).first(),
                    address.port
                )
            } else {
                address
            }
            val channel = ServerSocketChannel.open()
            try {
                channel.configureBlocking(false)
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true)
                bind(channel, resolved, backlog)
                // Opened now: connections that are accepted without a wait may use up all descriptors before anybody needs a selector.
                runtime.pool.poller()
                return TcpListener(channel, runtime.pool)
            } catch (failure: Throwable) {
                channel.close()
                throw failure
            }
        }

        private fun bind(channel: ServerSocketChannel, address: InetSocketAddress, backlog: Int) {
            try {
                channel.bind(address, backlog)
            } catch (failure: IOException) {
                throw BindException("cannot listen on $address: ${failure.message ?: failure.toString()}").apply { initCause(failure) }
            }
        }

        /**
         * Errors that Linux reports on accept although they are those of the one connection, which is gone. The JDK gives them by
         * their text alone, and sees to `ECONNABORTED` itself. In a language that is not English they are taken for errors of the
         * listener: [serve] then pauses, and goes on.
         */
        private fun isOfThePeer(failure: IOException): Boolean = failure.message?.let { text -> PEER_ERRORS.any { it in text } } == true

        private val PEER_ERRORS = listOf(
            "Software caused connection abort",
            "Operation not permitted",
            "Protocol error",
            "Protocol not available",
            "Network is down",
            "Network is unreachable",
            "Host is down",
            "No route to host",
            "Machine is not on the network",
            "Operation not supported",
        )
    }
}
