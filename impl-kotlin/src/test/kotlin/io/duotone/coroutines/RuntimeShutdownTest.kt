package io.duotone.coroutines

import io.duotone.CancelReason
import io.duotone.Duotone
import io.duotone.DuotoneOptions
import io.duotone.DuotoneOptions.AtExit
import io.duotone.coroutines.blocking.blocking
import io.duotone.coroutines.engine.platform.Platform
import io.duotone.coroutines.engine.reactor.Registration
import io.duotone.coroutines.engine.scheduler.CountingPlatform
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.comparables.shouldBeLessThanOrEqualTo
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldNotContain
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import java.io.File
import java.nio.channels.Pipe
import java.nio.channels.Selector
import java.time.Duration
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.atomic.AtomicBoolean
import java.util.logging.Handler
import java.util.logging.LogRecord
import java.util.logging.Logger
import kotlin.concurrent.thread

/** Row C1: how a runtime ends. Nothing is left running, and what would not end is named. */
internal class RuntimeShutdownTest :
    FunSpec({
        val brief = Duration.ofMillis(50)

        onWorkers("T7 C1 tasks of the runtime are cancelled with the reason, and their cleanup is awaited") { runtime ->
            val seen = CompletableDeferred<Throwable>()
            val cleaned = AtomicBoolean()
            val begun = CountDownLatch(1)
            val task = runtime.spawn {
                try {
                    begun.countDown()
                    awaitCancellation()
                } catch (cancelled: CancellationException) {
                    seen.complete(cancelled)
                    throw cancelled
                } finally {
                    withContext(NonCancellable) { delay(20) }
                    cleaned.set(true)
                }
            }
            begun.awaitWatched(runtime)
            watched(state = runtime::diagnosis) { runtime.close() }
            cleaned.get() shouldBe true
            task.isCancelled shouldBe true
            reasonOf(seen.getNow()).kind() shouldBe CancelReason.Kind.SHUTDOWN
            threadsOf("on-workers").shouldBeEmpty()
        }

        test("Y2 C1 with JOIN, tasks of the runtime end by themselves") {
            withRuntime("joining", 2, { atExit(AtExit.JOIN).shutdownGrace(Duration.ZERO) }) { runtime ->
                val task = runtime.spawn {
                    delay(50)
                    coroutineScope { launch { delay(1) } }
                    "ended"
                }
                watched(state = runtime::diagnosis) { runtime.close() }
                task.getNow() shouldBe "ended"
                threadsOf("joining").shouldBeEmpty()
            }
        }

        test("C1 a task that does not end within the grace time is named, and the threads end all the same") {
            val log = CapturedLog()
            val never = CompletableDeferred<Unit>()
            val begun = CountDownLatch(1)
            val runtime = runtime("stubborn", grace = brief)
            runtime.spawn("parent") {
                launch(CoroutineName("will-not-end")) {
                    begun.countDown()
                    withContext(NonCancellable) { never.await() }
                }
            }
            begun.awaitWatched(runtime)
            log.during { watched { runtime.close() } }
            log.text() shouldContain "still running after the grace time of PT0.05S: 'will-not-end'"
            threadsOf("stubborn").shouldBeEmpty()
            never.complete(Unit)
        }

        test("a worker that does not come back is named with what it does, and ends when it does come back") {
            val log = CapturedLog()
            val release = CountDownLatch(1)
            val begun = CountDownLatch(1)
            val runtime = runtime("hogged", workers = 2, grace = brief)
            runtime.spawn("hog") {
                begun.countDown()
                keepTheWorker(release)
            }
            begun.awaitWatched(runtime)
            log.during { watched { runtime.close() } }
            log.text() shouldContain "'hog'"
            log.text() shouldContain Regex("hogged-worker-\\d.* does not come back from its task:\n(.*\n)*.*keepTheWorker")
            threadsOf("hogged").size shouldBe 1
            release.countDown()
            eventually("the last worker ends") { threadsOf("hogged").isEmpty() }
        }

        test("what is queued behind a task that does not end still gets to its cleanup") {
            val release = CountDownLatch(1)
            val begun = CountDownLatch(1)
            val runtime = runtime("behind", workers = 1, grace = brief)
            val outcomes = Outcomes(3)
            runtime.pool.submit {
                // One in the place of the latest wake-up, one in the worker's own queue, and one comes from outside.
                repeat(2) { outcomes.launchIn(CoroutineScope(Job() + runtime.dispatcher)) { delay(1) } }
                begun.countDown()
                release.await()
            }
            begun.awaitWatched(runtime)
            outcomes.launchIn(CoroutineScope(Job() + runtime.dispatcher)) { delay(1) }
            CapturedLog().during { watched { runtime.close() } }
            outcomes.all().forEach { reasonOf(it).kind() shouldBe CancelReason.Kind.SHUTDOWN }
            release.countDown()
        }

        onWorkers("tasks of other scopes that sleep or wait with a timeout are cancelled with the reason") { runtime ->
            val scope = CoroutineScope(Job() + runtime.dispatcher)
            val outcomes = Outcomes(2)
            val begun = CountDownLatch(2)
            outcomes.launchIn(scope) {
                begun.countDown()
                // Not for ever, for which kotlinx needs no timer.
                delay(3_600_000)
            }
            outcomes.launchIn(scope) {
                begun.countDown()
                withTimeout(3_600_000) { awaitCancellation() }
            }
            begun.awaitWatched(runtime)
            // Their timers are there once both have gone to sleep.
            eventually("two timers") { runtime.pool.workers.sumOf { it.timers.size } >= 2 }
            watched(state = runtime::diagnosis) { runtime.close() }
            outcomes.all().forEach { reasonOf(it).kind() shouldBe CancelReason.Kind.SHUTDOWN }
        }

        test("after close a coroutine on the dispatcher is cancelled with the reason and gets to its cleanup") {
            val runtime = runtime("late")
            val scope = CoroutineScope(Job() + runtime.dispatcher)
            val outcomes = Outcomes(2)
            val gate = CompletableDeferred<Unit>()
            val begun = CountDownLatch(1)
            outcomes.launchIn(scope) {
                begun.countDown()
                gate.await()
            }
            begun.awaitWatched(runtime)
            runtime.close()
            gate.complete(Unit)
            outcomes.launchIn(CoroutineScope(Job() + runtime.dispatcher), CoroutineStart.UNDISPATCHED) { delay(1) }
            outcomes.all().forEach { reasonOf(it).kind() shouldBe CancelReason.Kind.SHUTDOWN }
        }

        test("spawn and block after close are refused with a text that says why") {
            val runtime = runtime("finished")
            runtime.close()
            shouldThrow<IllegalStateException> { runtime.spawn { 1 } }.message shouldContain "'finished' is closed"
            shouldThrow<IllegalStateException> { runtime.block { 1 } }.message shouldContain "'finished' is closed"
            runtime.toString() shouldContain "closed"
            runtime.isClosed shouldBe true
        }

        test("spawn that races with close is refused or cancelled, and never lost") {
            repeat(50) {
                val runtime = runtime("racing", workers = 2)
                val started = CountDownLatch(1)
                val spawner = thread {
                    var task: Job
                    try {
                        while (true) {
                            task = runtime.spawn { delay(Long.MAX_VALUE) }
                            started.countDown()
                            if (task.isCompleted) continue
                            if (runtime.isClosed) watched { while (!task.isCompleted) Thread.onSpinWait() }
                        }
                    } catch (_: IllegalStateException) {
                        // Refused: the end of the race.
                    }
                }
                started.awaitWatched(runtime)
                watched(state = runtime::diagnosis) { runtime.close() }
                watched { spawner.join() }
            }
        }

        test("a second close is harmless, and closers at the same time all wait for the end") {
            val runtime = runtime("closers", workers = 2)
            val cleaned = AtomicBoolean()
            val begun = CountDownLatch(1)
            runtime.spawn {
                try {
                    begun.countDown()
                    awaitCancellation()
                } finally {
                    withContext(NonCancellable) { delay(30) }
                    cleaned.set(true)
                }
            }
            begun.awaitWatched(runtime)
            val tooEarly = ConcurrentLinkedQueue<Thread>()
            watched(state = runtime::diagnosis) {
                List(4) {
                    thread {
                        runtime.close()
                        if (!cleaned.get() || threadsOf("closers").isNotEmpty()) tooEarly += Thread.currentThread()
                    }
                }.forEach { it.join() }
                runtime.close()
            }
            tooEarly.shouldBeEmpty()
        }

        test("closers that are interrupted close all the same and keep the flag") {
            val runtime = runtime("interrupted")
            val interrupted = ConcurrentLinkedQueue<Boolean>()
            watched {
                List(2) {
                    thread {
                        Thread.currentThread().interrupt()
                        runtime.close()
                        interrupted += Thread.currentThread().isInterrupted
                    }
                }.forEach { it.join() }
            }
            interrupted.toList() shouldBe listOf(true, true)
            threadsOf("interrupted").shouldBeEmpty()
        }

        test("C16 close on a thread of the runtime is refused, in a task and in a blocking call") {
            withRuntime("self", 1) { runtime ->
                runtime.blockWatched {
                    shouldThrow<IllegalStateException> { runtime.close() }.message shouldContain
                        "DuotoneRuntime.close would block self-worker-0"
                    shouldThrow<IllegalStateException> { blocking { runtime.close() } }.message shouldContain "would wait for itself"
                }
                runtime.isClosed shouldBe false
            }
        }

        test("C11 blocking calls are interrupted when the runtime closes") {
            val runtime = runtime("calls")
            val begun = CountDownLatch(1)
            val interrupted = CompletableDeferred<Boolean>()
            val running = runtime.spawn {
                blocking {
                    try {
                        begun.countDown()
                        CountDownLatch(1).await()
                    } catch (_: InterruptedException) {
                        interrupted.complete(true)
                    }
                }
            }
            begun.awaitWatched(runtime)
            watched(state = runtime::diagnosis) { runtime.close() }
            interrupted.getNow() shouldBe true
            running.isCancelled shouldBe true
            threadsOf("calls").shouldBeEmpty()
        }

        test("C11 queued blocking calls, also of other scopes, never begin when the runtime closes, and have the reason") {
            val runtime = runtime("queued") { blockingThreads(1) }
            val begun = CountDownLatch(1)
            val hasBegun = AtomicBoolean()
            val outcomes = Outcomes(2)
            val scope = CoroutineScope(Job() + runtime.dispatcher)
            outcomes.launchIn(scope) {
                blocking {
                    begun.countDown()
                    CountDownLatch(1).await()
                }
            }
            begun.awaitWatched(runtime)
            outcomes.launchIn(scope) { blocking { hasBegun.set(true) } }
            eventually("the second call is queued") { runtime.blockingPool.statistics().queued == 1 }
            watched(state = runtime::diagnosis) { runtime.close() }
            hasBegun.get() shouldBe false
            val (dropped, interrupted) = outcomes.all().partition { it is CancellationException }
            reasonOf(dropped.single()).kind() shouldBe CancelReason.Kind.SHUTDOWN
            (interrupted.single() is InterruptedException) shouldBe true
            threadsOf("queued").shouldBeEmpty()
        }

        test("a blocking call that does not end is named with what it does, and holds up no worker") {
            val log = CapturedLog()
            val release = CountDownLatch(1)
            val begun = CountDownLatch(1)
            val runtime = runtime("deaf", grace = brief)
            runtime.spawn { blocking { begun.countDown().also { keepTheWorker(release) } } }
            begun.awaitWatched(runtime)
            log.during { watched { runtime.close() } }
            log.text() shouldContain Regex("blocking calls that do not end: \ndeaf-blocking-1.*\n(.*\n)*.*keepTheWorker")
            log.text() shouldNotContain "does not come back"
            threadsOf("deaf").map { it.substringBefore(" @") } shouldBe listOf("deaf-blocking-1")
            release.countDown()
            eventually("the blocking thread ends") { threadsOf("deaf").isEmpty() }
        }

        test("a blocking call after close is refused") {
            val runtime = runtime("refusing")
            val outcome = CompletableDeferred<Throwable?>()
            val begun = CountDownLatch(1)
            val gate = CompletableDeferred<Unit>()
            CoroutineScope(Job() + runtime.dispatcher).launch {
                begun.countDown()
                withContext(NonCancellable) { gate.await() }
                withContext(NonCancellable) { outcome.complete(runCatching { blocking { 1 } }.exceptionOrNull()) }
            }
            begun.awaitWatched(runtime)
            runtime.close()
            gate.complete(Unit)
            watched { while (!outcome.isCompleted) Thread.onSpinWait() }
            (outcome.getNow() is RejectedExecutionException) shouldBe true
        }

        test("a hundred runtimes leave no thread, no selector and no descriptor behind") {
            val descriptors = File("/proc/self/fd")
            fun open(): Int = descriptors.list()?.size ?: 0
            var before = 0
            val selectors = ConcurrentLinkedQueue<Selector>()
            repeat(101) { round ->
                // The first round loads what the JDK opens once.
                if (round == 1) before = open()
                val platform = object : Platform by CountingPlatform() {
                    override fun openSelector(): Selector = Selector.open().also(selectors::add)
                }
                val runtime = DuotoneRuntime(Duotone.builder().name("hundred").threads(2).build(), platform)
                val pipe = Pipe.open()
                pipe.source().configureBlocking(false)
                val registration = Registration(pipe.source(), runtime.pool)
                runtime.spawn { registration.awaitReadable() }
                eventually("a channel is registered") { selectors.size > round && runtime.pool.workers.any { it.poller.isActive } }
                runtime.blockWatched { blocking { 1 } }
                watched(state = runtime::diagnosis) { runtime.close() }
                registration.close()
                pipe.sink().close()
            }
            threadsOf("hundred").shouldBeEmpty()
            selectors.filter { it.isOpen }.shouldBeEmpty()
            // Some slack for what the JVM itself opens and closes meanwhile.
            open() shouldBeLessThanOrEqualTo before + 20
        }
    })

