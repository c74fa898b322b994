package io.duotone.coroutines

import io.duotone.CancelReason
import io.duotone.coroutines.blocking.mapBlocking
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.yield
import java.util.concurrent.atomic.AtomicInteger

internal class MapConcurrentlyTest :
    FunSpec({
        for (limit in listOf(1, 2, 7, 100, Int.MAX_VALUE)) {
            test("T19 results come in the order of the elements, at most $limit run at a time") {
                runDuotone {
                    val running = AtomicInteger()
                    val most = AtomicInteger()
                    val results = (1..20).mapConcurrently(limit) { element ->
                        most.accumulateAndGet(running.incrementAndGet(), ::maxOf)
                        repeat(element % 3) { yield() }
                        running.decrementAndGet()
                        element * element
                    }
                    results shouldContainExactly (1..20).map { it * it }
                    (most.get() <= limit) shouldBe true
                }
            }

            test("T11 C3 all run to their end, the others' failures are suppressed, at most $limit at a time") {
                runDuotone {
                    val ended = AtomicInteger()
                    val thrown = shouldThrow<IllegalStateException> {
                        (1..20).mapConcurrently(limit) {
                            yield()
                            ended.incrementAndGet()
                            check(it % 5 != 0) { "$it" }
                        }
                    }
                    ended.get() shouldBe 20
                    (thrown.suppressed.map { it.message } + thrown.message).mapNotNull { it?.toInt() }.sorted() shouldContainExactly
                        listOf(5, 10, 15, 20)
                }
            }
        }

        test("T19 cancelling the caller cancels the calls that run, and no other begins") {
            runDuotone {
                val begun = AtomicInteger()
                val bothBegun = CompletableDeferred<Unit>()
                val caller = spawn {
                    (1..100).mapConcurrently(2) {
                        if (begun.incrementAndGet() == 2) bothBegun.complete(Unit)
                        awaitCancellation()
                    }
                }
                bothBegun.await()
                caller.cancel()
                caller.join()
                begun.get() shouldBe 2
            }
        }

        test("T19 cancelled, no other call begins even where none of them waits") {
            runDuotone {
                var begun = 0
                val caller = spawn {
                    val own = currentScope()
                    (1..100).mapConcurrently(1) { if (++begun == 3) own?.cancel(CancelReason.cancelled("enough")) }
                }
                caller.join()
                begun shouldBe 3
            }
        }

        test("T19 nothing to map gives an empty list, and a limit of nothing is refused") {
            runDuotone {
                emptyList<Int>().mapConcurrently { it } shouldBe emptyList()
                shouldThrow<IllegalArgumentException> { listOf(1).mapConcurrently(0) { it } }
            }
        }

        test("T20 mapBlocking runs on the blocking pool") {
            runDuotone {
                val running = AtomicInteger()
                val most = AtomicInteger()
                val threads = (1..10).mapBlocking(3) {
                    most.accumulateAndGet(running.incrementAndGet(), ::maxOf)
                    Thread.yield()
                    running.decrementAndGet()
                    Thread.currentThread().name
                }
                threads.all { "blocking" in it } shouldBe true
                (most.get() <= 3) shouldBe true
            }
        }
    })
