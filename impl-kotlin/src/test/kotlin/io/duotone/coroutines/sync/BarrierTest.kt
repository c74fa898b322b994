package io.duotone.coroutines.sync

import io.duotone.sync.SyncStatistics
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.awaitAll

internal class BarrierTest :
    FunSpec({
        test("T36 Y23 C21 it opens when enough have arrived, and gives the order of arrival") {
            onOneThread {
                val barrier = Barrier(3)
                val order = mutableListOf<Int>()
                val waits = List(2) { begin { barrier.await().also { order += it } } }
                settle()
                barrier.isOpen shouldBe false
                barrier.arrivals shouldBe 2
                barrier.statistics() shouldBe SyncStatistics(0, 2)
                barrier.await() shouldBe 2
                waits.awaitAll() shouldContainExactly listOf(0, 1)
                order shouldContainExactly listOf(0, 1)
                barrier.isOpen shouldBe true
            }
        }

        test("T36 Y23 C21 later arrivals pass at once, and the index goes on") {
            onOneThread {
                val barrier = Barrier(1)
                List(4) { barrier.await() } shouldContainExactly listOf(0, 1, 2, 3)
                barrier.arrivals shouldBe 4
            }
        }

        test("T36 an arrival need not wait") {
            onOneThread {
                val barrier = Barrier(2)
                val wait = begin { barrier.await() }
                barrier.arrive() shouldBe 1
                wait.await() shouldBe 0
                barrier.arrive() shouldBe 2
            }
        }

        test("C21 whoever is cancelled stays arrived, and whoever was cancelled before has not arrived") {
            onOneThread {
                val barrier = Barrier(3)
                cancelled { barrier.await() }.shouldBeInstanceOf<CancellationException>()
                barrier.arrivals shouldBe 0
                val first = begin { barrier.await() }
                val second = begin { barrier.await() }
                first.cancel()
                barrier.statistics() shouldBe SyncStatistics(0, 1)
                barrier.await() shouldBe 2
                second.await() shouldBe 1
            }
        }

        test("T36 C21 fewer than one is refused, and its text explains the state") {
            for (parties in listOf(0, -1)) {
                shouldThrow<IllegalArgumentException> { Barrier(parties) }.message shouldContain "at least 1 must arrive"
            }
            onOneThread {
                val barrier = Barrier(2)
                val wait = begin { barrier.await() }
                barrier.toString() shouldBe "Barrier(1 of 2 arrived, 1 waiting)"
                barrier.arrive()
                barrier.toString() shouldBe "Barrier(open, 2 arrived)"
                wait.await()
            }
        }
    })
