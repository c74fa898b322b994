package io.duotone.benchmarks.channels

import com.softwaremill.jox.Channel
import io.duotone.benchmarks.rounds.VirtualThreads
import io.duotone.benchmarks.rounds.Workload
import java.util.concurrent.CountDownLatch

/** Virtual threads that send and receive over a channel of jox. */
internal class JoxChannels(private val exchange: Exchange) : Workload {
    override fun round(size: Int) {
        val channel = if (exchange.buffer == 0) Channel.newRendezvousChannel<Int>() else Channel.newBufferedChannel<Int>(exchange.buffer)
        val done = CountDownLatch(exchange.senders + exchange.receivers)
        repeat(exchange.senders) {
            VirtualThreads.start(done) { repeat(size / exchange.senders) { message -> channel.send(message) } }
        }
        repeat(exchange.receivers) { VirtualThreads.start(done) { repeat(size / exchange.receivers) { channel.receive() } } }
        VirtualThreads.await(done)
    }
}
