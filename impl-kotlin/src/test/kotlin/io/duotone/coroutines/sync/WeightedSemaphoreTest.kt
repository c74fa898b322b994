package io.duotone.coroutines.sync

import io.duotone.WouldBlockException
import io.duotone.sync.SyncStatistics
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import java.util.concurrent.TimeoutException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

internal class WeightedSemaphoreTest :
    FunSpec({
        test("T35 Y21 S39 C20 permits are handed over in the order in which they were asked for") {
            onOneThread {
                val semaphore = WeightedSemaphore(2)
                val order = mutableListOf<Int>()
                val all = List(6) { n ->
                    begin {
                        semaphore.acquire()
                        order += n
                    }
                }
                order shouldContainExactly listOf(0, 1)
                semaphore.statistics() shouldBe SyncStatistics(2, 4)
                repeat(4) { semaphore.release() }
                all.forEach { it.await() }
                order shouldContainExactly List(6) { it }
                semaphore.statistics() shouldBe SyncStatistics(2, 0)
            }
        }

        test("T35 C20 nobody passes those who wait, few permits not those who want many") {
            onOneThread {
                val semaphore = WeightedSemaphore(3)
                semaphore.acquire(2)
                val many = begin { semaphore.acquire(3) }
                val few = begin { semaphore.acquire(1) }
                semaphore.availablePermits shouldBe 1
                semaphore.tryAcquire() shouldBe false
                shouldThrow<WouldBlockException> { semaphore.acquireOrThrow() }
                semaphore.release(2)
                settle()
                many.isCompleted shouldBe true
                few.isCompleted shouldBe false
                semaphore.release(3)
                few.await()
                semaphore.availablePermits shouldBe 2
            }
        }

        test("T34 C20 cancelled while queued: it takes nothing, and those behind it that can go on do") {
            onOneThread {
                val semaphore = WeightedSemaphore(3)
                semaphore.acquire(2)
                val many = begin { semaphore.acquire(3) }
                val few = begin { semaphore.acquire(1) }
                many.cancel()
                few.await()
                semaphore.statistics() shouldBe SyncStatistics(3, 0)
            }
        }

        test("T34 C20 cancelled when its permits were handed over, but before it went on: they go to the next") {
            onOneThread {
                val semaphore = WeightedSemaphore(2)
                val held = HeldBack()
                semaphore.acquire(2)
                val first = begin(held) { semaphore.acquire(2) }
                val second = begin { semaphore.acquire(1) }
                semaphore.release(2)
                held.size shouldBe 1
                semaphore.availablePermits shouldBe 0
                first.cancel()
                held.runAll()
                first.isCancelled shouldBe true
                second.await()
                semaphore.statistics() shouldBe SyncStatistics(1, 0)
            }
        }

        test("T34 C20 cancelled when it has gone on: the bracket gives its permits back") {
            onOneThread {
                val semaphore = WeightedSemaphore(2)
                semaphore.acquire(2)
                val inside = begin { semaphore.withPermits(2) { awaitCancellation() } }
                semaphore.release(2)
                settle()
                semaphore.availablePermits shouldBe 0
                inside.cancelAndJoin()
                semaphore.availablePermits shouldBe 2
                shouldThrow<IllegalStateException> { semaphore.withPermits(1) { error("inside") } }
                semaphore.availablePermits shouldBe 2
            }
        }

        test("C20 a cancelled coroutine takes nothing, also when permits are free") {
            onOneThread {
                val semaphore = WeightedSemaphore(2)
                cancelled { semaphore.acquire() }.shouldBeInstanceOf<CancellationException>()
                cancelled { semaphore.acquire(2) }.shouldBeInstanceOf<CancellationException>()
                cancelled { semaphore.acquire(1, 1.hours) }.shouldBeInstanceOf<CancellationException>()
                semaphore.availablePermits shouldBe 2
            }
        }

        test("C20 a time that is over is a failure, and nothing is taken; zero and less try once") {
            onOneThread {
                val semaphore = WeightedSemaphore(1)
                semaphore.acquire(1, Duration.ZERO)
                for (timeout in listOf(Duration.ZERO, (-1).seconds, 1.milliseconds)) {
                    shouldThrow<TimeoutException> { semaphore.acquire(1, timeout) }.message shouldContain "0 of 1 permits free"
                }
                semaphore.statistics() shouldBe SyncStatistics(1, 0)
                val inTime = begin { semaphore.acquire(1, 1.hours) }
                semaphore.release()
                inTime.await()
                val cancelled = begin { semaphore.acquire(1, 1.hours) }
                cancelled.cancelAndJoin()
                semaphore.release()
                semaphore.statistics() shouldBe SyncStatistics(0, 0)
            }
        }

        test("C20 a timed wait that is cancelled when its permit was handed over passes it on") {
            onOneThread {
                val semaphore = WeightedSemaphore(1)
                semaphore.acquire()
                val held = HeldBack()
                val timed = begin(held) { semaphore.acquire(1, 1.hours) }
                val next = begin { semaphore.acquire() }
                semaphore.release()
                timed.cancel()
                held.runAll()
                timed.isCancelled shouldBe true
                next.await()
                semaphore.statistics() shouldBe SyncStatistics(1, 0)
            }
        }

        test("T33 T35 orThrow takes a permit now, or says why not") {
            val semaphore = WeightedSemaphore(2)
            semaphore.acquireOrThrow(2)
            shouldThrow<WouldBlockException> { semaphore.acquireOrThrow() }.message shouldContain "0 of 2 permits free"
            semaphore.release()
            semaphore.acquireOrThrow()
        }

        test("C20 releasing too much is refused and changes nothing") {
            val semaphore = WeightedSemaphore(1, limit = 3)
            semaphore.release(2)
            shouldThrow<IllegalStateException> { semaphore.release() }.message shouldContain "3 of 3 are free already"
            semaphore.acquireOrThrow(2)
            shouldThrow<IllegalStateException> { semaphore.release(3) }
            semaphore.availablePermits shouldBe 1
            val largest = WeightedSemaphore(0, Int.MAX_VALUE)
            largest.release(Int.MAX_VALUE)
            shouldThrow<IllegalStateException> { largest.release(Int.MAX_VALUE) }
            largest.availablePermits shouldBe Int.MAX_VALUE
        }

        test("C20 permits that somebody else released for a wait that is cancelled then do not add up to too many") {
            onOneThread {
                val semaphore = WeightedSemaphore(1)
                val held = HeldBack()
                semaphore.acquire()
                val wait = begin(held) { semaphore.acquire() }
                semaphore.release()
                semaphore.release()
                wait.cancel()
                held.runAll()
                semaphore.statistics() shouldBe SyncStatistics(0, 0)
            }
        }

        test("T35 C20 it may begin without permits") {
            onOneThread {
                val semaphore = WeightedSemaphore(0, limit = 2)
                val wait = begin { semaphore.acquire(2) }
                semaphore.release()
                settle()
                wait.isCompleted shouldBe false
                semaphore.release()
                wait.await()
            }
        }

        test("Y21 S39 C20 bad numbers are refused, with advice") {
            shouldThrow<IllegalArgumentException> { WeightedSemaphore(0) }.message shouldContain "would never let anybody in"
            shouldThrow<IllegalArgumentException> { WeightedSemaphore(-1, 1) }
            shouldThrow<IllegalArgumentException> { WeightedSemaphore(3, 2) }.message shouldContain "between 0 and the limit of 2"
            val semaphore = WeightedSemaphore(2)
            for (permits in listOf(-1, 0, 3)) {
                shouldThrow<IllegalArgumentException> { semaphore.acquire(permits) }.message shouldContain "between 1 and 2"
                shouldThrow<IllegalArgumentException> { semaphore.acquire(permits, 1.seconds) }
                shouldThrow<IllegalArgumentException> { semaphore.tryAcquire(permits) }
                shouldThrow<IllegalArgumentException> { semaphore.release(permits) }
            }
        }

        test("S39 C20 its text explains the state") {
            onOneThread {
                val semaphore = WeightedSemaphore(3)
                semaphore.acquire(2)
                val wait = begin { semaphore.acquire(2) }
                semaphore.toString() shouldBe "Semaphore(1 of 3 permits free, 1 waiting)"
                wait.cancel()
            }
        }
    })
