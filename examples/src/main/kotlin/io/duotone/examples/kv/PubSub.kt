package io.duotone.examples.kv

import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.yield
import java.util.concurrent.ConcurrentHashMap

/**
 * Who listens to what. Messages are published one at a time, so that all subscribers see all of them in the same order, as
 * in Redis; handing one over never waits for a subscriber.
 *
 * **Threads**: any.
 */
public class PubSub {
    private val channels = ConcurrentHashMap<ByteKey, MutableSet<Subscriber>>()
    private val patterns = ConcurrentHashMap<ByteKey, PatternSubscribers>()
    private val publishing = Mutex()

    private class PatternSubscribers(pattern: ByteKey) {
        val glob = Glob(pattern.bytes())
        val subscribers: MutableSet<Subscriber> = ConcurrentHashMap.newKeySet()
    }

    /** How many channels have subscribers, patterns not counted. */
    public fun channelCount(): Int = channels.size

    /** How many patterns have subscribers. */
    public fun patternCount(): Int = patterns.size

    /**
     * Hands [message] to everybody who listens to [channel], by name or by pattern, and gives the number of deliveries.
     * Suspends only behind other messages, and now and then while it serves very many subscribers.
     *
     * **Cancellation**: a message that waits behind others is not published; one that is being handed over stops halfway.
     */
    public suspend fun publish(channel: ByteArray, message: ByteArray): Int {
        if (channels.isEmpty() && patterns.isEmpty()) return 0
        return publishing.withLock { deliver(ByteKey(channel), message) }
    }

    private suspend fun deliver(channel: ByteKey, message: ByteArray): Int {
        var delivered = 0
        channels[channel]?.let { subscribers ->
            val encoded = PubSubMessages.message(channel, message)
            for (subscriber in subscribers) {
                if (subscriber.offer(channel, encoded) && ++delivered % BETWEEN_YIELDS == 0) yield()
            }
        }
        for ((pattern, listening) in patterns) {
            if (!listening.glob.matches(channel.bytes())) continue
            val encoded = PubSubMessages.patternMessage(pattern, channel, message)
            for (subscriber in listening.subscribers) {
                if (subscriber.offerToPattern(pattern, encoded) && ++delivered % BETWEEN_YIELDS == 0) yield()
            }
        }
        return delivered
    }

    internal fun subscribe(channel: ByteKey, subscriber: Subscriber) {
        channels.compute(channel) { _, subscribers -> (subscribers ?: ConcurrentHashMap.newKeySet()).apply { add(subscriber) } }
    }

    internal fun unsubscribe(channel: ByteKey, subscriber: Subscriber) {
        channels.computeIfPresent(channel) { _, subscribers ->
            subscribers.remove(subscriber)
            subscribers.ifEmpty { null }
        }
    }

    internal fun subscribePattern(pattern: ByteKey, subscriber: Subscriber) {
        patterns.compute(pattern) { _, listening -> (listening ?: PatternSubscribers(pattern)).apply { subscribers.add(subscriber) } }
    }

    internal fun unsubscribePattern(pattern: ByteKey, subscriber: Subscriber) {
        patterns.computeIfPresent(pattern) { _, listening ->
            listening.subscribers.remove(subscriber)
            listening.takeIf { it.subscribers.isNotEmpty() }
        }
    }

    private companion object {
        const val BETWEEN_YIELDS = 256
    }
}
