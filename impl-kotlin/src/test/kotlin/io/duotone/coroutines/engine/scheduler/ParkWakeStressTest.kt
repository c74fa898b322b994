package io.duotone.coroutines.engine.scheduler

import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.diagnosis
import io.duotone.coroutines.engine.stressScale
import io.duotone.coroutines.engine.timer.TimerEntry
import io.duotone.coroutines.spawn
import io.duotone.coroutines.watched
import io.duotone.coroutines.withRuntime
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.channels.Channel
import java.util.SplittableRandom
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration
import kotlin.time.Duration.Companion.minutes

/**
 * No wake-up is lost: work arrives at every moment of a worker's way into and out of its sleep. Each round waits for what it sent, so
 * that one lost wake-up ends the test in its watchdog.
 */
internal class ParkWakeStressTest :
    FunSpec({
        val seed = System.nanoTime()

        for (workers in listOf(1, 2, 4)) {
            test("submits from outside meet workers that go to sleep: $workers workers, seed $seed") {
                stressed(workers) { SubmitRounds(it, seed).run(40_000 * stressScale) }
            }

            test("timers from outside race with submits: $workers workers, seed $seed") {
                stressed(workers) { TimerRounds(it, seed).run(10_000 * stressScale) }
            }

            test("bursts, each after all have gone to sleep: $workers workers, seed $seed") {
                stressed(workers) { BurstRounds(it, seed).run(10_000 * stressScale) }
            }

            test("two runtimes wake each other by turns through channels: $workers workers") {
                stressed(workers) { one -> withRuntime("stress-other", workers) { other -> pingPong(one, other, 20_000 * stressScale) } }
            }

            test("coroutines of one runtime wake each other through channels: $workers workers") {
                stressed(workers) { pingPong(it, it, 30_000 * stressScale) }
            }
        }
    })

private val LIMIT: Duration = 2.minutes * stressScale

private fun stressed(workers: Int, body: (DuotoneRuntime) -> Unit) {
    withRuntime("stress", workers) { runtime -> watched(LIMIT, runtime::diagnosis) { body(runtime) } }
}

/** Spins for a moment that differs from round to round, so that what follows meets the worker at another place each time. */
private fun SplittableRandom.pause(most: Int) {
    repeat(nextInt(most)) { Thread.onSpinWait() }
}

private inline fun spinUntil(condition: () -> Boolean) {
    var spins = 0
    while (!condition()) if (++spins > 2000) Thread.yield() else Thread.onSpinWait()
}

private class SubmitRounds(runtime: DuotoneRuntime, seed: Long) {
    private val pool = runtime.pool
    private val random = SplittableRandom(seed)

    @Volatile
    private var arrived = 0

    fun run(rounds: Int) {
        for (round in 1..rounds) {
            random.pause(400)
            pool.submit { arrived = round } shouldBe true
            spinUntil { arrived == round }
        }
    }
}

private class TimerRounds(runtime: DuotoneRuntime, seed: Long) {
    private val pool = runtime.pool
    private val random = SplittableRandom(seed)
    private val arrived = AtomicInteger()

    private inner class Arrival : TimerEntry() {
        override fun run() {
            arrived.incrementAndGet()
        }
    }

    fun run(rounds: Int) {
        var sent = 0
        repeat(rounds) {
            random.pause(400)
            pool.schedule(Arrival(), pool.platform.nanoTime() + random.nextLong(50_000, 200_000))
            sent++
            if (random.nextBoolean()) {
                random.pause(4000)
                pool.submit { arrived.incrementAndGet() } shouldBe true
                sent++
            }
            spinUntil { arrived.get() == sent }
        }
    }
}

/** Tasks from outside that each start tasks of their own, which then lie in the queue of one worker while the others sleep. */
private class BurstRounds(runtime: DuotoneRuntime, seed: Long) {
    private val pool = runtime.pool
    private val random = SplittableRandom(seed)
    private val arrived = AtomicInteger()

    fun run(rounds: Int) {
        var sent = 0
        repeat(rounds) {
            val tasks = random.nextInt(1, 9)
            val children = random.nextInt(0, 4)
            repeat(tasks) {
                pool.submit {
                    repeat(children) { pool.submitLast { arrived.incrementAndGet() } }
                    arrived.incrementAndGet()
                } shouldBe true
            }
            sent += tasks * (children + 1)
            spinUntil { arrived.get() == sent }
            if (it % 4 == 0) spinUntil { pool.idle.allParked }
        }
    }
}

private fun pingPong(one: DuotoneRuntime, other: DuotoneRuntime, rounds: Int) {
    val there = Channel<Int>()
    val back = Channel<Int>()
    val echo = other.spawn { repeat(rounds) { back.send(there.receive()) } }
    one.block {
        spawn {
            repeat(rounds) {
                there.send(it)
                back.receive() shouldBe it
            }
        }.await()
    }
    other.block { echo.await() }
}
