package io.duotone.coroutines

import io.duotone.CancelReason
import io.duotone.ConcurrentOperationException
import io.duotone.ErrorShape
import io.duotone.TaskGroupException
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.TimeoutException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds

/** A task from its start to its end, and who hears of that. */
internal class TaskLifeTest :
    FunSpec({
        test("Y6 S10 R5 a spawned task starts though nobody awaits it, and its scope goes on meanwhile") {
            runDuotone {
                val started = CompletableDeferred<Unit>()
                val mayEnd = CompletableDeferred<Unit>()
                val task = spawn {
                    started.complete(Unit)
                    mayEnd.await()
                }
                started.await()
                task.isCompleted shouldBe false
                mayEnd.complete(Unit)
            }
        }

        test("T26 Y11 S18 S19 C5 a cancelled task is cancelled at every wait, may wait in its cleanup, and its value counts no more") {
            runDuotone {
                val waits = CompletableDeferred<Unit>()
                var cancelled = 0
                var cleanedUp = false
                val task = spawn {
                    repeat(2) {
                        try {
                            waits.complete(Unit)
                            delay(1.hours)
                        } catch (_: CancellationException) {
                            cancelled++
                        }
                    }
                    withContext(NonCancellable) { delay(1.milliseconds) }
                    cleanedUp = true
                    "value"
                }
                waits.await()
                task.cancel()
                shouldThrow<CancellationException> { task.await() }
                cancelled shouldBe 2
                cleanedUp shouldBe true
                task.isCancelled shouldBe true
            }
        }

        test("T30 Y20 C10 withTimeoutOrNull gives a value, or says that the time is over after the cleanup of all inside") {
            runDuotone {
                withTimeoutOrNull(1.hours) { "in time" } shouldBe "in time"
                var cleanedUp = false
                withTimeoutOrNull(5.milliseconds) {
                    taskScope {
                        launch(start = CoroutineStart.UNDISPATCHED) {
                            try {
                                awaitCancellation()
                            } finally {
                                withContext(NonCancellable) { delay(5.milliseconds) }
                                cleanedUp = true
                            }
                        }
                        awaitCancellation()
                    }
                } shouldBe null
                cleanedUp shouldBe true
                shouldThrow<IllegalStateException> { withTimeoutOrNull(1.hours) { error("inside") } }
            }
        }

        test("T40 C6 C10 C29 each way to end has a type of its own: cancellation, timeout, misuse, many failures") {
            runDuotone {
                shouldThrow<CancellationException> {
                    taskScope {
                        cancel(CancelReason.cancelled("enough"))
                        awaitCancellation()
                    }
                }.reason.kind() shouldBe CancelReason.Kind.CANCELLED
                shouldThrow<TimeoutException> { failAfter(5.milliseconds) { awaitCancellation() } }
                shouldThrow<IllegalStateException> { runDuotone { 1 } }
                ConcurrentOperationException("two at a time").shouldBeInstanceOf<IllegalStateException>()
                shouldThrow<TaskGroupException> { taskScope(errors = ErrorShape.GROUP) { error("failure") } }
            }
        }

        test("R13 the first to cancel a scope decides, and is told so") {
            runDuotone {
                shouldThrow<CancellationException> {
                    taskScope {
                        cancel(CancelReason.cancelled("first")) shouldBe true
                        cancel(CancelReason.cancelled("second")) shouldBe false
                    }
                }.reason.message() shouldBe "first"
            }
        }

        test("R14 a body that throws cancels its tasks, and what it threw arrives after their cleanup") {
            runDuotone {
                var cleanedUp = false
                shouldThrow<IllegalStateException> {
                    taskScope {
                        launch(start = CoroutineStart.UNDISPATCHED) {
                            try {
                                awaitCancellation()
                            } finally {
                                withContext(NonCancellable) { delay(1.milliseconds) }
                                cleanedUp = true
                            }
                        }
                        error("broken")
                    }
                }.message shouldBe "broken"
                cleanedUp shouldBe true
            }
        }

        test("S15 S16 whoever listens hears of the end once, in the order of their coming, or at once after it") {
            runDuotone {
                val heard = ConcurrentLinkedQueue<String>()
                val mayFail = CompletableDeferred<Unit>()
                val task = spawn(contained = true) {
                    mayFail.await()
                    error("gone")
                }
                task.invokeOnCompletion { heard += "first" }
                task.invokeOnCompletion { heard += "not interested any more" }.dispose()
                task.invokeOnCompletion { heard += "second" }
                mayFail.complete(Unit)
                // Waiting for the end alone does not throw what the task failed with.
                task.join()
                task.invokeOnCompletion { heard += "late" }
                heard shouldContainExactly listOf("first", "second", "late")
                shouldThrow<IllegalStateException> { task.await() }.message shouldBe "gone"
            }
        }

        test("S26 C17 cancelling one who awaits a task leaves the task to the others") {
            runDuotone {
                val mayEnd = CompletableDeferred<String>()
                val task = spawn { mayEnd.await() }
                launch(start = CoroutineStart.UNDISPATCHED) { task.await() }.cancelAndJoin()
                task.isActive shouldBe true
                mayEnd.complete("value")
                task.await() shouldBe "value"
            }
        }

        test("R1 a scope has a name and a timeout, which is more than zero") {
            runDuotone {
                taskScope("uploads", timeout = 1.hours) {
                    name shouldBe "uploads"
                    (timeLeft <= 1.hours) shouldBe true
                }
                shouldThrow<IllegalArgumentException> { taskScope(timeout = Duration.ZERO) { 1 } }
            }
        }

        test("R23 names stand where tasks and scopes show themselves, and in the reasons that they give") {
            runDuotone {
                val origin = CompletableDeferred<String?>()
                shouldThrow<IllegalStateException> {
                    taskScope("uploads") {
                        toString() shouldContain "uploads"
                        launch(start = CoroutineStart.UNDISPATCHED) {
                            try {
                                awaitCancellation()
                            } catch (cancelled: CancellationException) {
                                origin.complete(cancelled.reason.origin())
                            }
                        }
                        spawn("loader") { error("broken") }.toString() shouldContain "loader"
                    }
                }
                origin.await() shouldBe "loader"
            }
        }

        test("Y26 a suspend function gives a resource to use, which closes it") {
            val events = ArrayList<String>()
            suspend fun open(): AutoCloseable {
                yield()
                events += "open"
                return AutoCloseable { events += "close" }
            }
            runDuotone { open().use { events += "use" } }
            events shouldContainExactly listOf("open", "use", "close")
        }

        test("Y27 a loop awaits one coroutine after the other, or what comes next of several") {
            val coroutines = listOf<suspend TaskScope.() -> Int>(
                {
                    yield()
                    1
                },
                { 2 },
            )
            runDuotone {
                var sum = 0
                for (coroutine in coroutines) sum += coroutine()
                asCompleted(coroutines).collect { sum += it.getOrThrow() }
                sum
            } shouldBe 6
        }
    })
