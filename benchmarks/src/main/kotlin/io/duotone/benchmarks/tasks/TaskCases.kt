package io.duotone.benchmarks.tasks

import io.duotone.benchmarks.harness.Bar
import io.duotone.benchmarks.rounds.RoundCase
import io.duotone.benchmarks.rounds.Variant
import io.duotone.benchmarks.rounds.Workload
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.spawn
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import java.util.Collections

private const val GROUP = "Duotone spawn(collection)"
private const val STAGES = "Duotone from Java, stage tone"
private const val LAUNCH_OURS = "kotlinx launch on Duotone"
private const val LAUNCH_DEFAULT = "kotlinx launch on Default"
private const val VIRTUAL = "virtual threads"

/** One million tasks that each yield once, joined as one group. */
internal fun taskCases(): List<RoundCase> =
    listOf(
        RoundCase(
            name = "tasks",
            size = 1_000_000,
            quickSize = 100_000,
            warmUps = 5,
            rounds = 11,
            variants =
            listOf(
                Variant(GROUP) { GroupSpawn() },
                Variant(LAUNCH_DEFAULT) { launchOn(Dispatchers.Default) },
                Variant(LAUNCH_OURS) { LaunchOnDuotone() },
                Variant(STAGES) { StageTasks() },
                Variant(VIRTUAL, minimumJdk = 21) { VirtualTasks() },
            ),
            bars =
            listOf(
                Bar(GROUP, LAUNCH_DEFAULT, 1 / 3.0, appliesTo = { it < 21 }),
                Bar(GROUP, VIRTUAL, 0.5),
                Bar(LAUNCH_OURS, LAUNCH_DEFAULT, 1.1, appliesTo = { it < 21 }),
                Bar(LAUNCH_OURS, LAUNCH_DEFAULT, 0.7, appliesTo = { it >= 25 }),
                Bar(STAGES, LAUNCH_DEFAULT, 0.5),
            ),
        ),
    )

private class GroupSpawn : Workload {
    private val runtime = DuotoneRuntime()
    private val yieldOnce: suspend () -> Unit = { yield() }

    override fun round(size: Int) {
        val results = runtime.block { spawn(Collections.nCopies(size, yieldOnce)).await() }
        check(results.size == size)
    }

    override fun close() = runtime.close()
}

private class LaunchOnDuotone : Workload {
    private val runtime = DuotoneRuntime()
    private val launches = launchOn(runtime.dispatcher)

    override fun round(size: Int) = launches.round(size)

    override fun close() = runtime.close()
}

private fun launchOn(dispatcher: CoroutineDispatcher) =
    Workload { size -> runBlocking(dispatcher) { repeat(size) { launch { yield() } } } }
