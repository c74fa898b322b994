package io.duotone.coroutines.time

import io.duotone.CancelReason
import io.duotone.coroutines.TaskScope
import io.duotone.coroutines.reason
import io.duotone.coroutines.taskScope
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.yield
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.Duration.Companion.seconds

internal class CycleTest :
    FunSpec({
        test("S46 C24 the next run begins a period after the last has ended, the first a period after the beginning") {
            withManualTime { time ->
                val runs = mutableListOf<Duration>()
                val mayEnd = CompletableDeferred<Unit>()
                val cycle = cycle(10.seconds, "slow") {
                    runs += time.now
                    if (runs.size == 2) mayEnd.await()
                }
                cycle.isActive shouldBe true
                cycle.timeLeft shouldBe 10.seconds
                time.advance(10.seconds - 1.nanoseconds)
                runs shouldBe emptyList()
                cycle.timeLeft shouldBe 1.nanoseconds
                time.advance(1.nanoseconds)
                time.advance(10.seconds)
                cycle.timeLeft shouldBe Duration.ZERO
                time.advance(100.seconds)
                mayEnd.complete(Unit)
                time.settle()
                cycle.timeLeft shouldBe 10.seconds
                time.advance(10.seconds)
                runs shouldContainExactly listOf(10.seconds, 20.seconds, 130.seconds)
            }
        }

        test("S46 C18 the failure of a function goes to the uncaught handler, the others and the next runs go on") {
            val reported = ConcurrentLinkedQueue<String>()
            withManualTime(options = { uncaught { task, failure -> reported += "$task: ${failure.message}" } }) { time ->
                val calls = mutableListOf<String>()
                val cycle = cycle(10.seconds, "heartbeat") {
                    calls += "fails"
                    error("failed")
                }
                cycle.append {
                    calls += "fails inside"
                    spawn<Unit> { throw AssertionError("failed inside") }
                }
                cycle.append {
                    calls += "is cancelled"
                    cancel(CancelReason.cancelled("by itself"))
                }
                cycle.append { calls += "goes on" }
                repeat(2) { time.advance(10.seconds) }
                val run = listOf("fails", "fails inside", "is cancelled", "goes on")
                calls shouldContainExactly run + run
                reported.toList() shouldContainExactly List(2) { listOf("heartbeat: failed", "heartbeat: failed inside") }.flatten()
                cycle.isActive shouldBe true
            }
        }

        test("S46 callNow begins a run at once, and while one is under way one more, right after it") {
            withManualTime { time ->
                val runs = mutableListOf<Duration>()
                val mayEnd = CompletableDeferred<Unit>()
                val cycle = cycle(10.seconds) {
                    runs += time.now
                    if (runs.size == 1) mayEnd.await()
                }
                time.advance(3.seconds)
                cycle.callNow()
                time.settle()
                repeat(5) { cycle.callNow() }
                time.advance(1.seconds)
                runs shouldContainExactly listOf(3.seconds)
                mayEnd.complete(Unit)
                time.settle()
                cycle.timeLeft shouldBe 10.seconds
                time.advance(10.seconds)
                runs shouldContainExactly listOf(3.seconds, 4.seconds, 14.seconds)
            }
        }

        test("S46 reschedule moves the next run alone, also during a run, and setting the period moves what it began") {
            withManualTime { time ->
                val runs = mutableListOf<Duration>()
                lateinit var cycle: Cycle
                cycle = cycle(10.seconds) {
                    runs += time.now
                    if (runs.size == 2) cycle.reschedule(1.seconds)
                }
                cycle.reschedule(25.seconds)
                cycle.timeLeft shouldBe 25.seconds
                time.advance(10.seconds)
                runs shouldBe emptyList()
                time.advance(15.seconds)
                time.advance(10.seconds)
                time.advance(1.seconds)
                runs shouldContainExactly listOf(25.seconds, 35.seconds, 36.seconds)

                cycle.period = 20.seconds
                cycle.timeLeft shouldBe 20.seconds
                time.advance(8.seconds)
                cycle.period = 5.seconds
                time.settle()
                cycle.reschedule(30.seconds)
                cycle.period = 2.seconds
                cycle.period shouldBe 2.seconds
                cycle.timeLeft shouldBe 30.seconds
                time.advance(30.seconds)
                time.advance(2.seconds)
                runs.drop(3) shouldContainExactly listOf(44.seconds, 74.seconds, 76.seconds)
            }
        }

        test("S46 functions are added and taken out, also during a run") {
            withManualTime { time ->
                val calls = mutableListOf<String>()
                val late: suspend TaskScope.() -> Unit = { calls += "late" }
                val twice: suspend TaskScope.() -> Unit = { calls += "twice" }
                val cycle = cycle(10.seconds)
                time.advance(10.seconds)
                cycle.append {
                    calls += "first"
                    if (calls.size == 1) {
                        cycle.remove(twice)
                        cycle.append(late)
                    }
                }
                cycle.append(twice)
                cycle.append(twice)
                time.advance(10.seconds)
                calls shouldContainExactly listOf("first", "twice")
                cycle.remove(twice) shouldBe true
                cycle.remove(twice) shouldBe false
                time.advance(10.seconds)
                calls.drop(2) shouldContainExactly listOf("first", "late")
            }
        }

        test("S46 R11 the scope does not wait for a cycle, but for the cleanup of its run") {
            withManualTime { time ->
                var reason: CancelReason? = null
                val cycle = taskScope {
                    cycle(10.seconds) {
                        try {
                            awaitCancellation()
                        } catch (cancelled: CancellationException) {
                            reason = cancelled.reason
                            throw cancelled
                        }
                    }.also { time.advance(10.seconds) }
                }
                reason?.kind() shouldBe CancelReason.Kind.SCOPE_CLOSED
                cycle.isActive shouldBe false
                cycle.timeLeft shouldBe Duration.INFINITE
                cycle.cancel() shouldBe false
                cycle.callNow()
                time.advance(100.seconds)
            }
        }

        test("S46 cancel ends the cycle and the run under way, and is no failure") {
            withManualTime { time ->
                var runs = 0
                val cycle = cycle(10.seconds) {
                    runs++
                    awaitCancellation()
                }
                time.advance(10.seconds)
                cycle.cancel() shouldBe true
                cycle.cancel() shouldBe false
                cycle.callNow()
                time.advance(100.seconds)
                runs shouldBe 1
            }
        }

        test("S46 a period that is not positive is refused, and a scope that has ended") {
            withManualTime {
                for (period in listOf(Duration.ZERO, (-1).seconds)) {
                    shouldThrow<IllegalArgumentException> { cycle(period) {} }.message shouldContain "must be more than zero"
                    val cycle = cycle(1.seconds)
                    shouldThrow<IllegalArgumentException> { cycle.period = period }
                    cycle.period shouldBe 1.seconds
                }
                val ended = taskScope { this }
                shouldThrow<IllegalStateException> { ended.cycle(1.seconds) {} }.message shouldContain "has ended"
            }
        }

        test("S46 many threads that move the next run neither lose nor overlap runs") {
            withManualTime(workers = 4) { time ->
                val running = AtomicInteger()
                val overlaps = AtomicInteger()
                var runs = 0
                val enough = CompletableDeferred<Unit>()
                val cycle = cycle(1.seconds) {
                    if (running.incrementAndGet() != 1) overlaps.incrementAndGet()
                    yield()
                    if (++runs == 1_000) enough.complete(Unit)
                    running.decrementAndGet()
                }
                taskScope {
                    repeat(4) {
                        spawn {
                            while (!enough.isCompleted) {
                                cycle.reschedule(1.seconds)
                                cycle.period = 2.seconds
                                cycle.callNow()
                                time.settle()
                            }
                        }
                    }
                }
                overlaps.get() shouldBe 0
            }
        }
    })
