package io.duotone.coroutines.engine.scheduler

import io.duotone.coroutines.engine.stressScale
import io.duotone.coroutines.watched
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import java.util.SplittableRandom
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread

internal class FinishedCountsTest :
    FunSpec({
        class Group : FinishedCounter {
            val told = AtomicInteger()
            val calls = AtomicInteger()

            override fun finished(members: Int) {
                calls.incrementAndGet()
                told.addAndGet(members)
            }
        }

        test("members are told in one batch when the worker has nothing else to do") {
            val counts = FinishedCounts()
            val group = Group()
            repeat(10) { counts.add(group) }
            group.told.get() shouldBe 0
            counts.flush()
            counts.flush()
            group.told.get() shouldBe 10
            group.calls.get() shouldBe 1
        }

        test("a group is told when the next one begins") {
            val counts = FinishedCounts()
            val (first, second) = List(2) { Group() }
            counts.add(first)
            counts.add(second)
            first.told.get() shouldBe 1
            second.told.get() shouldBe 0
        }

        test("another thread tells what the worker has counted, and the worker does not tell it again") {
            val counts = FinishedCounts()
            val group = Group()
            repeat(3) { counts.add(group) }
            thread { counts.tell() }.join()
            group.told.get() shouldBe 3
            counts.add(group)
            counts.flush()
            group.told.get() shouldBe 4
        }

        test("each member is told once, to its own group, whoever tells it") {
            val seed = System.nanoTime()
            val random = SplittableRandom(seed)
            val counts = FinishedCounts()
            val groups = List(3000 * stressScale) { Group() }
            val sizes = groups.map { random.nextInt(1, 200) }
            watched {
                val worker = thread {
                    for ((group, size) in groups zip sizes) repeat(size) { counts.add(group) }
                    counts.flush()
                }
                val other = thread { while (worker.isAlive) counts.tell() }
                worker.join()
                other.join()
            }
            groups.map { it.told.get() } shouldBe sizes
        }
    })
