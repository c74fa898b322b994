package io.duotone.coroutines.scope

import io.duotone.CancelReason
import io.duotone.Duotone
import io.duotone.ScopePolicy
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.TaskScope
import io.duotone.coroutines.blockWatched
import io.duotone.coroutines.facade.asTask
import io.duotone.coroutines.reason
import io.duotone.coroutines.runDuotone
import io.duotone.coroutines.spawn
import io.duotone.coroutines.taskScope
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds

/** How scopes end: what comes at the same moment, late, or from inside what is ending. */
@OptIn(ExperimentalCoroutinesApi::class)
internal class ScopeEndTest :
    FunSpec({
        val reports = ConcurrentLinkedQueue<Throwable>()
        beforeTest { reports.clear() }

        fun runtime() = DuotoneRuntime(Duotone.builder().threads(2).uncaught { _, failure -> reports += failure }.build())

        class Resource : AutoCloseable {
            var isClosed = false

            override fun close() {
                isClosed = true
            }
        }

        test("C2 the first success stays one, also when it cancels a sibling that ends on the spot") {
            val resource = Resource()
            runDuotone {
                taskScope(policy = ScopePolicy.FIRST_SUCCESS) {
                    launch(Dispatchers.Unconfined) { awaitCancellation() }
                    val winner = spawn {
                        yield()
                        resource
                    }
                    winner.await() shouldBe resource
                }
            }
            resource.isClosed shouldBe false
        }

        test("C2 what is launched into a closed scope is cancelled together, so that one may wait for another") {
            runDuotone {
                taskScope {
                    spawn(master = true) {}.join()
                    val second = CompletableDeferred<Unit>()
                    launch(start = CoroutineStart.UNDISPATCHED) {
                        withContext(NonCancellable) { second.await() }
                    }
                    launch(start = CoroutineStart.UNDISPATCHED) {
                        try {
                            awaitCancellation()
                        } finally {
                            second.complete(Unit)
                        }
                    }
                }
            }
        }

        test("C8 a task that is complete has its value, whoever asks at that moment") {
            runtime().use { runtime ->
                repeat(20_000) { round ->
                    runtime.block { round } shouldBe round
                    if (round % 10 == 0) {
                        runtime.block {
                            val task = taskScope { spawn { round } }
                            task.getCompleted() shouldBe round
                        }
                    }
                }
            }
        }

        test("C3 a failure whose message cannot be made ends the scope like any other") {
            class Hostile : RuntimeException() {
                override val message: String get() = error("no message")
            }
            runtime().use { runtime ->
                shouldThrow<Hostile> { runtime.blockWatched { throw Hostile() } }
                shouldThrow<Hostile> {
                    runtime.blockWatched {
                        launch { awaitCancellation() }
                        spawn { throw Hostile() }
                        awaitCancellation()
                    }
                }
            }
        }

        test("C9 C7 groups are tasks of the scope: too late it refuses them, closed it does not start them") {
            runDuotone {
                val ended = taskScope { this }
                shouldThrow<IllegalStateException> { ended.spawn(listOf(suspend { 1 })) }
                shouldThrow<IllegalStateException> { ended.spawn({ 1 }, { 2 }) }
                shouldThrow<IllegalStateException> { ended.spawn({ 1 }, { 2 }, { 3 }) }
                taskScope {
                    spawn(master = true) {}.join()
                    shouldThrow<CancellationException> { spawn(listOf(suspend { error("must not start") })).await() }
                }
            }
        }

        test("R8 the failure of a group that somebody awaits is that one's alone, where the scope says so") {
            runDuotone {
                taskScope(awaitedContained = true) {
                    val gate = CompletableDeferred<Unit>()
                    val group = spawn(listOf(suspend { gate.await().let { throw IllegalArgumentException("member") } }))
                    val awaited = async(start = CoroutineStart.UNDISPATCHED) { runCatching { group.await() } }
                    gate.complete(Unit)
                    awaited.await().exceptionOrNull().shouldBeInstanceOf<IllegalArgumentException>()
                }
            }
        }

        test("C2 the first success of a group ends the others") {
            runDuotone {
                taskScope(policy = ScopePolicy.FIRST_SUCCESS) {
                    spawn { awaitCancellation() }
                    spawn(listOf(suspend { "won" }))
                }.await() shouldContainExactly listOf("won")
            }
        }

        test("C6 a background task hears why its scope was cancelled") {
            val reason = CompletableDeferred<CancelReason>()
            runDuotone {
                val fork = fork(timeout = 1.hours) {
                    val began = CompletableDeferred<Unit>()
                    spawn(background = true) {
                        began.complete(Unit)
                        try {
                            awaitCancellation()
                        } catch (cancelled: CancellationException) {
                            reason.complete(cancelled.reason)
                            throw cancelled
                        }
                    }
                    began.await()
                    cancel(CancelReason.of(CancelReason.Kind.INTERRUPTED, "somebody"))
                }
                fork.join()
                reason.await().kind() shouldBe CancelReason.Kind.INTERRUPTED
            }
        }

        test("R17 the cleanup after a first success, or after the end of a master, has no timeout") {
            runDuotone {
                for (policy in listOf(ScopePolicy.FIRST_SUCCESS, ScopePolicy.FAIL_FAST)) {
                    taskScope(policy = policy, timeout = 20.milliseconds) {
                        spawn {
                            try {
                                awaitCancellation()
                            } finally {
                                withContext(NonCancellable) { delay(60.milliseconds) }
                            }
                        }
                        spawn(master = policy == ScopePolicy.FAIL_FAST) { "done" }
                        "body"
                    } shouldBe "body"
                }
            }
        }

        test("C9 a master task that comes too late closes nothing") {
            runDuotone {
                val ended = taskScope { this }
                shouldThrow<IllegalStateException> { ended.spawn(master = true) {} }
                ended.trySpawn { } shouldBe null
            }
        }

        test("C18 whoever only selected a task among others has not heard of its failure") {
            val failure = IllegalStateException("contained")
            runtime().use { runtime ->
                runtime.block {
                    val gate = CompletableDeferred<Unit>()
                    val task = spawn(contained = true) { gate.await().let { throw failure } }
                    val other = CompletableDeferred("other")
                    select {
                        other.onAwait { it }
                        task.onAwait { }
                    }
                    gate.complete(Unit)
                }
            }
            reports.toList() shouldContainExactly listOf(failure)
        }

        test("C18 R8 whoever listens to the Java face of a task has heard of its failure") {
            runtime().use { runtime ->
                runtime.block {
                    val gate = CompletableDeferred<Unit>()
                    val task = spawn(contained = true) { gate.await().let { throw IllegalStateException("contained") } }
                    val heard = CompletableDeferred<Throwable?>()
                    task.asTask().whenComplete { _, failure -> heard.complete(failure) }
                    gate.complete(Unit)
                    heard.await()
                }
            }
            reports.shouldBeEmpty()
        }

        test("C1 twenty thousand scopes, one within the other, end one after the other") {
            runtime().use { runtime ->
                val ended = AtomicInteger()

                fun nest(scope: TaskScope, depth: Int) {
                    if (depth == 0) return
                    scope.spawn {
                        try {
                            nest(this, depth - 1)
                        } finally {
                            ended.incrementAndGet()
                        }
                    }
                }
                runtime.blockWatched { taskScope { nest(this, 20_000) } }
                ended.get() shouldBe 20_000
            }
        }
    })
