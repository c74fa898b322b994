package io.duotone.coroutines.engine.timer

import io.duotone.coroutines.engine.stressScale
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import java.util.SplittableRandom
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicReferenceArray
import kotlin.concurrent.thread

/** Threads that add and cancel, one that collects and one that tries to: each entry either fires or is cancelled, exactly once. */
internal class TimerHeapStressTest :
    FunSpec({
        val seed = System.nanoTime()

        test("every entry has one end, seed $seed") {
            val entries = 150_000 * stressScale
            val heap = TimerHeap()
            val board = AtomicReferenceArray<Ended>(entries)
            val left = AtomicInteger(entries)
            val clock = AtomicInteger()
            val start = CountDownLatch(1)
            val adders = List(2) { part ->
                thread(name = "adder-$part") {
                    val random = SplittableRandom(seed + part)
                    start.await()
                    for (i in part until entries step 2) {
                        val entry = Ended()
                        board.set(i, entry)
                        heap.add(entry, clock.get() + random.nextLong(100))
                        // Its own, a recent one of anybody, or none.
                        val victim = board.get(maxOf(0, i - random.nextInt(200)))
                        if (victim != null && random.nextInt(3) > 0 && victim.cancel()) {
                            victim.ends.incrementAndGet()
                            left.decrementAndGet()
                        }
                    }
                }
            }
            val sink = DueSink {
                (it as Ended).ends.incrementAndGet()
                left.decrementAndGet()
            }
            val collectors = List(2) { number ->
                thread(name = "collector-$number") {
                    start.await()
                    while (left.get() > 0 && (adders.any { it.isAlive } || heap.size > 0)) {
                        val now = clock.incrementAndGet().toLong()
                        if (number == 0) heap.collectDue(now, sink) else heap.tryCollectDue(now, sink, limit = 10)
                    }
                }
            }
            start.countDown()
            (adders + collectors).forEach { it.join() }
            heap.collectDue(Long.MAX_VALUE - 1, sink)
            (0 until entries).filter { board.get(it).ends.get() != 1 } shouldBe emptyList()
            left.get() shouldBe 0
            heap.size shouldBe 0
            cancelledCountOf(heap) shouldBe 0
        }
    })

private class Ended : TimerEntry() {
    val ends = AtomicInteger()

    override fun run() = throw AssertionError("a heap does not run entries")
}

private fun cancelledCountOf(heap: TimerHeap): Int =
    TimerHeap::class.java.getDeclaredField("cancelled").also { it.isAccessible = true }.getInt(heap)
