package io.duotone.benchmarks.channels

import io.duotone.benchmarks.harness.Bar
import io.duotone.benchmarks.rounds.OnDuotone
import io.duotone.benchmarks.rounds.RoundCase
import io.duotone.benchmarks.rounds.Variant
import io.duotone.benchmarks.rounds.Workload
import io.duotone.coroutines.facade.asKotlin
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.yield
import io.duotone.channel.Channel as JavaChannel
import io.duotone.sync.Lock as JavaLock

private const val KOTLIN = "Duotone, Kotlin face"
private const val STAGES = "Duotone, Java stages"
private const val AWAIT = "Duotone, Java await"
private const val KOTLINX = "kotlinx on Duotone"
private const val DEFAULT = "kotlinx on Default"
private const val VIRTUAL = "virtual threads, java.util.concurrent"
private const val JOX = "virtual threads, jox"
private const val GO = "Go"

private const val MESSAGES = 1_000_000
private const val TURNS = 512_000
private const val HOLDERS = 64

/** A body in the await tone is a thread, and a message that it waits for wakes it: some hundred times the work of a coroutine. */
private const val AWAIT_SHARE = 20

/** Who sends to whom over what. */
internal class Exchange(val senders: Int, val receivers: Int, val buffer: Int)

/** Messages over a channel, and a lock handed on, in every language and tone. */
internal fun channelCases(): List<RoundCase> =
    listOf(
        exchange("rendezvous", "messages over a rendezvous channel", Exchange(1, 1, 0)),
        exchange("buffer-16", "messages over a buffer of 16", Exchange(1, 1, 16)),
        exchange("buffer-100", "messages over a buffer of 100", Exchange(1, 1, 100)),
        exchange("mpmc", "messages 4×4 over a buffer of 64", Exchange(4, 4, 64)),
        lock(),
    )

private fun exchange(key: String, name: String, exchange: Exchange) = channelCase(
    name,
    MESSAGES,
    listOf(
        Variant(KOTLIN) { OnDuotone { exchange(it, exchange, javaChannel<Int>(exchange.buffer).asKotlin()) } },
        Variant(KOTLINX) { OnDuotone { exchange(it, exchange, Channel(exchange.buffer)) } },
        Variant(STAGES) { StageChannels(exchange.senders, exchange.receivers) { javaChannel(exchange.buffer) } },
        Variant(AWAIT, share = AWAIT_SHARE) { AwaitChannels(exchange.senders, exchange.receivers) { javaChannel(exchange.buffer) } },
        Variant(DEFAULT) { Workload { size -> runBlocking(Dispatchers.Default) { exchange(size, exchange, Channel(exchange.buffer)) } } },
        Variant(VIRTUAL, minimumJdk = 21) { VirtualChannels(exchange.senders, exchange.receivers, exchange.buffer) },
        Variant(JOX, minimumJdk = 25) { JoxChannels(exchange) },
        Variant(GO, program = "channels", arguments = listOf(key)),
    ),
)

private fun lock() = channelCase(
    "times a lock is handed on among $HOLDERS tasks",
    TURNS,
    listOf(
        Variant(KOTLIN) { OnDuotone { handOver(it, JavaLock.create().asKotlin()) } },
        Variant(KOTLINX) { OnDuotone { handOver(it, Mutex()) } },
        Variant(STAGES) { StageLock(HOLDERS) },
        Variant(AWAIT, share = AWAIT_SHARE) { AwaitLock(HOLDERS) },
        Variant(DEFAULT) { Workload { size -> runBlocking(Dispatchers.Default) { handOver(size, Mutex()) } } },
        Variant(VIRTUAL, minimumJdk = 21) { VirtualLock(HOLDERS) },
        Variant(GO, program = "channels", arguments = listOf("lock")),
    ),
)

private fun channelCase(name: String, size: Int, variants: List<Variant>) = RoundCase(
    name = name,
    size = size,
    quickSize = size / 10,
    warmUps = 5,
    rounds = 9,
    variants = variants,
    bars = listOf(Bar(KOTLIN, KOTLINX, 1.03), Bar(STAGES, KOTLINX, 1.6)),
)

private fun <E : Any> javaChannel(buffer: Int): JavaChannel<E> = if (buffer == 0) JavaChannel.rendezvous() else JavaChannel.bounded(buffer)

private fun CoroutineScope.exchange(messages: Int, exchange: Exchange, channel: Channel<Int>) {
    repeat(exchange.senders) { launch { repeat(messages / exchange.senders) { channel.send(it) } } }
    repeat(exchange.receivers) { launch { repeat(messages / exchange.receivers) { channel.receive() } } }
}

private fun CoroutineScope.handOver(times: Int, mutex: Mutex) {
    repeat(HOLDERS) { launch { repeat(times / HOLDERS) { mutex.withLock { yield() } } } }
}
