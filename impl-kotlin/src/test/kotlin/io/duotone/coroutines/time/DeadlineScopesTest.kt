package io.duotone.coroutines.time

import io.duotone.CancelReason
import io.duotone.coroutines.currentScope
import io.duotone.coroutines.failAt
import io.duotone.coroutines.reason
import io.duotone.coroutines.runDuotone
import io.duotone.coroutines.taskScope
import io.duotone.coroutines.withRuntime
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.comparables.shouldBeGreaterThan
import io.kotest.matchers.comparables.shouldBeGreaterThanOrEqualTo
import io.kotest.matchers.comparables.shouldBeLessThanOrEqualTo
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import java.util.concurrent.TimeoutException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.Duration.Companion.seconds

/** Deadlines, and the clock that they are on. */
internal class DeadlineScopesTest :
    FunSpec({
        test("T28 the clock of a runtime begins with it, goes on, and is not that of another") {
            withRuntime("first", 1) { first ->
                val before = first.time
                before shouldBeGreaterThanOrEqualTo Duration.ZERO
                withRuntime("second", 1) { second ->
                    val young = second.time
                    val between = first.time
                    between shouldBeGreaterThan before
                    young shouldBeLessThanOrEqualTo between
                }
            }
            withManualTime { time ->
                time.advance(3.seconds)
                time.runtime.time shouldBe 3.seconds
            }
        }

        test("T29 Y18 S23 a sleep of zero or less does not suspend, any other is never shorter than asked") {
            runDuotone {
                val clock = interval(1.hours).runtime
                val atOnce = async(start = CoroutineStart.UNDISPATCHED) {
                    delay(Duration.ZERO)
                    delay((-1).seconds)
                    delay(-Duration.INFINITE)
                }
                atOnce.isCompleted shouldBe true
                for (asked in listOf(1.nanoseconds, 100.nanoseconds, 1.milliseconds, 3.milliseconds)) {
                    val before = clock.time
                    delay(asked)
                    (clock.time - before) shouldBeGreaterThanOrEqualTo asked
                }
            }
        }

        test("S21 C10 failAt fails at its deadline, and what ran sees why") {
            withManualTime { time ->
                var seen: CancelReason? = null
                val work = async(start = CoroutineStart.UNDISPATCHED) {
                    shouldThrow<TimeoutException> {
                        failAt(5.seconds) {
                            try {
                                awaitCancellation()
                            } catch (cancelled: CancellationException) {
                                seen = cancelled.reason
                                throw cancelled
                            }
                        }
                    } to time.now
                }
                time.advance(5.seconds - 1.nanoseconds)
                work.isActive shouldBe true
                time.advance(1.nanoseconds)
                val (failure, at) = work.await()
                at shouldBe 5.seconds
                failure.message shouldContain "at its deadline, 5s on the clock of the runtime"
                seen?.kind() shouldBe CancelReason.Kind.TIMEOUT
                failAt(6.seconds) { "in time" } shouldBe "in time"
                failAt(Duration.INFINITE) { deadline } shouldBe null
            }
        }

        test("C10 a deadline already past fails at once, and the body does not start") {
            withManualTime { time ->
                time.advance(5.seconds)
                for (past in listOf(5.seconds, 4.seconds, Duration.ZERO, -Duration.INFINITE)) {
                    var started = false
                    shouldThrow<TimeoutException> { failAt(past) { started = true } }.message shouldContain "at once"
                    started shouldBe false
                }
            }
        }

        test("R18 C10 a scope is given a deadline, another, and none; one already past ends it at once") {
            withManualTime { time ->
                time.advance(5.seconds)
                taskScope {
                    deadline shouldBe null
                    timeoutAfter(1.seconds)
                    deadline shouldBe 6.seconds
                    timeoutAt(20.seconds)
                    deadline shouldBe 20.seconds
                    timeLeft shouldBe 15.seconds
                    time.advance(10.seconds)
                    timeLeft shouldBe 5.seconds
                    timeoutAt(Duration.INFINITE)
                    deadline shouldBe null
                    timeLeft shouldBe Duration.INFINITE
                    time.advance(10.seconds)
                }
                shouldThrow<TimeoutException> {
                    taskScope {
                        timeoutAt(3.seconds)
                        timeLeft shouldBe Duration.ZERO
                        awaitCancellation()
                    }
                }
                val ended = taskScope { this }
                shouldThrow<IllegalStateException> { ended.timeoutAt(30.seconds) }.message shouldContain "has ended"
            }
        }

        test("R21 C10 nested scopes and tasks inherit the deadline, and the earliest wins") {
            withManualTime { time ->
                taskScope {
                    timeoutAt(20.seconds)
                    failAt(30.seconds) { deadline shouldBe 20.seconds }
                    failAt(10.seconds) {
                        deadline shouldBe 10.seconds
                        coroutineScope { spawn { deadline shouldBe 10.seconds }.await() }
                        launch { currentScope()?.deadline shouldBe 10.seconds }
                    }
                    deadline shouldBe 20.seconds
                }
                val work = async(start = CoroutineStart.UNDISPATCHED) {
                    shouldThrow<TimeoutException> {
                        failAt(3.seconds) { failAt(10.seconds) { awaitCancellation() } }
                    }
                    time.now
                }
                time.advance(3.seconds)
                work.await() shouldBe 3.seconds
            }
        }

        test("R21 a deadline set by kotlinx is not seen") {
            withManualTime {
                withTimeoutOrNull(5.seconds) { taskScope { deadline } } shouldBe null
            }
        }

        test("R21 C16 a deadline of another runtime is told on the clock of this one") {
            withManualTime { outer ->
                outer.advance(100.seconds)
                taskScope {
                    timeoutAt(107.seconds)
                    withManualTimeBeside { inner ->
                        withContext(inner.runtime.dispatcher) {
                            taskScope {
                                deadline shouldBe 7.seconds
                                timeoutAt(2.seconds)
                                deadline shouldBe 2.seconds
                                timeLeft shouldBe 2.seconds
                                timeoutAt(8.seconds)
                                deadline shouldBe 7.seconds
                            }
                        }
                    }
                }
            }
        }
    })

/** Another runtime whose time stands still, at zero. */
private suspend fun withManualTimeBeside(body: suspend (ManualTime) -> Unit) {
    val time = ManualTime(1) {}
    try {
        body(time)
    } finally {
        withContext(Dispatchers.IO) { time.runtime.close() }
    }
}
