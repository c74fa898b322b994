package io.duotone.coroutines

import io.duotone.CancelReason
import io.duotone.Duotone
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import java.util.concurrent.ConcurrentLinkedQueue

/** Groups of tasks that somebody else owns. The tasks end when the test says so. */
internal class TaskGroupTest :
    FunSpec({
        test("S27 a group tells pending from done, and a task that is done already counts at once") {
            val first = CompletableDeferred<Int>()
            val second = CompletableDeferred<Int>()
            val done = CompletableDeferred(0)
            val group = TaskGroup(listOf(first, second, done))
            group.pending() shouldContainExactly listOf(first, second)
            group.done() shouldContainExactly listOf(done)
            second.complete(2)
            first.complete(1)
            group.done() shouldContainExactly listOf(done, second, first)
            group.hasPending shouldBe false
            group.hasDone shouldBe true
            group.toString() shouldBe "TaskGroup(3 done, 0 pending)"
        }

        test("S27 S28 its tasks belong to their scope, which joins and fails as without it") {
            val group = TaskGroup<String>()
            shouldThrow<IllegalStateException> {
                runDuotone {
                    group.spawn(this) { "value" }
                    group.spawn(this, "failing") { error("inside") }
                    group.waitAll()
                }
            }.message shouldBe "inside"
            group.done().size shouldBe 2
        }

        test("S27 C18 a failure that nobody looks at is reported, group or no group") {
            val reported = ConcurrentLinkedQueue<String>()
            DuotoneRuntime(Duotone.builder().uncaught { task, failure -> reported += "$task: ${failure.message}" }.build()).use { runtime ->
                runtime.blockWatched {
                    taskScope {
                        val group = TaskGroup(listOf(spawn<Int>("quiet", contained = true) { error("inside") }))
                        group.waitFailure()
                    }
                }
            }
            reported.toList() shouldContainExactly listOf("quiet: inside")
        }

        test("S28 adding twice is adding once, and a popped task may come back") {
            val task = CompletableDeferred<Int>()
            val group = TaskGroup<Int>()
            group.add(task) shouldBeSameInstanceAs task
            group.add(task)
            group.pending() shouldContainExactly listOf(task)
            task.complete(1)
            group.add(task)
            group.done() shouldContainExactly listOf(task)
            group.popDone() shouldBe task
            group.popDone() shouldBe null
            group.add(task)
            group.done() shouldContainExactly listOf(task)
        }

        test("S28 a lazy task is started when it is added") {
            runWatched {
                val group = TaskGroup<Int>()
                val task = group.add(async(start = CoroutineStart.LAZY) { 1 })
                group.waitFirst() shouldBe task
                group.exhaustDone() shouldContainExactly listOf(task)
            }
        }

        test("S31 S36 a task that was popped for a collector cancelled meanwhile comes to the other, who is not told of the end before") {
            runWatched {
                val task = CompletableDeferred<Int>()
                val group = TaskGroup<Int>(listOf(task))
                val first = waiting { group.exhaust().toList() }
                val second = waiting { group.exhaust().toList() }
                task.complete(1)
                first.cancel()
                second.await() shouldContainExactly listOf(task)
                first.isCancelled shouldBe true
            }
        }

        test("S31 S36 whoever waits while the last task is on its way to another is told of the end when that has got it") {
            runWatched {
                val task = CompletableDeferred<Int>()
                val group = TaskGroup<Int>(listOf(task))
                val first = waiting { group.exhaust().toList() }
                val second = waiting { group.waitFailure() }
                val third = waiting { group.waitFirstAndPop() }
                task.complete(1)
                third.isCompleted shouldBe false
                first.await() shouldContainExactly listOf(task)
                second.await() shouldBe null
                third.await() shouldBe null
            }
        }

        test("S29 S30 S31 S32 S33 S34 on a group with nothing pending no wait waits") {
            runWatched {
                val group = TaskGroup<Int>()
                group.waitAll()
                group.waitNext() shouldBe null
                group.waitFirst() shouldBe null
                group.waitFirstAndPop() shouldBe null
                group.waitFirst(3) shouldBe 0
                group.waitFailure() shouldBe null
                group.waitFailureAndPop() shouldBe null
                group.waitFailureOrCancellation() shouldBe null
                group.waitFailureOrCancellationAndPop() shouldBe null
                group.exhaust().toList() shouldBe emptyList()
            }
        }

        test("S29 S30 S31 S32 waits end when the tasks do, and see the same task unless they pop it") {
            runWatched {
                val tasks = List(3) { CompletableDeferred<Int>() }
                val group = TaskGroup<Int>(listOf(CompletableDeferred(0)))
                group.exhaustDone().size shouldBe 1
                tasks.forEach(group::add)
                val all = waiting { group.waitAll() }
                val next = waiting { group.waitNext() }
                val popped = waiting { group.waitFirstAndPop() }
                val first = waiting { group.waitFirst() }
                val poppedNext = waiting { group.waitFirstAndPop() }
                val count = waiting { group.waitFirst(2) }

                tasks[1].complete(1)
                listOf(next, popped, first).map { it.await() } shouldContainExactly List(3) { tasks[1] }
                poppedNext.isActive shouldBe true

                tasks[0].completeExceptionally(IllegalStateException("failed"))
                poppedNext.await() shouldBe tasks[0]
                count.isActive shouldBe true
                all.isActive shouldBe true

                tasks[2].cancel()
                all.await()
                count.await() shouldBe 1
                group.waitFirst(-1) shouldBe 1
                group.done() shouldContainExactly listOf(tasks[2])
            }
        }

        test("S33 S34 a cancellation is no failure") {
            runWatched {
                val tasks = List(3) { CompletableDeferred<Int>() }
                val group = TaskGroup<Int>(tasks)
                val failure = waiting { group.waitFailure() }
                val failurePopped = waiting { group.waitFailureAndPop() }
                val either = waiting { group.waitFailureOrCancellation() }
                val eitherPopped = waiting { group.waitFailureOrCancellationAndPop() }
                tasks[0].cancel()
                either.await() shouldBe tasks[0]
                eitherPopped.await() shouldBe tasks[0]
                failure.isActive shouldBe true
                tasks[1].completeExceptionally(IllegalStateException("failed"))
                failure.await() shouldBe tasks[1]
                failurePopped.await() shouldBe tasks[1]
                val none = waiting { group.waitFailure() }
                tasks[2].complete(2)
                none.await() shouldBe null
            }
        }

        test("S35 cancelAll reaches all that is pending, with the reason") {
            runDuotone {
                val group = TaskGroup<Unit>()
                val kinds = ConcurrentLinkedQueue<CancelReason>()
                repeat(3) {
                    group.spawn(this) {
                        try {
                            awaitCancellation()
                        } catch (cancelled: CancellationException) {
                            kinds += cancelled.reason
                            throw cancelled
                        }
                    }
                }
                val begun = group.spawn(this) { }
                begun.await()
                group.cancelAll(CancelReason.of(CancelReason.Kind.TIMEOUT, "too late"))
                group.waitAll()
                group.done().size shouldBe 4
                kinds.all { it.kind() == CancelReason.Kind.TIMEOUT } shouldBe true
            }
        }

        test("S36 exhaust pops one after the other as they end, until none is pending; stopping early leaves the rest") {
            runDuotone {
                val last = CompletableDeferred<String>()
                val group = TaskGroup(listOf(CompletableDeferred("first"), last))
                group.spawn(this) { "second" }
                val seen = ArrayList<String>()
                group.exhaust().collect {
                    seen += it.await()
                    if (seen.size == 2) last.complete("third")
                }
                seen shouldContainExactly listOf("first", "second", "third")
                group.hasDone shouldBe false

                repeat(3) { group.add(CompletableDeferred("$it")) }
                group.exhaust().map { it.await() }.first() shouldBe "0"
                group.exhaustDone().map { it.await() } shouldContainExactly listOf("1", "2")
            }
        }

        test("S37 cancelOnFailure cancels all when its block throws, and leaves them alone else") {
            runWatched {
                val task = CompletableDeferred<Int>()
                val group = TaskGroup<Int>(listOf(task))
                group.cancelOnFailure { "value" } shouldBe "value"
                task.isActive shouldBe true
                shouldThrow<IllegalStateException> { group.cancelOnFailure { error("block") } }.message shouldBe "block"
                shouldThrow<CancellationException> { task.await() }.reason.kind() shouldBe CancelReason.Kind.CANCELLED

                val other = CompletableDeferred<Int>()
                group.add(other)
                val caller = waiting { group.cancelOnFailure { awaitCancellation() } }
                caller.cancel()
                caller.join()
                other.isCancelled shouldBe true
            }
        }

        test("S31 cancelling a wait takes it back: no member is cancelled, and nothing is popped for it") {
            runWatched {
                val task = CompletableDeferred<Int>()
                val group = TaskGroup<Int>(listOf(task))
                val given = waiting { group.waitFirstAndPop() }
                val kept = waiting { group.waitFirstAndPop() }
                given.cancel()
                task.isActive shouldBe true
                task.complete(1)
                kept.await() shouldBe task
                group.hasDone shouldBe false
            }
        }

        test("S31 what was popped for a wait that is cancelled before it goes on is put back, as the first") {
            runWatched {
                val tasks = List(2) { CompletableDeferred<Int>() }
                val group = TaskGroup<Int>(tasks)
                // On this dispatcher the waiter goes on only when this block waits: it is cancelled between being told and going on.
                val given = waiting { group.waitFirstAndPop() }
                tasks[1].complete(1)
                tasks[0].complete(0)
                group.done() shouldContainExactly listOf(tasks[0])
                given.cancel()
                given.join()
                group.done() shouldContainExactly listOf(tasks[1], tasks[0])
            }
        }
    })

private fun runWatched(body: suspend kotlinx.coroutines.CoroutineScope.() -> Unit) {
    watched { runBlocking { body() } }
}

/** A task that has begun to wait when this returns. */
private fun <T> kotlinx.coroutines.CoroutineScope.waiting(wait: suspend () -> T): Deferred<T> =
    async(start = CoroutineStart.UNDISPATCHED) { wait() }
