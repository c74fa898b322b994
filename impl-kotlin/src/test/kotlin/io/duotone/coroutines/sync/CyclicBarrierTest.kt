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
import kotlinx.coroutines.supervisorScope

internal class CyclicBarrierTest :
    FunSpec({
        test("C21 each time enough have arrived they go on together, and it begins anew") {
            onOneThread {
                val barrier = CyclicBarrier(3)
                val places = mutableListOf<Int>()
                val all = List(3) {
                    begin { repeat(4) { places += barrier.await() } }
                }
                all.awaitAll()
                places.chunked(3).forEach { round -> round.sorted() shouldContainExactly listOf(0, 1, 2) }
                places.size shouldBe 12
                barrier.arrivals shouldBe 0
            }
        }

        test("C21 who arrives before the others have gone on belongs to the next round") {
            onOneThread {
                val barrier = CyclicBarrier(2)
                val held = HeldBack()
                val first = begin(held) { barrier.await() }
                barrier.await() shouldBe 1
                val next = begin { barrier.await() }
                settle()
                next.isCompleted shouldBe false
                held.runAll()
                first.await() shouldBe 0
                barrier.statistics() shouldBe SyncStatistics(0, 1)
                barrier.await() shouldBe 1
                next.await() shouldBe 0
            }
        }

        test("C21 a cancelled wait takes its arrival back, and places are still given once each") {
            onOneThread {
                val barrier = CyclicBarrier(3)
                cancelled { barrier.await() }.shouldBeInstanceOf<CancellationException>()
                val waits = List(2) { begin { barrier.await() } }
                waits[0].cancel()
                barrier.arrivals shouldBe 1
                val third = begin { barrier.await() }
                settle()
                waits[1].isCompleted shouldBe false
                barrier.await() shouldBe 2
                listOf(waits[1], third).awaitAll() shouldContainExactly listOf(0, 1)
            }
        }

        test("C21 a cancellation after the last arrival holds up nobody, and the next round is whole") {
            onOneThread {
                val barrier = CyclicBarrier(3)
                val held = HeldBack()
                val waits = List(2) { begin(held) { barrier.await() } }
                barrier.await()
                waits[0].cancel()
                held.runAll()
                waits[0].isCancelled shouldBe true
                waits[1].await() shouldBe 1
                barrier.arrivals shouldBe 0
            }
        }

        test("C21 the last runs the action before the others go on") {
            onOneThread {
                val seen = mutableListOf<String>()
                val barrier = CyclicBarrier(2) { seen += "action" }
                repeat(2) {
                    val first = begin {
                        barrier.await()
                        seen += "first"
                    }
                    barrier.await()
                    seen += "last"
                    first.await()
                }
                seen shouldContainExactly listOf("action", "last", "first", "action", "last", "first")
            }
        }

        test("C21 what the action throws is thrown to all of the round, and the next begins as ever") {
            onOneThread {
                var fails = true
                val barrier = CyclicBarrier(2) { check(!fails) { "the action failed" } }
                supervisorScope {
                    val first = begin { barrier.await() }
                    shouldThrow<IllegalStateException> { barrier.await() }.message shouldBe "the action failed"
                    shouldThrow<IllegalStateException> { first.await() }.message shouldBe "the action failed"
                }
                fails = false
                val first = begin { barrier.await() }
                barrier.await() shouldBe 1
                first.await() shouldBe 0
            }
        }

        test("C21 who arrives during the action waits for the next round") {
            onOneThread {
                lateinit var early: kotlinx.coroutines.Deferred<Int>
                var rounds = 0
                lateinit var barrier: CyclicBarrier
                val scope = this
                barrier = CyclicBarrier(2) { if (rounds++ == 0) early = scope.begin { barrier.await() } }
                val first = begin { barrier.await() }
                barrier.await() shouldBe 1
                first.await() shouldBe 0
                early.isCompleted shouldBe false
                barrier.await() shouldBe 1
                early.await() shouldBe 0
            }
        }

        test("C21 for one it never waits; fewer are refused, and its text explains the state") {
            onOneThread {
                val alone = CyclicBarrier(1)
                List(3) { alone.await() } shouldContainExactly listOf(0, 0, 0)
                shouldThrow<IllegalArgumentException> { CyclicBarrier(0) }.message shouldContain "at least 1 must arrive"
                val barrier = CyclicBarrier(2)
                val wait = begin { barrier.await() }
                barrier.toString() shouldBe "CyclicBarrier(1 of 2 arrived)"
                barrier.await()
                wait.await()
            }
        }
    })
