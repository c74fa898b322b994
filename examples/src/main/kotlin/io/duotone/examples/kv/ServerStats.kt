package io.duotone.examples.kv

import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicLong
import java.util.concurrent.atomic.LongAdder

/** What a server counts; shown by `INFO`. Any thread may read and count. */
public class ServerStats {
    private val startedNanos = System.nanoTime()
    private val connected = AtomicInteger()
    private val connections = AtomicLong()
    private val rejected = AtomicLong()
    private val commands = LongAdder()

    /** How long the server has been running, in milliseconds. */
    public fun uptimeMillis(): Long = (System.nanoTime() - startedNanos) / NANOS_PER_MILLI

    /** Connections open now. */
    public fun connectedClients(): Int = connected.get()

    /** Connections ever taken; their numbers are also the connections' ids. */
    public fun totalConnections(): Long = connections.get()

    /** Connections turned away because there were too many. */
    public fun rejectedConnections(): Long = rejected.get()

    /** Commands answered, failed ones included. */
    public fun totalCommands(): Long = commands.sum()

    /** Counts a new connection unless [most] are open; gives its id, or null. */
    internal fun connect(most: Int): Long? {
        while (true) {
            val open = connected.get()
            if (open >= most) {
                rejected.incrementAndGet()
                return null
            }
            if (connected.compareAndSet(open, open + 1)) return connections.incrementAndGet()
        }
    }

    internal fun disconnect() {
        connected.decrementAndGet()
    }

    internal fun countCommands(count: Int) {
        commands.add(count.toLong())
    }

    private companion object {
        const val NANOS_PER_MILLI = 1_000_000
    }
}
