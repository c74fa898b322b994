package io.duotone.interop.guides

import io.duotone.CancelReason
import io.duotone.Duotone
import io.duotone.DuotoneOptions.AtExit
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.blocking.blocking
import io.duotone.coroutines.failAfter
import io.duotone.coroutines.failAt
import io.duotone.coroutines.reason
import io.duotone.coroutines.repeatTimeout
import io.duotone.coroutines.runDuotone
import io.duotone.coroutines.taskScope
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.comparables.shouldBeLessThanOrEqualTo
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeoutException
import kotlin.time.Duration.Companion.INFINITE
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

private suspend fun slow(): String = awaitCancellation()

/** What the guide to cancellation shows in Kotlin. */
internal class KotlinCancellationSnippetsTest :
    FunSpec({
        val log = ConcurrentLinkedQueue<String>()
        beforeTest { log.clear() }

        suspend fun goodbye() {
            delay(1.milliseconds)
            log += "goodbye"
        }

        test("C6 C7 a task is cancelled with a reason") {
            runDuotone {
                // snippet cancel
                val report = spawn("report") { slow() }
                report.cancel("the user left")

                val reason = runCatching { report.await() }.exceptionOrNull().let { (it as CancellationException).reason }
                // end
                reason.kind() shouldBe CancelReason.Kind.CANCELLED
                reason.message() shouldBe "the user left"
            }
        }

        test("C5 every suspension of a cancelled coroutine throws") {
            val begun = CompletableDeferred<Unit>()
            runDuotone {
                val task = spawn {
                    // snippet level
                    try {
                        begun.complete(Unit)
                        slow()
                    } catch (cancelled: CancellationException) {
                        log += cancelled.reason.message()
                        yield() // throws again: a cancelled coroutine cannot wait any more
                    }
                    // end
                    log += "never"
                }
                begun.await()
                task.cancel(CancellationException("enough"))
            }
            log.toList() shouldContainExactly listOf("enough")
        }

        test("C5 C8 cleanup that suspends") {
            val begun = CompletableDeferred<Unit>()
            runDuotone {
                val task = spawn {
                    // snippet cleanup
                    try {
                        begun.complete(Unit)
                        slow()
                    } finally {
                        withContext(NonCancellable) { goodbye() }
                    }
                    // end
                }
                begun.await()
                task.cancel()
            }
            log.toList() shouldContainExactly listOf("goodbye")
        }

        test("C10 S21 T30 the two kinds of timeouts") {
            runDuotone {
                shouldThrow<TimeoutException> {
                    // snippet timeouts
                    val text = withTimeoutOrNull(5.milliseconds) { slow() } ?: "too late"
                    val strict = failAfter(5.milliseconds) { slow() } // throws a TimeoutException
                    // end
                    text + strict
                }
            }
        }

        test("C10 R21 nested calls inherit the deadline") {
            DuotoneRuntime().use { runtime ->
                runtime.block {
                    // snippet deadline
                    val byThen = runtime.time + 30.seconds
                    val left = failAt(byThen) {
                        failAfter(1.hours) { timeLeft } // of the thirty seconds, not of the hour
                    }
                    // end
                    left shouldBeLessThanOrEqualTo 30.seconds
                }
            }
        }

        test("R18 S22 a timeout is moved") {
            val lines = listOf("a", "b").iterator()
            runDuotone {
                taskScope {
                    // snippet move-timeout
                    timeoutAfter(30.seconds) // from now, whatever it was before
                    timeoutAfter(INFINITE) // none any more

                    repeatTimeout(30.seconds) {
                        log += lines.next() // each turn has its thirty seconds
                        lines.hasNext()
                    }
                    // end
                }
            }
            log.toList() shouldContainExactly listOf("a", "b")
        }

        test("C11 T17 a blocking call is interrupted") {
            val begun = CompletableDeferred<Unit>()
            runDuotone {
                val task = spawn {
                    // snippet interrupt
                    blocking {
                        begun.complete(Unit)
                        try {
                            CountDownLatch(1).await() // some blocking call
                        } catch (_: InterruptedException) {
                            log += "interrupted"
                        }
                    }
                    // end
                }
                begun.await()
                task.cancel()
            }
            log.toList() shouldContainExactly listOf("interrupted")
        }

        test("R16 C5 a task that does not end is reported") {
            runDuotone {
                // snippet cancel-timeout
                val upload = spawn("upload", cancelTimeout = 2.seconds) { slow() }
                // end
                upload.cancel()
            }
        }

        test("C1 C18 options for the end of a runtime, and for failures that nobody hears of") {
            // snippet shutdown
            val options = Duotone.builder()
                .atExit(AtExit.JOIN) // wait for tasks of the runtime itself; the default cancels them
                .shutdownGrace(java.time.Duration.ofSeconds(10))
                .uncaught { task, failure -> log += "$task: ${failure.message}" }
                .build()
            DuotoneRuntime(options).use { runtime ->
                runtime.spawn { goodbye() }
                runtime.block { fork("report") { error("nobody waits for this") } }
            }
            // end
            log.toList() shouldContainExactlyInAnyOrder listOf("goodbye", "report: nobody waits for this")
        }
    })
