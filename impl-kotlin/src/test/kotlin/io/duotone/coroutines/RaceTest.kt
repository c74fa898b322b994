package io.duotone.coroutines

import io.duotone.CancelReason
import io.duotone.Duotone
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger

internal class RaceTest :
    FunSpec({
        test("T27 the first to end wins, with a value or with a failure, and the losers have cleaned up") {
            runDuotone {
                val lost = ConcurrentLinkedQueue<CancelReason.Kind>()
                val allBegun = CompletableDeferred<Unit>()
                race(
                    { loses(lost) },
                    {
                        allBegun.await()
                        "value"
                    },
                    {
                        allBegun.complete(Unit)
                        loses(lost)
                    },
                ) shouldBe "value"
                lost.toList() shouldContainExactly List(2) { CancelReason.Kind.SCOPE_CLOSED }
                shouldThrow<IllegalStateException> { race({ loses(lost) }, { error(ended("failure")) }) }.message shouldBe "failure"
                lost.size shouldBe 3
            }
        }

        test("T27 of those that need not wait the first wins, and the others do not begin") {
            runDuotone {
                val begun = AtomicInteger()
                race({ "first" }, { begun.incrementAndGet().toString() }) shouldBe "first"
                race({ awaitCancellation() }, { "second" }, { begun.incrementAndGet().toString() }) shouldBe "second"
                begun.get() shouldBe 0
            }
        }

        test("T27 a race of nobody is refused, and one of a single block is that block") {
            runDuotone {
                shouldThrow<IllegalArgumentException> { race(emptyList<suspend TaskScope.() -> Int>()) }
                race({ ended(1) }) shouldBe 1
            }
        }

        test("T27 a block that is cancelled by itself is out, and the last to be out ends the race") {
            runDuotone {
                race({ throw CancellationException("out") }, { ended("value") }) shouldBe "value"
                shouldThrow<CancellationException> {
                    race<Int>({ throw CancellationException("one") }, { throw CancellationException("two") })
                }
                    .message shouldBe "one"
            }
        }

        test("T27 what a block spawns is part of it: its failure, its end, and its cancellation of itself") {
            runDuotone {
                shouldThrow<IllegalStateException> {
                    race<Int>({
                        spawn { error("inside") }
                        awaitCancellation()
                    })
                }.message shouldBe "inside"
                var ended = false
                race({
                    spawn { ended = ended(true) }
                    "value"
                }) shouldBe "value"
                ended shouldBe true
                shouldThrow<CancellationException> { race<Int>({ cancel(CancelReason.cancelled("itself")).let { awaitCancellation() } }) }
                    .reason.message() shouldBe "itself"
            }
        }

        test("T27 cancelling the caller cancels all, and waits for them") {
            runDuotone {
                val lost = ConcurrentLinkedQueue<CancelReason.Kind>()
                val begun = CompletableDeferred<Unit>()
                val caller = spawn {
                    race({ loses(lost) }, {
                        begun.complete(Unit)
                        loses(lost)
                    })
                }
                begun.await()
                caller.cancel()
                caller.join()
                lost.size shouldBe 2
            }
        }

        test("T27 a value that comes too late is closed, and a failure that does is reported") {
            val reported = ConcurrentLinkedQueue<String?>()
            val closed = AtomicInteger()
            DuotoneRuntime(Duotone.builder().uncaught { _, failure -> reported += failure.message }.build()).use { runtime ->
                runtime.blockWatched {
                    val winner = race<AutoCloseable?>(
                        { nextToLast { AutoCloseable { closed.incrementAndGet() } } },
                        { nextToLast { error("late") } },
                        { null },
                    )
                    winner shouldBe null
                }
            }
            closed.get() shouldBe 1
            reported.toList() shouldContainExactly listOf("late")
        }

        test("T27 the value of a winner whose caller is cancelled meanwhile is closed") {
            runDuotone {
                val closed = CompletableDeferred<Unit>()
                val cleaning = CompletableDeferred<Unit>()
                val mayEnd = CompletableDeferred<Unit>()
                val caller = spawn {
                    race<AutoCloseable>(
                        {
                            nextToLast {
                                cleaning.complete(Unit)
                                mayEnd.await()
                                throw CancellationException("lost")
                            }
                        },
                        { ended(AutoCloseable { closed.complete(Unit) }) },
                    )
                }
                cleaning.await()
                caller.cancel()
                mayEnd.complete(Unit)
                closed.await()
                caller.join()
            }
        }
    })

private suspend fun <T> ended(value: T): T {
    repeat(3) { yield() }
    return value
}

private suspend fun loses(lost: MutableCollection<CancelReason.Kind>): Nothing = try {
    awaitCancellation()
} catch (cancelled: CancellationException) {
    withContext(NonCancellable) { yield() }
    lost += cancelled.reason.kind()
    throw cancelled
}

/** What comes after the race has been decided. */
private suspend fun <T> nextToLast(then: suspend () -> T): T = try {
    awaitCancellation()
} catch (_: CancellationException) {
    withContext(NonCancellable) { then() }
}
