package io.duotone.coroutines

import io.duotone.Duotone
import io.duotone.coroutines.blocking.blocking
import io.duotone.coroutines.facade.await
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldStartWith
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.asExecutor
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.CyclicBarrier
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.concurrent.thread
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds

/** Runtimes as the rest of a program meets them: again and again, several of them, from plain threads and executors of others. */
internal class RuntimesTest :
    FunSpec({
        fun here() = Thread.currentThread().name

        test("T4 Y1 S1 a runtime runs one program after another, also after one that failed, and beside another runtime") {
            withRuntime("one", 1) { one ->
                withRuntime("other", 1) { other ->
                    val gate = CompletableDeferred<String>()
                    val background = one.spawn { gate.await() }
                    one.blockWatched { 1 } shouldBe 1
                    shouldThrow<IllegalStateException> { one.blockWatched { error("broken") } }.message shouldBe "broken"
                    one.blockWatched { blocking { other.block { 2 } } } shouldBe 2
                    background.isCompleted shouldBe false
                    gate.complete("value")
                    one.blockWatched { background.await() } shouldBe "value"
                }
            }
        }

        test("T5 the options are those it was started with, and threads have its name") {
            val options = Duotone.builder().name("mine").threads(3).build()
            DuotoneRuntime(options).use { runtime ->
                runtime.options shouldBe options
                runtime.blockWatched { here() } shouldStartWith "mine-worker"
            }
        }

        test("T6 coroutines run on several workers at the same time") {
            withRuntime("two", 2) { runtime ->
                val together = CyclicBarrier(2)
                val threads = runtime.blockWatched {
                    List(2) {
                        async {
                            together.await(30, TimeUnit.SECONDS)
                            Thread.currentThread()
                        }
                    }.awaitAll()
                }
                threads.toSet() shouldHaveSize 2
            }
        }

        test("S4 S5 a run with a time limit fails when it is over, and the runtime goes on") {
            shouldThrow<TimeoutException> { runDuotone { failAfter(5.milliseconds) { awaitCancellation() } } }
            withRuntime("limited", 1) { runtime ->
                shouldThrow<TimeoutException> { runtime.blockWatched { failAfter(5.milliseconds) { awaitCancellation() } } }
                runtime.blockWatched { 1 } shouldBe 1
                shouldThrow<IllegalStateException> { runtime.blockWatched { runDuotone { 1 } } }
            }
        }

        test("S6 work goes to another runtime from anywhere: a coroutine waits for it and goes on where it was, a plain thread blocks") {
            withRuntime("one", 1) { one ->
                withRuntime("other", 1) { other ->
                    one.blockWatched {
                        withContext(other.dispatcher) { here() } shouldStartWith "other-worker"
                        other.spawn { here() }.await() shouldStartWith "other-worker"
                        here() shouldStartWith "one-worker"
                    }
                    other.blockWatched { here() } shouldStartWith "other-worker"
                }
            }
        }

        test("S8 calls are made at once or later, one that fails is reported and hurts no other, one that is cancelled is not made") {
            val reports = ConcurrentLinkedQueue<String>()
            val called = AtomicBoolean()
            withRuntime("calls", 1, { uncaught { _, failure -> reports += failure.message.orEmpty() } }) { runtime ->
                runtime.dispatcher.asExecutor().execute { error("broken") }
                runtime.blockWatched {
                    val never = launch {
                        delay(1.hours)
                        called.set(true)
                    }
                    yield()
                    launch { delay(1.milliseconds) }.join()
                    never.cancel()
                }
            }
            reports.toList() shouldContainExactly listOf("broken")
            called.get() shouldBe false
        }

        onWorkers("Y34 a hundred threads complete what a hundred coroutines wait for, at the same time") { runtime ->
            val gates = List(100) { CompletableDeferred<Int>() }
            val go = CountDownLatch(1)
            val threads = gates.mapIndexed { value, gate ->
                thread {
                    go.await()
                    gate.complete(value)
                }
            }
            val all = runtime.spawn { gates.map { gate -> async { gate.await() } }.awaitAll() }
            go.countDown()
            runtime.blockWatched { all.await() } shouldBe List(100) { it }
            threads.forEach(Thread::join)
        }

        test(
            "S44 R25 work on an executor of one's own is awaited like any; cancelled, it is left behind, and its scope does not wait for it"
        ) {
            val running = CountDownLatch(1)
            val mayEnd = CountDownLatch(1)
            val ended = AtomicBoolean()
            val mine = Executors.newSingleThreadExecutor { Thread(it, "mine") }
            try {
                runDuotone { withContext(mine.asCoroutineDispatcher()) { here() } } shouldStartWith "mine"

                runDuotone {
                    val left = launch {
                        CompletableFuture.supplyAsync({
                            running.countDown()
                            mayEnd.await()
                            ended.set(true)
                        }, mine).await()
                    }
                    blocking { running.await() }
                    left.cancel()
                }
                ended.get() shouldBe false
            } finally {
                mayEnd.countDown()
                mine.shutdown()
            }
        }
    })
