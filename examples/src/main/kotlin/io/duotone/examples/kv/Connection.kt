package io.duotone.examples.kv

import io.duotone.coroutines.facade.await
import io.duotone.coroutines.net.TcpStream
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import java.io.IOException
import java.nio.ByteBuffer
import java.util.concurrent.TimeoutException
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicReference
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds

/**
 * One client: reads what has arrived, answers all requests that are complete, sends all the answers at once, and so on.
 *
 * ```
 *                 bytes arrived
 *      WAITING <----------------> ANSWERING
 *         |       answers sent        |
 *         +-----------+---------------+
 *                     | finish
 *                     v
 *                 FINISHING      requests that come now are not begun
 * ```
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | phase, outputEnded | the connection, [finish] | both | atomic |
 * | subscriber, writer | the connection | the connection, [finish] | volatile; published before the first message can come |
 * | all others | the connection's coroutine | the same | confined |
 *
 * @param id unique in the process
 * @param scope where the second coroutine of a subscriber runs; ends with the connection
 */
internal class Connection(
    private val id: Long,
    private val stream: TcpStream,
    private val scope: CoroutineScope,
    private val options: KvOptions,
    private val commands: CommandTable,
    private val pubSub: PubSub,
    private val stats: ServerStats,
) : Session,
    Subscriptions {
    private enum class Phase { WAITING, ANSWERING, FINISHING }

    private val phase = AtomicReference(Phase.ANSWERING)

    /** The connection and [finish] may both want to end the output. */
    private val outputEnded = AtomicBoolean()
    private val parser = RequestParser(options.maxRequest)
    private val encoder = ReplyEncoder()
    private val idle = if (options.idle == Duration.ZERO) Duration.INFINITE else options.idle
    private var database = 0
    private var name: ByteArray? = null
    private var closing = false

    @Volatile
    private var subscriber: Subscriber? = null

    @Volatile
    private var writer: Job? = null

    /** Serves the client until it leaves, is cut off, or the server stops. */
    suspend fun serve() {
        try {
            converse()
            endOutput()
            discardInput()
        } catch (_: IOException) {
            // The client has gone, or was cut off; there is nobody to tell.
        } catch (_: TimeoutException) {
            // Idle for too long.
        } finally {
            subscriber?.close()
            writer?.cancel()
            stream.close()
        }
    }

    private suspend fun converse() {
        while (!closing && phase.compareAndSet(Phase.ANSWERING, Phase.WAITING)) {
            val space = parser.space()
            val received = receive(space)
            if (!phase.compareAndSet(Phase.WAITING, Phase.ANSWERING) || received < 0) return
            parser.received()
            answerAll()
            flush()
        }
    }

    private suspend fun receive(space: ByteBuffer): Int =
        // A subscriber may be silent for ever: it is there to listen.
        if (idle.isInfinite() || count() > 0) stream.receiveSome(space) else stream.receiveSome(space, idle)

    private suspend fun answerAll() {
        var answered = 0
        while (!closing) {
            val request = nextRequest() ?: break
            answered++
            var reply = commands.execute(this, request)
            if (reply is Reply.Later) {
                flush()
                reply = reply.stage().await()
            }
            encoder.add(reply)
            if (encoder.size >= FLUSH_BYTES) flush()
        }
        stats.countCommands(answered)
    }

    private fun nextRequest(): Request? = try {
        parser.next()
    } catch (malformed: ProtocolException) {
        encoder.add(Reply.Failure("ERR Protocol error: ${malformed.message}"))
        closing = true
        null
    }

    private suspend fun flush() {
        if (encoder.size == 0) return
        val queue = subscriber
        if (queue != null) {
            queue.enqueue(encoder.take())
            return
        }
        val bytes = encoder.asBuffer()
        if (idle.isInfinite()) stream.sendAll(bytes) else stream.sendAll(bytes, idle)
        encoder.clear()
    }

    /**
     * Lets the connection end well: what it is answering now, it answers; nothing else is begun. Returns when a connection
     * that was waiting has ended; one that was answering ends by itself.
     */
    suspend fun finish() {
        if (phase.getAndSet(Phase.FINISHING) != Phase.WAITING) return
        try {
            endOutput()
            delay(LINGER)
        } catch (_: IOException) {
            // The client has gone.
        } finally {
            stream.close()
        }
    }

    /** Sends what is queued, then the end of the stream. */
    private suspend fun endOutput() {
        subscriber?.finish()
        writer?.join()
        if (outputEnded.compareAndSet(false, true)) stream.sendEof()
    }

    /**
     * Reads on for a moment. Closing with bytes unread would reset the connection, and a reset may overtake the last reply on
     * its way to the client.
     */
    private suspend fun discardInput() {
        withTimeoutOrNull(LINGER) {
            val space = ByteBuffer.allocate(DISCARD_BYTES)
            do {
                val received = stream.receiveSome(space.clear())
            } while (received >= 0)
        }
    }

    override fun id(): Long = id

    override fun database(): Int = database

    override fun select(database: Int) {
        this.database = database
    }

    override fun name(): ByteArray? = name

    override fun rename(name: ByteArray?) {
        this.name = name
    }

    override fun subscriptions(): Subscriptions = this

    override fun closeAfterReply() {
        closing = true
    }

    override fun count(): Int = subscriber?.count ?: 0

    override fun subscribe(channels: Array<ByteKey>) {
        channels.forEach(becomeSubscriber()::subscribe)
    }

    override fun subscribePatterns(patterns: Array<ByteKey>) {
        patterns.forEach(becomeSubscriber()::subscribePattern)
    }

    override fun unsubscribe(channels: Array<ByteKey>?) {
        val subscriber = becomeSubscriber()
        channels?.forEach(subscriber::unsubscribe) ?: subscriber.unsubscribeAll()
    }

    override fun unsubscribePatterns(patterns: Array<ByteKey>?) {
        val subscriber = becomeSubscriber()
        patterns?.forEach(subscriber::unsubscribePattern) ?: subscriber.unsubscribeAllPatterns()
    }

    override fun clear() {
        subscriber?.clear()
    }

    /** From now on everything that goes out goes through the subscriber's queue, the replies not yet sent first. */
    private fun becomeSubscriber(): Subscriber {
        val current = subscriber ?: Subscriber(pubSub, options.subscriberLimit, stream::close).also { created ->
            subscriber = created
            writer = scope.launch { writeTo(created) }
        }
        if (encoder.size > 0) current.enqueue(encoder.take())
        return current
    }

    private suspend fun writeTo(queue: Subscriber) {
        try {
            queue.write(stream)
        } catch (_: IOException) {
            // The client has gone: let the reading coroutine notice at once.
            stream.close()
        }
    }

    private companion object {
        const val FLUSH_BYTES = 64 * 1024
        const val DISCARD_BYTES = 16 * 1024
        val LINGER = 250.milliseconds
    }
}
