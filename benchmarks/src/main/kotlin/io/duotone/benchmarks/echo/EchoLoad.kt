package io.duotone.benchmarks.echo

import java.net.InetSocketAddress
import java.nio.ByteBuffer
import java.nio.channels.SelectionKey
import java.nio.channels.Selector
import java.nio.channels.SocketChannel
import java.util.concurrent.TimeUnit

/** Connections that play ping-pong with an echo server, all on the calling thread. */
internal class EchoLoad(port: Int, connections: Int, messageSize: Int) : AutoCloseable {
    private val selector = Selector.open()
    private val connections = List(connections) { PingPong(port, messageSize, selector) }

    /** Ping-pong on all connections for [millis]; then waits for the messages still out, so that the count is exact. */
    fun closedLoop(millis: Long): String {
        val start = System.nanoTime()
        val end = start + TimeUnit.MILLISECONDS.toNanos(millis)
        val begun = connections.sumOf { it.completed }
        connections.forEach { it.send() }
        var out = connections.size
        while (out > 0) {
            val ready =
                selector.select(
                    { key ->
                        val connection = key.attachment() as PingPong
                        if (connection.receive()) {
                            if (System.nanoTime() < end) {
                                connection.send()
                            } else {
                                out--
                            }
                        }
                    },
                    ANSWER_MILLIS,
                )
            check(ready > 0) { "the server did not answer within $ANSWER_MILLIS ms" }
        }
        return "${connections.sumOf { it.completed } - begun} ${System.nanoTime() - start}"
    }

    /** Each connection sends a message every [intervalMillis], at times evenly spread; the latencies' percentiles. */
    fun paced(millis: Long, intervalMillis: Long): String {
        val interval = TimeUnit.MILLISECONDS.toNanos(intervalMillis)
        val start = System.nanoTime()
        val end = start + TimeUnit.MILLISECONDS.toNanos(millis)
        val schedules =
            connections.mapIndexed { index, connection ->
                Pace(connection, start + interval * index / connections.size, interval, end).also { connection.pace = it }
            }
        while (true) {
            val now = System.nanoTime()
            schedules.forEach { it.sendIfDue(now) }
            if (now >= end && schedules.none { it.isOut }) break
            check(now < end + TimeUnit.MILLISECONDS.toNanos(ANSWER_MILLIS)) { "the server did not answer within $ANSWER_MILLIS ms" }
            selector.select({ key ->
                val connection = key.attachment() as PingPong
                if (connection.receive()) connection.pace?.received(System.nanoTime())
            }, 1)
        }
        return percentiles(schedules.flatMap { it.latencies })
    }

    private fun percentiles(latencies: List<Long>): String {
        val sorted = latencies.sorted()
        val shares = listOf(0.5, 0.9, 0.99).map { sorted[(sorted.size * it).toInt()] }
        return (shares + sorted.last() + sorted.size.toLong()).joinToString(" ")
    }

    override fun close() {
        connections.forEach { it.close() }
        selector.close()
    }

    private companion object {
        const val ANSWER_MILLIS = 10_000L
    }
}
