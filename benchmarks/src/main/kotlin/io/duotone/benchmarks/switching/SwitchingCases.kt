package io.duotone.benchmarks.switching

import io.duotone.benchmarks.channels.VirtualChannels
import io.duotone.benchmarks.harness.Bar
import io.duotone.benchmarks.rounds.OnDuotone
import io.duotone.benchmarks.rounds.RoundCase
import io.duotone.benchmarks.rounds.Variant
import io.duotone.benchmarks.rounds.Workload
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield

private const val OURS = "on Duotone"
private const val DEFAULT = "on Default"
private const val VIRTUAL = "virtual threads"

private const val YIELDS = 1000
private const val PRODUCERS = 4
private const val CONSUMERS = 4
private const val BUFFER = 64

/** Plain kotlinx code that mostly switches, on our dispatcher and on Default. */
internal fun switchingCases(): List<RoundCase> =
    listOf(
        case("ping-pong over two rendezvous channels, messages", 1_000_000, CoroutineScope::pingPong) { VirtualPingPong() },
        case("yields, by 1000 coroutines", YIELDS * YIELDS, CoroutineScope::yields) { VirtualYields(YIELDS) },
        case("MPMC 4×4 over a buffer of 64, messages", 1_000_000, CoroutineScope::mpmc) {
            VirtualChannels(PRODUCERS, CONSUMERS, BUFFER)
        },
    )

private fun case(name: String, size: Int, body: CoroutineScope.(Int) -> Unit, virtual: () -> Workload) =
    RoundCase(
        name = name,
        size = size,
        quickSize = size / 10,
        warmUps = 5,
        rounds = 11,
        variants =
        listOf(
            Variant(OURS) { OnDuotone(body) },
            Variant(DEFAULT) { Workload { runBlocking(Dispatchers.Default) { body(it) } } },
            Variant(VIRTUAL, minimumJdk = 21, start = virtual),
        ),
        bars = listOf(Bar(OURS, DEFAULT, 1.0)),
    )

private fun CoroutineScope.pingPong(messages: Int) {
    val pings = Channel<Int>()
    val pongs = Channel<Int>()
    val rounds = messages / 2
    launch { repeat(rounds) { pongs.send(pings.receive()) } }
    launch {
        repeat(rounds) {
            pings.send(it)
            check(pongs.receive() == it)
        }
    }
}

private fun CoroutineScope.yields(total: Int) {
    repeat(total / YIELDS) { launch { repeat(YIELDS) { yield() } } }
}

private fun CoroutineScope.mpmc(messages: Int) {
    val channel = Channel<Int>(BUFFER)
    repeat(PRODUCERS) { launch { repeat(messages / PRODUCERS) { channel.send(it) } } }
    repeat(CONSUMERS) { launch { repeat(messages / CONSUMERS) { channel.receive() } } }
}
