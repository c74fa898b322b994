package io.duotone.coroutines.time

import io.duotone.MissedTicks
import io.duotone.coroutines.engine.stressScale
import io.duotone.coroutines.facade.asJava
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import java.util.concurrent.CancellationException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.random.Random
import kotlin.time.Duration.Companion.seconds

/** Ticks race with their cancellation: each is taken once, whoever it came for. */
internal class IntervalStressTest :
    FunSpec({
        val seed = System.nanoTime()
        val rounds = 2_000 * stressScale

        for (workers in listOf(1, 4)) {
            test("T31 no tick is lost to a cancelled coroutine: $workers workers, seed $seed") {
                countTicks(workers, rounds, seed) { interval, taken ->
                    val tick = launch {
                        interval.tick()
                        taken.incrementAndGet()
                    };
                    { tick.cancelAndJoin() }
                }
            }

            test("T31 no tick is lost to a cancelled task of Java: $workers workers, seed $seed") {
                countTicks(workers, rounds, seed) { interval, taken ->
                    val tick = interval.asJava().tick();
                    {
                        tick.cancel("enough")
                        try {
                            tick.join()
                            taken.incrementAndGet()
                        } catch (_: CancellationException) {
                            // Not taken, then.
                        }
                    }
                }
            }
        }
    })

/** In each round one tick is waited for, becomes due and is cancelled, all at the same time; in the end as many are taken as were due. */
private fun countTicks(
    workers: Int,
    rounds: Int,
    seed: Long,
    begin: CoroutineScope.(Interval, AtomicInteger) -> (suspend () -> Unit),
) {
    withManualTime(workers) { time ->
        val interval = interval(1.seconds, at = 1.seconds, missed = MissedTicks.BURST)
        val taken = AtomicInteger()
        val random = Random(seed)
        repeat(rounds) {
            val end = begin(interval, taken)
            val spins = random.nextInt(2_000)
            val moving = launch { time.move(1.seconds) }
            repeat(spins) { Thread.onSpinWait() }
            end()
            moving.join()
        }
        while (taken.get() < rounds) {
            interval.tick()
            taken.incrementAndGet()
        }
        val next = async(start = CoroutineStart.UNDISPATCHED) { interval.tick() }
        time.settle()
        next.isActive shouldBe true
        next.cancel()
        taken.get() shouldBe rounds
    }
}
