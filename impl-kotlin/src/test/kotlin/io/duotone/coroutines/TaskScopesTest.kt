package io.duotone.coroutines

import io.duotone.CancelReason
import io.duotone.Duotone
import io.duotone.ErrorShape
import io.duotone.ScopePolicy
import io.duotone.TaskGroupException
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.comparables.shouldBeLessThanOrEqualTo
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.TimeoutException
import java.util.logging.Handler
import java.util.logging.LogRecord
import java.util.logging.Logger
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** What a scope does besides its policy, for which there is a table in the interop tests. */
@OptIn(ExperimentalCoroutinesApi::class)
internal class TaskScopesTest :
    FunSpec({
        test("T22 R2 a scope returns its body's result when everything in it has ended, launched by whatever means") {
            runDuotone {
                val ended = ConcurrentLinkedQueue<String>()
                val result = taskScope {
                    spawn { ended += after("spawned") }
                    launch { ended += after("launched") }
                    launch(Dispatchers.Default) { ended += after("launched elsewhere") }
                    spawn { spawn { ended += after("spawned inside") } }
                    "result"
                }
                result shouldBe "result"
                ended.sorted() shouldContainExactly listOf("launched", "launched elsewhere", "spawned", "spawned inside")
            }
        }

        test("R2 Y31 a scope also works on a dispatcher of others") {
            runDuotone {
                withContext(Dispatchers.Default) {
                    taskScope(timeout = 1.hours) { listOf(spawn { after(1) }, spawn { after(2) }).sumOf { it.await() } }
                } shouldBe 3
            }
        }

        for ((shape, one, two) in listOf(
            Triple(ErrorShape.FIRST, "one", "one+two"),
            Triple(ErrorShape.GROUP_IF_MANY, "one", "[one, two]"),
            Triple(ErrorShape.GROUP, "[one]", "[one, two]"),
        )) {
            test("C3 Y12 Y13 Y14 errors = $shape") {
                runDuotone {
                    suspend fun thrown(vararg failing: String): String = shownAs {
                        taskScope("failing", ScopePolicy.COLLECT, shape) {
                            for (name in failing) spawn { error(name) }.join()
                        }
                    }
                    thrown("one") shouldBe one
                    thrown("one", "two") shouldBe two
                }
            }
        }

        test("C3 a group says whose failures it holds, and the first is its cause") {
            runDuotone {
                val group = shouldThrow<TaskGroupException> {
                    taskScope("uploads", errors = ErrorShape.GROUP) { error("full") }
                }
                group.message shouldContain "uploads"
                group.cause shouldBeSameInstanceAs group.failures().single()
            }
        }

        test("C2 a body that throws what a child failed with cancels the others, whatever the policy") {
            runDuotone {
                for (policy in listOf(ScopePolicy.COLLECT, ScopePolicy.FIRST_SUCCESS, ScopePolicy.SUPERVISE)) {
                    shouldThrow<IllegalStateException> {
                        taskScope(policy = policy) {
                            spawn { awaitCancellation() }
                            spawn<Unit> { error("child") }.await()
                        }
                    }.message shouldBe "child"
                }
            }
        }

        test("R15 C10 a timeout during the cleanup of a cancelled scope is none") {
            runDuotone {
                val thrown = shouldThrow<CancellationException> {
                    taskScope(timeout = 10.milliseconds) {
                        spawn {
                            try {
                                awaitCancellation()
                            } finally {
                                withContext(NonCancellable) { delay(40.milliseconds) }
                            }
                        }
                        yield()
                        cancel(CancelReason.cancelled("enough"))
                    }
                }
                thrown.reason.message() shouldBe "enough"
            }
        }

        test("R10 R11 the body goes on when its scope closes, in scopes inside too") {
            runDuotone {
                taskScope {
                    val closing = CompletableDeferred<Unit>()
                    spawn("closed") {
                        try {
                            awaitCancellation()
                        } finally {
                            closing.complete(Unit)
                        }
                    }
                    while (coroutineContext[kotlinx.coroutines.Job]?.children?.firstOrNull() == null) yield()
                    val waited = coroutineScope {
                        spawn("master", master = true) { yield() }
                        withTimeoutOrNull(1.hours) { closing.await() }
                    }
                    waited shouldBe Unit
                    taskScope { after("value") }
                } shouldBe "value"
            }
        }

        test("C1 a scope whose runtime is closed does not wait for its timeout") {
            val runtime = DuotoneRuntime()
            val began = CompletableDeferred<Unit>()
            val waiting = CoroutineScope(runtime.dispatcher).async {
                taskScope(timeout = 1.hours) {
                    began.complete(Unit)
                    CompletableDeferred<Unit>().await()
                }
            }
            began.await()
            runtime.close()
            watched { runBlocking { waiting.join() } }
            waiting.isCancelled shouldBe true
        }

        test("R8 C17 the failure of an awaited task goes to its awaiters alone, where the scope says so") {
            runDuotone {
                taskScope(awaitedContained = true) {
                    val mayFail = CompletableDeferred<Unit>()
                    val failing = spawn {
                        mayFail.await()
                        error("heard")
                    }
                    val awaiting = spawn(contained = true) { shouldThrow<IllegalStateException> { failing.await() }.message }
                    while (!isAwaited(failing)) yield()
                    mayFail.complete(Unit)
                    awaiting.await() shouldBe "heard"
                    "alive"
                } shouldBe "alive"
            }
        }

        test("S17 C18 a failure that nobody hears of is reported, and one that somebody comes for in a moment is not") {
            val reported = ConcurrentLinkedQueue<String>()
            DuotoneRuntime(Duotone.builder().uncaught { task, _ -> reported += task }.build()).use { runtime ->
                runtime.blockWatched {
                    taskScope {
                        spawn("unheard", contained = true) { error("unheard") }.join()
                        val late = spawn("late", contained = true) { error("late") }
                        late.join()
                        shouldThrow<IllegalStateException> { late.await() }
                        val left = spawn("left", contained = true) {
                            awaitCancelled()
                            error("left")
                        }
                        val leaving = spawn { left.await() }
                        while (!isAwaited(left)) yield()
                        leaving.cancel()
                        left.cancel()
                    }
                }
            }
            reported.sorted() shouldContainExactly listOf("left", "unheard")
        }

        test("R17 R18 C10 a timeout is a failure, it can be moved and taken back, and what ran sees its kind") {
            runDuotone {
                var seen: CancelReason? = null
                val thrown = shouldThrow<TimeoutException> {
                    taskScope("slow", timeout = 1.hours) {
                        timeLeft shouldBeLessThanOrEqualTo 1.hours
                        timeoutAfter(Duration.INFINITE)
                        timeLeft shouldBe Duration.INFINITE
                        timeoutAfter(2.hours)
                        timeoutAfter(5.milliseconds)
                        try {
                            awaitCancellation()
                        } catch (cancelled: CancellationException) {
                            seen = cancelled.reason
                            throw cancelled
                        }
                    }
                }
                thrown.message shouldContain "slow timed out after 5ms"
                seen?.kind() shouldBe CancelReason.Kind.TIMEOUT
                seen?.origin() shouldBe "slow"
            }
        }

        test("R18 the timeout of a scope that has ended cannot be moved") {
            runDuotone {
                var leaked: TaskScope? = null
                taskScope { leaked = this }
                shouldThrow<IllegalStateException> { leaked?.timeoutAfter(1.seconds) }.message shouldContain "has ended"
            }
        }

        test("R21 a scope inside has no more time than the one around it") {
            runDuotone {
                taskScope(timeout = 1.hours) {
                    taskScope(timeout = 2.hours) { timeLeft shouldBeLessThanOrEqualTo 1.hours }
                    coroutineScope { taskScope { timeLeft shouldBeLessThanOrEqualTo 1.hours } }
                }
                shouldThrow<TimeoutException> {
                    taskScope(timeout = 5.milliseconds) { taskScope(timeout = 1.hours) { awaitCancellation() } }
                }
            }
        }

        test("S21 failAfter waits for the cleanup, and does not begin without time") {
            runDuotone {
                var cleanedUp = false
                shouldThrow<TimeoutException> {
                    failAfter(5.milliseconds) {
                        try {
                            awaitCancellation()
                        } finally {
                            withContext(NonCancellable) { delay(5.milliseconds) }
                            cleanedUp = true
                        }
                    }
                }
                cleanedUp shouldBe true
                shouldThrow<TimeoutException> { failAfter(Duration.ZERO) { cleanedUp = false } }
                cleanedUp shouldBe true
                failAfter(1.hours) { "in time" } shouldBe "in time"
            }
        }

        test("S22 repeatTimeout gives each iteration its time") {
            runDuotone {
                var turns = 0
                repeatTimeout(1.hours) { ++turns < 10 }
                turns shouldBe 10
                shouldThrow<TimeoutException> {
                    repeatTimeout(20.milliseconds) {
                        if (++turns == 15) awaitCancellation()
                        true
                    }
                }
                turns shouldBe 15
            }
        }

        test("Y28 C4 isolate gives an outcome, and only its own tasks are cancelled") {
            runDuotone {
                taskScope {
                    val other = spawn { after("alive") }
                    isolate { "value" }.getOrThrow() shouldBe "value"
                    isolate { spawn { error("inside") } }.exceptionOrNull()?.message shouldBe "inside"
                    isolate { cancel(CancelReason.cancelled("itself")) }.exceptionOrNull().shouldBeInstanceOf<CancellationException>()
                    shouldThrow<AssertionError> { isolate { throw AssertionError("no outcome") } }
                    other.await() shouldBe "alive"
                }
            }
        }

        test("Y28 cancelling the caller of isolate is no outcome") {
            runDuotone {
                var outcome: Any? = "none"
                val started = CompletableDeferred<Unit>()
                val caller = spawn {
                    outcome = isolate {
                        started.complete(Unit)
                        awaitCancellation()
                    }
                }
                started.await()
                caller.cancel()
                caller.join()
                outcome shouldBe "none"
            }
        }

        test("R20 a fork fails alone, and is cancelled with its parent") {
            runDuotone {
                taskScope {
                    val fork = fork("fork") { spawn("child") { error("inside") } }
                    shouldThrow<IllegalStateException> { fork.await() }.message shouldBe "inside"
                    "alive"
                } shouldBe "alive"
                var seen: CancelReason? = null
                shouldThrow<CancellationException> {
                    taskScope {
                        val started = CompletableDeferred<Unit>()
                        fork {
                            started.complete(Unit)
                            try {
                                awaitCancellation()
                            } catch (cancelled: CancellationException) {
                                seen = cancelled.reason
                                throw cancelled
                            }
                        }
                        started.await()
                        cancel(CancelReason.cancelled("all"))
                    }
                }
                seen?.message() shouldBe "all"
            }
        }

        test("R22 S48 the current scope is the innermost, through scopes of kotlinx too, and none outside") {
            runDuotone {
                taskScope("outer") {
                    currentScope() shouldBeSameInstanceAs this
                    coroutineScope { launch { currentScope()?.name shouldBe "outer" } }
                    taskScope("inner") { currentScope()?.name shouldBe "inner" }
                    spawn("task") { currentScope()?.name shouldBe "task" }
                }
            }
            runBlocking { currentScope() shouldBe null }
        }

        test("R16 C5 a task that does not end when it is cancelled is reported, and still waited for") {
            val warnings = ConcurrentLinkedQueue<String>()
            listeningToLog(warnings) {
                runDuotone {
                    var ended = false
                    shouldThrow<CancellationException> {
                        taskScope("scope") {
                            val started = CompletableDeferred<Unit>()
                            spawn("stubborn", cancelTimeout = 5.milliseconds) {
                                withContext(NonCancellable) {
                                    started.complete(Unit)
                                    while (warnings.none { "stubborn" in it }) delay(1.milliseconds)
                                    ended = true
                                }
                            }
                            started.await()
                            cancel(CancelReason.cancelled("enough"))
                        }
                    }
                    ended shouldBe true
                }
            }
            warnings.single { "stubborn" in it } shouldContain "scope"
        }

        test("S14 a task is a Deferred in every respect: select, getCompleted, cancel") {
            runDuotone {
                taskScope {
                    val first = spawn { after("first") }
                    val never = spawn { awaitCancellation() }
                    select {
                        first.onAwait { it }
                        never.onJoin { "never" }
                    } shouldBe "first"
                    first.getCompleted() shouldBe "first"
                    shouldThrow<IllegalStateException> { never.getCompleted() }
                    never.cancel()
                    never.join()
                    never.isCancelled shouldBe true
                }
            }
        }
    })

private suspend fun <T> after(value: T): T {
    repeat(3) { yield() }
    return value
}

private suspend fun awaitCancelled() {
    try {
        awaitCancellation()
    } catch (_: CancellationException) {
        // To fail instead.
    }
}

private fun isAwaited(task: kotlinx.coroutines.Job) = (task as io.duotone.coroutines.scope.ScopeJob<*>).isAwaited

private suspend fun shownAs(block: suspend () -> Unit): String = try {
    block()
    "nothing"
} catch (group: TaskGroupException) {
    group.failures().map { it.message }.toString()
} catch (failure: IllegalStateException) {
    (listOf<Throwable>(failure) + failure.suppressed).joinToString("+") { it.message.orEmpty() }
}

private fun listeningToLog(messages: MutableCollection<String>, block: () -> Unit) {
    val handler = object : Handler() {
        override fun publish(record: LogRecord) {
            messages += record.message
        }

        override fun flush() = Unit

        override fun close() = Unit
    }
    val logger = Logger.getLogger("io.duotone")
    logger.addHandler(handler)
    try {
        block()
    } finally {
        logger.removeHandler(handler)
    }
}
