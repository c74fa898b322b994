package io.duotone.coroutines.engine.reactor

import kotlinx.coroutines.CoroutineDispatcher
import java.io.IOException
import java.nio.channels.CancelledKeyException
import java.nio.channels.ClosedChannelException
import java.nio.channels.ClosedSelectorException
import java.nio.channels.SelectableChannel
import java.nio.channels.SelectionKey

/**
 * The readiness of one channel: a waiter to read and a waiter to write, and the key that stands for the channel in a poller. The
 * channel registers with a poller at the first wait, with that of the worker which waits.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | key | the first to wait | any thread | written under this; volatile |
 * | poller | the first to wait | any thread | published by key |
 * | closed | close | waiters | volatile |
 */
internal class Registration(
    private val channel: SelectableChannel,
    private val pollers: PollerSource,
    readOp: Int = SelectionKey.OP_READ,
    writeOp: Int = SelectionKey.OP_WRITE,
) {
    private val reader = ReadinessSlot(this, readOp)
    private val writer = ReadinessSlot(this, writeOp)

    @Volatile
    private var key: SelectionKey? = null
    private var poller: Poller? = null

    val dispatcher: CoroutineDispatcher? get() = pollers.dispatcher

    @Volatile
    var isClosed: Boolean = false
        private set

    /**
     * Waits until reading (or accepting) may bring something. May return early. Cancellation takes the waiter out; closing fails it
     * with [ClosedChannelException].
     */
    suspend fun awaitReadable() {
        reader.await()
    }

    /** As [awaitReadable], for writing. */
    suspend fun awaitWritable() {
        writer.await()
    }

    /** Waits until a connect under way has succeeded or failed. Before any [awaitWritable]. */
    suspend fun awaitConnected() {
        writer.op = SelectionKey.OP_CONNECT
        try {
            writer.await()
        } finally {
            writer.disarm()
            writer.op = SelectionKey.OP_WRITE
        }
    }

    /** Makes the wait for reading that is under way, or else the next one, return early. Any thread. */
    fun nudgeReader() {
        reader.nudge()
    }

    /** As [nudgeReader], for writing. */
    fun nudgeWriter() {
        writer.nudge()
    }

    /** Takes back the interest in writing, when it may be long until the next [awaitWritable]. The one who waited calls it. */
    fun disarmWriter() {
        writer.disarm()
    }

    /** Closes the channel, frees its place in the poller and fails both waiters. Idempotent. Any thread. */
    fun close() {
        synchronized(this) {
            if (isClosed) return
            isClosed = true
        }
        try {
            channel.close()
        } catch (_: IOException) {
            // The channel is closed all the same, and there is nobody whom it would help to know.
        }
        if (key != null) poller?.deregistered()
        reader.fail()
        writer.fail()
    }

    /** As [close], and returns only when the descriptor is free, so that its address can be bound again. */
    fun closeAndFree() {
        close()
        if (key != null) poller?.awaitFreed()
    }

    /** Called by the polling thread for a ready key. */
    fun ready(key: SelectionKey, list: ReadyList) {
        val ops = try {
            key.readyOps()
        } catch (_: CancelledKeyException) {
            return // close() fails the waiters
        }
        if (ops and reader.op != 0) reader.ready(key, list)
        if (ops and writer.op != 0) writer.ready(key, list)
    }

    /** Widens the interest by [op] and tells the poller. */
    fun arm(op: Int) {
        try {
            key().interestOpsOr(op)
        } catch (cancelled: CancelledKeyException) {
            throw closedBecause(cancelled)
        } catch (stopped: ClosedSelectorException) {
            throw closedBecause(stopped)
        }
        poller?.interestChanged()
    }

    fun narrow(op: Int) {
        val key = key ?: return
        if (key.isValid) runCatching { key.interestOpsAnd(op.inv()) }
    }

    private fun key(): SelectionKey = key ?: synchronized(this) {
        if (isClosed) throw ClosedChannelException()
        key ?: pollers.poller().let { chosen ->
            poller = chosen
            chosen.register(channel, this).also { key = it }
        }
    }

    private fun closedBecause(cause: Exception) = ClosedChannelException().apply { initCause(cause) }
}
