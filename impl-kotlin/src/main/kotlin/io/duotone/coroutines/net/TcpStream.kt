package io.duotone.coroutines.net

import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.OtherFace
import io.duotone.coroutines.context.checkpoint
import io.duotone.coroutines.context.passesCheckpoint
import io.duotone.coroutines.engine.platform.NO_DEADLINE
import io.duotone.coroutines.engine.reactor.Registration
import io.duotone.coroutines.engine.scheduler.WorkerPool
import io.duotone.coroutines.io.ByteSource
import io.duotone.coroutines.io.ByteStream
import io.duotone.coroutines.io.Turn
import java.io.IOException
import java.net.InetSocketAddress
import java.net.StandardSocketOptions
import java.nio.ByteBuffer
import java.nio.channels.ClosedChannelException
import java.nio.channels.SocketChannel
import java.util.concurrent.TimeoutException
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.coroutineContext
import kotlin.time.Duration

/**
 * A TCP connection (rows T46, T49). `TCP_NODELAY` is on. Cancellation, errors and threads are those of
 * [ByteSource] and [ByteSink][io.duotone.coroutines.io.ByteSink]; a reset by the peer is an
 * [IOException]. The stream may be used from coroutines on any dispatcher, and belongs to whoever made it: close it.
 *
 * An operation is tried at once and waits for readiness only when that brings nothing; a receive after one that emptied the socket
 * waits straight away. So a request that is answered in one piece costs one read and one write.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | drained | the receive under way | the receive under way | the turn of receiving |
 * | eofSent | the send under way | the send under way | the turn of sending |
 * | registration, timers, otherFace | see their classes | | |
 */
