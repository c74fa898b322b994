package io.duotone.benchmarks.sleeps

import io.duotone.benchmarks.harness.Bar
import io.duotone.benchmarks.rounds.RoundCase
import io.duotone.benchmarks.rounds.Variant
import io.duotone.benchmarks.rounds.Workload
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.spawn
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking

private const val GROUP = "Duotone spawn(collection) + delay"
private const val STAGES = "Duotone from Java, scope.sleep"
private const val LAUNCH_OURS = "kotlinx launch + delay on Duotone"
private const val LAUNCH_DEFAULT = "kotlinx launch + delay on Default"
private const val VIRTUAL = "virtual threads"

/** The longest sleep in milliseconds, which is also the least time a round can take. */
internal const val LONGEST = 1000

/**
 * One million sleeps of 1 to 1000 ms, evenly spread; with room for all of them in the young generation, and as G1 sizes it: then it
 * copies the sleepers once or twice while they are being started, some 100 ms each time, whatever they sleep on.
 */
internal fun sleepCases(): List<RoundCase> = listOf(
    sleeps("sleeps", listOf("-Xmn2g")),
    sleeps("sleeps, copied by the collector", emptyList())
)

private fun sleeps(name: String, flags: List<String>) =
    RoundCase(
        name = name,
        size = 1_000_000,
        quickSize = 100_000,
        warmUps = 2,
        rounds = 3,
        variants =
        listOf(
            Variant(GROUP) { GroupSleeps() },
            Variant(LAUNCH_DEFAULT) { sleepsOn(Dispatchers.Default) },
            Variant(LAUNCH_OURS) { SleepsOnDuotone() },
            Variant(STAGES) { StageSleeps() },
            Variant(VIRTUAL, minimumJdk = 21) { VirtualSleeps() },
        ),
        bars =
        listOf(
            Bar(LAUNCH_OURS, LAUNCH_DEFAULT, 1 / 3.0),
            Bar(GROUP, LAUNCH_DEFAULT, 1 / 3.0),
            Bar(STAGES, LAUNCH_DEFAULT, 1 / 3.0),
        ),
        ideal = LONGEST.toDouble(),
        flags = flags,
    )

private class GroupSleeps : Workload {
    private val runtime = DuotoneRuntime()
    private val sleepers: List<suspend () -> Unit> = List(LONGEST) { index -> { delay(index + 1L) } }

    override fun round(size: Int) {
        val blocks =
            object : AbstractList<suspend () -> Unit>() {
                override val size: Int = size

                override fun get(index: Int): suspend () -> Unit = sleepers[index % LONGEST]
            }
        check(runtime.block { spawn(blocks).await() }.size == size)
    }

    override fun close() = runtime.close()
}

private class SleepsOnDuotone : Workload {
    private val runtime = DuotoneRuntime()
    private val sleeps = sleepsOn(runtime.dispatcher)

    override fun round(size: Int) = sleeps.round(size)

    override fun close() = runtime.close()
}

private fun sleepsOn(dispatcher: CoroutineDispatcher) =
    Workload { size -> runBlocking(dispatcher) { repeat(size) { index -> launch { delay(index % LONGEST + 1L) } } } }
