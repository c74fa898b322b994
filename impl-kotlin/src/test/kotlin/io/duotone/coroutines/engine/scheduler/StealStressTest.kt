package io.duotone.coroutines.engine.scheduler

import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.diagnosis
import io.duotone.coroutines.engine.stressScale
import io.duotone.coroutines.watched
import io.duotone.coroutines.withRuntime
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicIntegerArray
import kotlin.time.Duration.Companion.minutes

/** Every task runs once, also while it moves between the queues of workers. */
internal class StealStressTest :
    FunSpec({
        for (workers in listOf(2, 4)) {
            test("what one worker makes ready is run once, by several: $workers workers") {
                stealing(workers) { Flood(it, 200_000 * stressScale).run() }
            }

            test("a tree of tasks is run once, wherever its parts are stolen: $workers workers") {
                stealing(workers) { runtime -> repeat(3 * stressScale) { Tree(runtime, depth = 15).run() } }
            }
        }
    })

private fun stealing(workers: Int, body: (DuotoneRuntime) -> Unit) {
    withRuntime("steal", workers) { runtime -> watched(2.minutes * stressScale, runtime::diagnosis) { body(runtime) } }
}

/** One task that makes all the others, into its own queue, which it overflows many times. */
private class Flood(private val runtime: DuotoneRuntime, private val tasks: Int) {
    private val runs = AtomicIntegerArray(tasks)
    private val ended = CountDownLatch(tasks)
    private val runners = ConcurrentHashMap.newKeySet<Thread>()

    fun run() {
        runtime.pool.submit {
            for (task in 0 until tasks) runtime.pool.submitLast { execute(task) }
            // The producer keeps its worker until others have done their part: they have nowhere else to take it from.
            while (ended.count > tasks - 1000L) Thread.onSpinWait()
        }
        ended.await()
        (0 until tasks).count { runs.get(it) != 1 } shouldBe 0
        runners.size shouldBeGreaterThan 1
    }

    private fun execute(task: Int) {
        runners.add(Thread.currentThread())
        runs.incrementAndGet(task)
        ended.countDown()
    }
}

/** Each task makes two, until the leaves. */
private class Tree(private val runtime: DuotoneRuntime, depth: Int) {
    private val nodes = 1 shl depth
    private val runs = AtomicIntegerArray(nodes)
    private val ended = CountDownLatch(nodes - 1)

    fun run() {
        runtime.pool.submit { grow(1) }
        ended.await()
        (1 until nodes).count { runs.get(it) != 1 } shouldBe 0
    }

    private fun grow(node: Int) {
        runs.incrementAndGet(node)
        if (2 * node < nodes) {
            runtime.pool.submit { grow(2 * node) }
            runtime.pool.submitLast { grow(2 * node + 1) }
        }
        ended.countDown()
    }
}
