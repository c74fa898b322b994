package io.duotone.examples.kv

import io.duotone.coroutines.net.TcpStream
import kotlinx.coroutines.channels.Channel
import java.nio.ByteBuffer

/**
 * The outgoing half of a connection that has subscribed: its subscriptions, and a queue for messages and replies alike, so
 * that they never mix. Whoever publishes only adds to the queue; [write], the connection's second coroutine, sends. A client
 * that does not read lets the queue grow up to [limit] bytes and is then cut off, as Redis does.
 *
 * ```
 *            finish                all sent
 *     OPEN ----------> FINISHING ------------> CLOSED
 *      |                   |                      ^
 *      +-------------------+------ close, --------+
 *                                 overflow
 * ```
 * No-ops: finish outside of OPEN, close in CLOSED, any subscription or message in CLOSED.
 *
 * | field | written by | read by | guard |
 * |---|---|---|---|
 * | state, queue, queuedBytes | any thread | any thread | monitor of this |
 * | channels, patterns | the connection | the connection, publishers | monitor of this |
 * | signal | any thread | [write] | the channel itself |
 *
 * Lock order: this, then the registry's map. The registry never calls back under its own.
 *
 * @param limit the most bytes that may wait
 * @param cutOff closes the connection at once
 */
internal class Subscriber(private val registry: PubSub, private val limit: Long, private val cutOff: () -> Unit) {
    private enum class State { OPEN, FINISHING, CLOSED }

    private var state = State.OPEN
    private val queue = ArrayDeque<ByteArray>()
    private var queuedBytes = 0L
    private val channels = LinkedHashSet<ByteKey>()
    private val patterns = LinkedHashSet<ByteKey>()
    private val signal = Channel<Unit>(Channel.CONFLATED)

    /** How many channels and patterns are subscribed. */
    val count: Int
        @Synchronized get() = channels.size + patterns.size

    // Each of the four registers and confirms under the monitor: no message can come in between.

    @Synchronized
    fun subscribe(channel: ByteKey) {
        if (state == State.CLOSED) return
        if (channels.add(channel)) registry.subscribe(channel, this)
        enqueue(PubSubMessages.confirmation("subscribe", channel, count))
    }

    @Synchronized
    fun unsubscribe(channel: ByteKey) {
        if (channels.remove(channel)) registry.unsubscribe(channel, this)
        enqueue(PubSubMessages.confirmation("unsubscribe", channel, count))
    }

    @Synchronized
    fun subscribePattern(pattern: ByteKey) {
        if (state == State.CLOSED) return
        if (patterns.add(pattern)) registry.subscribePattern(pattern, this)
        enqueue(PubSubMessages.confirmation("psubscribe", pattern, count))
    }

    @Synchronized
    fun unsubscribePattern(pattern: ByteKey) {
        if (patterns.remove(pattern)) registry.unsubscribePattern(pattern, this)
        enqueue(PubSubMessages.confirmation("punsubscribe", pattern, count))
    }

    @Synchronized
    fun unsubscribeAll() {
        if (channels.isEmpty()) enqueue(PubSubMessages.confirmation("unsubscribe", null, count))
        channels.toList().forEach(::unsubscribe)
    }

    @Synchronized
    fun unsubscribeAllPatterns() {
        if (patterns.isEmpty()) enqueue(PubSubMessages.confirmation("punsubscribe", null, count))
        patterns.toList().forEach(::unsubscribePattern)
    }

    /** Ends all subscriptions without a word. */
    @Synchronized
    fun clear() {
        channels.forEach { registry.unsubscribe(it, this) }
        channels.clear()
        patterns.forEach { registry.unsubscribePattern(it, this) }
        patterns.clear()
    }

    /** Queues a message, unless the channel is no longer subscribed; says whether it was queued. */
    @Synchronized
    fun offer(channel: ByteKey, message: ByteArray): Boolean = channel in channels && enqueue(message)

    /** As [offer], for a message that a pattern brings. */
    @Synchronized
    fun offerToPattern(pattern: ByteKey, message: ByteArray): Boolean = pattern in patterns && enqueue(message)

    /** Queues [bytes]; false when the connection is ending. */
    @Synchronized
    fun enqueue(bytes: ByteArray): Boolean {
        if (state != State.OPEN) return false
        if (queuedBytes + bytes.size > limit) {
            close()
            cutOff()
            return false
        }
        queue.addLast(bytes)
        queuedBytes += bytes.size
        signal.trySend(Unit)
        return true
    }

    /** Lets [write] end once all that is queued has been sent; nothing more is queued. */
    @Synchronized
    fun finish() {
        if (state == State.OPEN) state = State.FINISHING
        signal.trySend(Unit)
    }

    /** Ends everything; what is queued is dropped. */
    @Synchronized
    fun close() {
        state = State.CLOSED
        clear()
        queue.clear()
        queuedBytes = 0
        signal.trySend(Unit)
    }

    /** Sends what is queued, until [finish] or [close]. One coroutine at a time. */
    suspend fun write(stream: TcpStream) {
        while (true) {
            val batch = nextBatch()
            if (batch != null) {
                stream.sendAll(batch)
                sent(batch.limit())
            } else if (isEnding()) {
                return
            } else {
                signal.receive()
            }
        }
    }

    /** Takes up to [BATCH_BYTES] from the queue; they count as queued until [sent]. */
    @Synchronized
    private fun nextBatch(): ByteBuffer? {
        val first = queue.removeFirstOrNull() ?: return null
        var total = first.size
        val parts = arrayListOf(first)
        while (queue.isNotEmpty() && total + queue.first().size <= BATCH_BYTES) {
            parts += queue.removeFirst()
            total += parts.last().size
        }
        if (parts.size == 1) return ByteBuffer.wrap(first)
        val batch = ByteBuffer.allocate(total)
        parts.forEach(batch::put)
        return batch.flip()
    }

    @Synchronized
    private fun sent(bytes: Int) {
        if (state != State.CLOSED) queuedBytes -= bytes
    }

    @Synchronized
    private fun isEnding(): Boolean = state != State.OPEN

    private companion object {
        const val BATCH_BYTES = 64 * 1024
    }
}
