package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Duotone
import io.duotone.DuotoneOptions.AtExit
import io.duotone.Task
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.awaitWatched
import io.duotone.coroutines.diagnosis
import io.duotone.coroutines.eventually
import io.duotone.coroutines.onWorkers
import io.duotone.coroutines.threadsOf
import io.duotone.coroutines.watched
import io.duotone.coroutines.withRuntime
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.time.Duration
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicReference
import java.util.logging.Handler
import java.util.logging.LogRecord
import java.util.logging.Logger
import kotlin.concurrent.thread
import kotlin.coroutines.Continuation
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.intrinsics.startCoroutineUninterceptedOrReturn
import kotlin.coroutines.resume
import kotlin.coroutines.suspendCoroutine

/** Row C1: a runtime that closes neither forgets a call that waits, nor remembers one that has ended. */
internal class PendingCallsTest :
    FunSpec({
        onWorkers("C1 closing cancels every call with the reason and awaits its cleanup") { runtime ->
            val cleaned = AtomicInteger()
            val begun = CountDownLatch(2 * CALLS)

            suspend fun waiting() {
                try {
                    begun.countDown()
                    awaitCancellation()
                } finally {
                    withContext(NonCancellable) { delay(20) }
                    cleaned.incrementAndGet()
                }
            }
            val tasks = ConcurrentLinkedQueue<Task<Unit>>()
            repeat(CALLS) { tasks += runtime.call { waiting() } }
            repeat(CALLS) { runtime.pool.submit { tasks += runtime.call { waiting() } } }
            begun.awaitWatched(runtime)
            eventually("all are registered") { runtime.pending == 2 * CALLS }
            watched(state = runtime::diagnosis) { runtime.close() }
            cleaned.get() shouldBe 2 * CALLS
            tasks.forEach { it.cancelReason()?.kind() shouldBe CancelReason.Kind.SHUTDOWN }
            runtime.pending shouldBe 0
        }

        test("C1 with JOIN calls end by themselves, also one whose wait cannot be cancelled, and what it has launched") {
            withRuntime("joining-calls", 2, { atExit(AtExit.JOIN).shutdownGrace(Duration.ZERO) }) { runtime ->
                val resumed = AtomicReference<Continuation<Unit>>()
                val launched = AtomicBoolean()
                val sleeping = runtime.call { 1.also { delay(50) } }
                val launching = runtime.call {
                    CoroutineScope(currentCoroutineContext()).launch {
                        delay(100)
                        launched.set(true)
                    }
                    2
                }
                val waiting = runtime.call { 3.also { suspendCoroutine(resumed::set) } }
                val closer = thread { runtime.close() }
                try {
                    eventually("the close has begun") { runtime.isClosed }
                    eventually("the others end") { sleeping.isDone && launched.get() }
                    closer.isAlive shouldBe true
                } finally {
                    resumed.get().resume(Unit)
                }
                watched(state = runtime::diagnosis) { closer.join() }
                listOf(sleeping, launching, waiting).map { it.join() } shouldBe listOf(1, 2, 3)
                runtime.pending shouldBe 0
            }
        }

        test("C1 a call that does not end within the grace time is named") {
            val runtime = DuotoneRuntime(Duotone.builder().name("stubborn-calls").threads(1).shutdownGrace(Duration.ofMillis(50)).build())
            val never = CompletableDeferred<Unit>()
            runtime.call("named call") { withContext(NonCancellable) { never.await() } }
            runtime.call("wait that cannot be cancelled") { suspendCoroutine<Unit> { } }
            val log = warnings { watched { runtime.close() } }
            log shouldContain "still running after the grace time of PT0.05S: "
            log shouldContain "'named call'"
            log shouldContain "'wait that cannot be cancelled'"
            threadsOf("stubborn-calls").shouldBeEmpty()
            never.complete(Unit)
        }

        test("C13 a call that does not suspend registers nothing, on a worker or elsewhere") {
            withRuntime("at-once", 1) { runtime ->
                repeat(1000) { runtime.call { 1 }.join() shouldBe 1 }
                val done = CountDownLatch(1)
                runtime.pool.submit {
                    repeat(1000) { runtime.call { 1 } }
                    done.countDown()
                }
                done.awaitWatched(runtime)
                runtime.pendingCalls.blocks shouldBe 0
            }
        }

        onWorkers("calls that end leave nothing behind, and those that do not keep few blocks") { runtime ->
            val never = CompletableDeferred<Unit>()
            val ended = CountDownLatch(20 * CALLS)
            repeat(20) {
                runtime.pool.submit {
                    repeat(CALLS) { runtime.call { yield() }.thenRun { ended.countDown() } }
                    runtime.call { never.await() }
                }
            }
            ended.awaitWatched(runtime)
            eventually("only those are left that never end") { runtime.pending == 20 }
            never.complete(Unit)
            eventually("nothing is left") { runtime.pending == 0 }
        }

        test("C6 a cancelled call is known until its coroutine has ended") {
            withRuntime("cancelled-call", 1) { runtime ->
                val goOn = CompletableDeferred<Unit>()
                val task = runtime.call {
                    try {
                        awaitCancellation()
                    } finally {
                        withContext(NonCancellable) { goOn.await() }
                    }
                }
                task.cancel("enough") shouldBe true
                runtime.pending shouldBe 1
                goOn.complete(Unit)
                eventually("it has ended") { runtime.pending == 0 }
                task.cancelReason()?.message() shouldBe "enough"
            }
        }

        test("a job that is looked up when the call has ended has ended too") {
            withRuntime("late-look-up", 1) { runtime ->
                val contexts = ConcurrentLinkedQueue<CoroutineContext>()
                runtime.call { contexts += currentCoroutineContext() }
                runCatching { runtime.call<Unit> { error("broken".also { contexts += currentCoroutineContext() }) }.join() }
                val cancelled = AtomicReference<Continuation<Unit>>()
                val task = runtime.call { suspendCoroutine { contexts += it.context.also { _ -> cancelled.set(it) } } }
                task.cancel("enough")
                cancelled.get().resume(Unit)
                eventually("all have ended") { runtime.pending == 0 }
                contexts.size shouldBe 3
                contexts.forEach { context -> watched { context[Job]?.isCompleted shouldBe true } }
                contexts.last()[Job]?.isCancelled shouldBe true
                runtime.pending shouldBe 0
            }
        }

        test("C18 a child of the call that fails cancels it and is reported") {
            val reports = ConcurrentLinkedQueue<Throwable>()
            withRuntime("failing-child", 1, { uncaught { _, failure -> reports += failure } }) { runtime ->
                val failure = IllegalStateException("broken")
                val task = runtime.call {
                    CoroutineScope(currentCoroutineContext()).launch { throw failure }
                    awaitCancellation()
                }
                eventually("the call is cancelled") { task.isCancelled }
                eventually("the failure is reported") { reports.isNotEmpty() }
                reports.toList() shouldBe listOf(failure)
            }
        }
    }) {
    private companion object {
        const val CALLS = 700
    }
}

internal fun <T> DuotoneRuntime.call(name: String? = null, block: suspend () -> T): Task<T> {
    val call: (Continuation<T>) -> Any? = { block.startCoroutineUninterceptedOrReturn(it) }
    return if (name == null) Suspending.task(asJava(), call) else Suspending.task(asJava(), name, call)
}

/** How many calls are registered. */
internal val DuotoneRuntime.pending: Int get() = pendingCalls.elements().count()

/** What is logged meanwhile; it goes nowhere else. */
private fun warnings(body: () -> Unit): String {
    val records = ConcurrentLinkedQueue<String>()
    val handler = object : Handler() {
        override fun publish(record: LogRecord) {
            records += record.message
        }

        override fun flush() {}

        override fun close() {}
    }
    val logger = Logger.getLogger("io.duotone")
    logger.addHandler(handler)
    logger.useParentHandlers = false
    try {
        body()
    } finally {
        logger.removeHandler(handler)
        logger.useParentHandlers = true
    }
    return records.joinToString("\n")
}