public class TcpStream internal constructor(
    private val channel: SocketChannel,
    private val registration: Registration,
    private val pool: WorkerPool,
) : ByteStream {
    internal val runtime: DuotoneRuntime get() = pool.owner as DuotoneRuntime
    internal val otherFace = OtherFace()
    private val receiving = Turn()
    private val sending = Turn()
    private val receiveTimer = WaitTimer(pool, registration::nudgeReader)
    private val sendTimer = WaitTimer(pool, registration::nudgeWriter)

    /** The last receive took all there was: the next one waits first, which saves it a read in vain. */
    private var drained = false
    private var eofSent = false

    /** The address of this end. */
    public val localAddress: InetSocketAddress = channel.localAddress as InetSocketAddress

    /** The address of the other end. */
    public val remoteAddress: InetSocketAddress = channel.remoteAddress as InetSocketAddress

    /** Whether [close] has been called. */
    public val isClosed: Boolean get() = registration.isClosed

    // ------------------------------------------------------------ receiving

    override suspend fun receiveSome(into: ByteBuffer): Int = receiveSome(into, Duration.INFINITE)

    // The suspending calls below stand at the end, so that a receive which need not wait runs without a state machine.
    override suspend fun receiveSome(
        into: ByteBuffer,
        timeout: Duration
    ): Int = if (begins(receiving, coroutineContext)) receiveInTurn(into, timeout) else receiveLater(into, timeout)

    private suspend fun receiveLater(into: ByteBuffer, timeout: Duration): Int {
        beginLater(receiving, "receive")
        return receiveInTurn(into, timeout)
    }

    private suspend fun receiveInTurn(into: ByteBuffer, timeout: Duration): Int {
        val received = receiveAtOnce(into)
        return if (received == NOTHING) receiveWaiting(into, WaitTimer.deadlineAfter(pool, timeout)) else received
    }

    /** Gives the turn back unless it returns [NOTHING]. */
    private fun receiveAtOnce(into: ByteBuffer): Int {
        var keepsTurn = false
        try {
            if (!into.hasRemaining()) {
                if (isClosed) throw ClosedChannelException()
                return 0
            }
            val received = if (drained) NOTHING else read(into)
            keepsTurn = received == NOTHING
            return received
        } finally {
            if (!keepsTurn) receiving.giveBack()
        }
    }

    private suspend fun receiveWaiting(into: ByteBuffer, deadline: Long): Int {
        try {
            while (true) {
                awaitReadable(deadline)
                val received = read(into)
                if (received != NOTHING) return received
                if (isPast(deadline)) throw nothingReceived()
            }
        } finally {
            receiving.giveBack()
        }
    }

    override suspend fun receiveSome(max: Int): ByteArray = receiveSome(max, Duration.INFINITE)

    override suspend fun receiveSome(max: Int, timeout: Duration): ByteArray {
        require(max > 0) { "max is $max: ask for at least 1 byte" }
        return if (begins(receiving, coroutineContext)) receiveInTurn(max, timeout) else receiveLater(max, timeout)
    }

    private suspend fun receiveLater(max: Int, timeout: Duration): ByteArray {
        beginLater(receiving, "receive")
        return receiveInTurn(max, timeout)
    }

    private suspend fun receiveInTurn(max: Int, timeout: Duration): ByteArray =
        receiveAtOnce(max) ?: receiveWaiting(max, WaitTimer.deadlineAfter(pool, timeout))

    /** Gives the turn back unless it returns null: nothing there yet. */
    private fun receiveAtOnce(max: Int): ByteArray? {
        var keepsTurn = false
        try {
            val received = if (drained) null else read(max)
            keepsTurn = received == null
            return received
        } finally {
            if (!keepsTurn) receiving.giveBack()
        }
    }

    private suspend fun receiveWaiting(max: Int, deadline: Long): ByteArray {
        try {
            while (true) {
                awaitReadable(deadline)
                read(max)?.let { return it }
                if (isPast(deadline)) throw nothingReceived()
            }
        } finally {
            receiving.giveBack()
        }
    }

    private suspend fun awaitReadable(deadline: Long) {
        receiveTimer.wakeBy(deadline)
        registration.awaitReadable()
    }

    /** Reads what is there into a buffer that has room: the number of bytes, -1 at the end of the stream, or [NOTHING]. */
    private fun read(into: ByteBuffer): Int {
        val limit = into.limit()
        val room = minOf(into.remaining(), mostAtOnce(into))
        into.limit(into.position() + room)
        try {
            val received = channel.read(into)
            drained = received in 0 until room
            return if (received == 0) NOTHING else received
        } finally {
            into.limit(limit)
        }
    }

    private fun read(max: Int): ByteArray? {
        val scratch = SCRATCH.get()
        scratch.clear().limit(minOf(max, scratch.capacity()))
        val received = read(scratch)
        if (received == NOTHING) return null
        if (received < 0) return NO_BYTES
        scratch.flip()
        return ByteArray(received).also { scratch.get(it) }
    }

    // ------------------------------------------------------------ sending

    override suspend fun sendAll(from: ByteBuffer) {
        sendAll(from, Duration.INFINITE)
    }

    override suspend fun sendAll(from: ByteBuffer, timeout: Duration) {
        if (begins(sending, coroutineContext)) sendInTurn(from, timeout) else sendLater(from, timeout)
    }

    private suspend fun sendLater(from: ByteBuffer, timeout: Duration) {
        beginLater(sending, "send")
        sendInTurn(from, timeout)
    }

    private suspend fun sendInTurn(from: ByteBuffer, timeout: Duration) {
        if (!sendAtOnce(from)) sendWaiting(from, WaitTimer.deadlineAfter(pool, timeout))
    }

    /** Whether all was sent; gives the turn back unless that is false. */
    private fun sendAtOnce(from: ByteBuffer): Boolean {
        var keepsTurn = false
        try {
            checkSendable()
            if (from.hasRemaining()) keepsTurn = !write(from)
            return !keepsTurn
        } finally {
            if (!keepsTurn) sending.giveBack()
        }
    }

    private suspend fun sendWaiting(from: ByteBuffer, deadline: Long) {
        try {
            do {
                sendTimer.wakeBy(deadline)
                registration.awaitWritable()
                if (write(from)) return
            } while (!isPast(deadline))
            throw TimeoutException("${from.remaining()} bytes not sent in time on $this")
        } finally {
            // Writable is what a socket nearly always is: an interest left behind would wake the poller for nothing.
            registration.disarmWriter()
            sending.giveBack()
        }
    }

    /** Writes until the system takes no more; whether that was all. */
    private fun write(from: ByteBuffer): Boolean {
        val limit = from.limit()
        try {
            while (true) {
                val piece = minOf(limit - from.position(), mostAtOnce(from))
                from.limit(from.position() + piece)
                val sent = channel.write(from)
                if (from.position() == limit) return true
                if (sent < piece) return false
            }
        } finally {
            from.limit(limit)
        }
    }

    private fun checkSendable() {
        if (isClosed) throw ClosedChannelException()
        check(!eofSent) { "cannot send after sendEof on $this" }
    }

    override suspend fun sendEof() {
        beginLater(sending, "send")
        try {
            if (isClosed) throw ClosedChannelException()
            if (eofSent) return
            channel.shutdownOutput()
            eofSent = true
        } finally {
            sending.giveBack()
        }
    }

    // ------------------------------------------------------------ both

    /** What each operation does first, as far as that needs no suspension: whether it has passed the checkpoint and has its turn. */
    private fun begins(turn: Turn, context: CoroutineContext): Boolean = passesCheckpoint(context) && turn.tryTake(context)

    private suspend fun beginLater(turn: Turn, operation: String) {
        checkpoint()
        turn.await(operation, this)
    }

    override fun close() {
        registration.close()
        receiveTimer.cancel()
        sendTimer.cancel()
    }

    private fun isPast(deadline: Long) = deadline != NO_DEADLINE && pool.platform.nanoTime() >= deadline

    private fun nothingReceived() = TimeoutException("nothing received in time on $this")

    override fun toString(): String {
        val doing =
            listOfNotNull("receiving".takeIf { receiving.isTaken }, "sending".takeIf { sending.isTaken }, "closed".takeIf { isClosed })
        return "TcpStream($localAddress -> $remoteAddress${doing.joinToString("") { ", $it" }})"
    }

    public companion object {
        /**
         * Connects to a host by name or address (row T41). Names are looked up on the blocking pool, their addresses tried in order.
         *
         * **Cancellation**: the socket is closed; a look-up under way is left to end by itself.
         *
         * **Errors**: [java.net.UnknownHostException]; a [java.net.ConnectException] that names the address, with the failures of the
         * other addresses suppressed in it; [TimeoutException] when not connected within [timeout].
         */
        public suspend fun connect(host: String, port: Int, timeout: Duration = Duration.INFINITE): TcpStream =
            connect(InetSocketAddress.createUnresolved(host, port), timeout)

        /** As [connect] by name, for an address; an unresolved one is looked up. */
        public suspend fun connect(address: InetSocketAddress, timeout: Duration = Duration.INFINITE): TcpStream {
            checkpoint()
            return Connecting(address).within(timeout)
        }

        /** A stream over a channel that an accept gave; on failure the channel is closed. */
        internal fun overAccepted(channel: SocketChannel, pool: WorkerPool): TcpStream {
            try {
                prepare(channel)
                return TcpStream(channel, Registration(channel, pool), pool)
            } catch (failure: Throwable) {
                channel.close()
                throw failure
            }
        }

        /** What each of our channels is set to. */
        internal fun prepare(channel: SocketChannel) {
            channel.configureBlocking(false)
            try {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true)
            } catch (_: IOException) {
                // The peer may be gone already: the first receive will say so.
            }
        }

        /** There is nothing to receive yet. */
        private const val NOTHING = -2
        private val NO_BYTES = ByteArray(0)

        /** Bytes pass through here on their way into an array of their exact length; used by one thread between two suspensions. */
        private val SCRATCH: ThreadLocal<ByteBuffer> =
            ThreadLocal.withInitial { ByteBuffer.allocateDirect(ByteSource.DEFAULT_RECEIVE) }

        private const val MOST_HEAP_BYTES = 131_072

        /** The JDK copies what lies on the heap into direct memory first, all of it, even if the system then takes little. */
        private fun mostAtOnce(buffer: ByteBuffer): Int = if (buffer.isDirect) Int.MAX_VALUE else MOST_HEAP_BYTES
    }
}