private fun runtime(
    name: String,
    workers: Int = 1,
    grace: Duration = Duration.ofSeconds(30),
    options: DuotoneOptions.Builder.() -> Unit = {},
) = DuotoneRuntime(Duotone.builder().name(name).threads(workers).shutdownGrace(grace).apply(options).build())

/** Not interruptible, as code is that does not care. */
private fun keepTheWorker(release: CountDownLatch) {
    while (release.count > 0) {
        try {
            release.await()
        } catch (_: InterruptedException) {
            continue
        }
    }
}

@OptIn(ExperimentalCoroutinesApi::class)
private fun <T> Deferred<T>.getNow(): T = getCompleted()

private fun reasonOf(failure: Throwable?): CancelReason = CancelReason.of((failure as? CancellationException).shouldNotBeNull())

/** What coroutines of other scopes saw in the end. */
private class Outcomes(private val count: Int) {
    private val seen = ConcurrentLinkedQueue<Throwable>()
    private val ended = CountDownLatch(count)

    fun launchIn(
        scope: CoroutineScope,
        start: CoroutineStart = CoroutineStart.DEFAULT,
        body: suspend () -> Unit,
    ) {
        scope.launch(start = start) {
            try {
                body()
            } catch (failure: Throwable) {
                seen += failure
            } finally {
                ended.countDown()
            }
        }
    }

    fun all(): List<Throwable> {
        watched { ended.await() }
        return seen.toList().also { it.size shouldBe count }
    }
}

/** The log of the runtimes while something runs; it goes nowhere else meanwhile. */
private class CapturedLog : Handler() {
    private val records = ConcurrentLinkedQueue<String>()

    fun during(body: () -> Unit) {
        val logger = Logger.getLogger("io.duotone")
        logger.addHandler(this)
        logger.useParentHandlers = false
        try {
            body()
        } finally {
            logger.removeHandler(this)
            logger.useParentHandlers = true
        }
    }

    fun text(): String = records.joinToString("\n")

    override fun publish(record: LogRecord) {
        records += record.message
    }

    override fun flush() {}

    override fun close() {}
}
