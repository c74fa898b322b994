package io.duotone.coroutines.engine.blocking

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlin.time.Duration.Companion.seconds

internal class BlockingPoolTest :
    FunSpec({
        val uncaught = ConcurrentLinkedQueue<Throwable>()
        val pools = ArrayList<BlockingPool>()

        fun pool(
            maxThreads: Int = 4,
            idleNanos: Long = TimeUnit.HOURS.toNanos(1),
            threads: BlockingThreadFactory = BlockingThreadFactory { task, name ->
                Thread(task, name).apply {
                    isDaemon = true
                    setUncaughtExceptionHandler { _, failure -> uncaught.add(failure) }
                }
            },
        ) = BlockingPool("test", maxThreads, idleNanos, threads, System::nanoTime).also { pools.add(it) }

        fun BlockingPool.call(body: RecordingCall.() -> Any?) = RecordingCall(body).also { submit(it) }

        /** A call that runs until [gate] opens, or until it is interrupted. */
        fun BlockingPool.hold(gate: CountDownLatch) = call { gate.await() }.also { it.awaitBegun() }

        suspend fun BlockingPool.awaitIdle(count: Int) = eventually(20.seconds) { statistics().idle shouldBe count }

        afterTest {
            for (pool in pools) {
                pool.shutdown()
                pool.awaitTermination(TimeUnit.SECONDS.toNanos(20)) shouldBe true
            }
            pools.clear()
            uncaught.clear()
        }

        test("T16 a call gives its value, or what it threw as it is") {
            val pool = pool()
            val failure = IllegalArgumentException("mine")
            pool.call { 42 }.awaitEnd() shouldBe 42
            pool.call { null }.awaitEnd() shouldBe null
            pool.call { throw failure }.awaitEnd() shouldBe failure
        }

        test("T18 an idle thread is used again before another is started, the latest one first") {
            val pool = pool()
            repeat(20) {
                pool.call { it }.awaitEnd() shouldBe it
                pool.awaitIdle(1)
            }
            pool.statistics() shouldBe BlockingStatistics(threads = 1, idle = 1, queued = 0, started = 1)
        }

        test("T18 threads are started on demand up to the limit, then calls queue, first in first out") {
            val pool = pool(maxThreads = 2)
            val gate = CountDownLatch(1)
            val holders = List(2) { pool.hold(gate) }
            val order = ConcurrentLinkedQueue<Int>()
            // One after the other, since two threads take them.
            val turn = AtomicInteger()
            val queued = List(10) { number ->
                pool.call {
                    while (turn.get() != number) Thread.onSpinWait()
                    order.add(number)
                    turn.incrementAndGet()
                }
            }
            pool.statistics() shouldBe BlockingStatistics(threads = 2, idle = 0, queued = 10, started = 2)
            gate.countDown()
            (holders + queued).forEach { it.awaitEnd() }
            order.toList() shouldContainExactly (0..9).toList()
            pool.awaitIdle(2)
            pool.statistics().queued shouldBe 0
        }

        test("T18 a thread that was idle for its time ends, and the pool starts another when needed") {
            val pool = pool(idleNanos = 1_000_000)
            pool.call { 1 }.awaitEnd() shouldBe 1
            eventually(20.seconds) { pool.statistics().threads shouldBe 0 }
            pool.call { 2 }.awaitEnd() shouldBe 2
            pool.statistics().started shouldBe 2
        }

        test("C12 the threads are daemons with the name of the runtime and a number") {
            val pool = pool()
            val call = pool.call { Thread.currentThread().isDaemon }
            call.awaitEnd() shouldBe true
            call.thread?.name shouldBe "test-blocking-1"
        }

        test("C11 a queued call that is cancelled is dropped at once, wherever it stands in the queue") {
            val pool = pool(maxThreads = 1)
            val gate = CountDownLatch(1)
            pool.hold(gate)
            val queued = List(4) { number -> pool.call { number } }
            for (dropped in listOf(queued[1], queued[3], queued[0])) {
                dropped.cancel() shouldBe BlockingCancel.DROPPED
                dropped.isReported shouldBe true
                dropped.awaitEnd() shouldBe RecordingCall.Dropped
            }
            pool.statistics().queued shouldBe 1
            queued[0].cancel() shouldBe BlockingCancel.TOO_LATE
            gate.countDown()
            queued[2].awaitEnd() shouldBe 2
            queued[1].thread shouldBe null
        }

        test("C11 a running call that is cancelled is interrupted, and ends when its code has ended") {
            val pool = pool(maxThreads = 1)
            val cleanup = CountDownLatch(1)
            val cleaning = CountDownLatch(1)
            val call = pool.call {
                try {
                    CountDownLatch(1).await()
                } finally {
                    cleaning.countDown()
                    cleanup.await()
                }
            }
            call.awaitBegun()
            call.cancel() shouldBe BlockingCancel.INTERRUPTED
            cleaning.await()
            call.isInterrupted shouldBe true
            call.isReported shouldBe false
            cleanup.countDown()
            call.awaitEnd().shouldBeInstanceOf<InterruptedException>()
            call.cancel() shouldBe BlockingCancel.TOO_LATE
        }

        test("T17 a call that swallows the interrupt returns its value") {
            val pool = pool()
            val call = pool.call {
                try {
                    CountDownLatch(1).await()
                } catch (_: InterruptedException) {
                    "all the same"
                }
            }
            call.awaitBegun()
            call.cancel() shouldBe BlockingCancel.INTERRUPTED
            call.awaitEnd() shouldBe "all the same"
        }

        test("C11 a call is interrupted once, however often it is cancelled") {
            val pool = pool()
            val interrupted = CountDownLatch(1)
            val gate = CountDownLatch(1)
            val call = pool.call {
                try {
                    CountDownLatch(1).await()
                } catch (_: InterruptedException) {
                    interrupted.countDown()
                    gate.await()
                }
                "ended"
            }
            call.awaitBegun()
            repeat(3) { call.cancel() shouldBe BlockingCancel.INTERRUPTED }
            interrupted.await()
            call.cancel() shouldBe BlockingCancel.INTERRUPTED
            gate.countDown()
            call.awaitEnd() shouldBe "ended"
        }

        test("C11 an interrupt that was not noticed, or left behind by the code, does not reach the next call") {
            val pool = pool(maxThreads = 1)
            val gate = CountDownLatch(1)
            val begun = CountDownLatch(1)
            val unaware = pool.call {
                begun.countDown()
                while (gate.count > 0) Thread.onSpinWait()
            }
            begun.await()
            val next = pool.call { Thread.currentThread().isInterrupted }
            unaware.cancel() shouldBe BlockingCancel.INTERRUPTED
            gate.countDown()
            next.awaitEnd() shouldBe false
            pool.call { Thread.currentThread().interrupt() }.awaitEnd()
            pool.call { Thread.currentThread().isInterrupted }.awaitEnd() shouldBe false
        }

        test("C11 an interrupt left behind by a report does not reach the next call") {
            val pool = pool(maxThreads = 1)
            val gate = CountDownLatch(1)
            pool.hold(gate)
            pool.submit(
                object : BlockingCall<Unit>() {
                    override fun call() {}

                    override fun returned(value: Unit) = Thread.currentThread().interrupt()

                    override fun threw(failure: Throwable) {}

                    override fun dropped() {}
                },
            )
            val next = pool.call { Thread.currentThread().isInterrupted }
            gate.countDown()
            next.awaitEnd() shouldBe false
        }

        test("C11 the thread waits for an interrupt that is on its way, and then runs the next call without it") {
            val onItsWay = CountDownLatch(1)
            val arrive = CountDownLatch(1)
            val arrived = CountDownLatch(1)

            class SlowlyInterrupted(task: Runnable, name: String) : Thread(task, name) {
                override fun interrupt() {
                    onItsWay.countDown()
                    arrive.await()
                    super.interrupt()
                    arrived.countDown()
                }
            }

            val pool = pool(maxThreads = 1, threads = { task, name -> SlowlyInterrupted(task, name) })
            val ending = CountDownLatch(1)
            val call = pool.call { ending.await() }
            call.awaitBegun()
            val next = pool.call {
                while (arrived.count > 0) Thread.onSpinWait()
                Thread.currentThread().isInterrupted
            }
            val canceller = thread { call.cancel() }
            onItsWay.await()
            ending.countDown()
            // Waits for the interrupt as it should, or has gone on as it should not.
            eventually(20.seconds) { (call.thread?.state == Thread.State.BLOCKED || next.thread != null) shouldBe true }
            arrive.countDown()
            canceller.join()
            next.awaitEnd() shouldBe false
        }

        test("a call cancelled before it was submitted never runs") {
            val pool = pool()
            val call = RecordingCall { 1 }
            call.cancel() shouldBe BlockingCancel.DROPPED
            pool.submit(call)
            call.awaitEnd() shouldBe RecordingCall.Dropped
            pool.statistics().threads shouldBe 0
        }

        test("a call is submitted once") {
            val pool = pool()
            val call = pool.call { 1 }
            call.awaitEnd()
            shouldThrow<IllegalStateException> { pool.submit(call) }
        }

        test("what a job throws goes to the handler of its thread, and the thread goes on") {
            val pool = pool(maxThreads = 1)
            val failure = IllegalStateException("mine")
            pool.execute { throw failure }
            pool.call { 1 }.awaitEnd() shouldBe 1
            uncaught.toList() shouldContainExactly listOf(failure)
            pool.statistics().started shouldBe 1
        }

        test("a stray interrupt does not wake an idle thread for good, nor end it") {
            val pool = pool(maxThreads = 1)
            val call = pool.call { 1 }
            call.awaitEnd()
            pool.awaitIdle(1)
            call.thread?.interrupt()
            pool.call { Thread.currentThread().isInterrupted }.awaitEnd() shouldBe false
            pool.statistics().started shouldBe 1
        }

        test("when no thread can be started the call is refused, unless others will come for it") {
            var broken = false
            val pool = pool(threads = { task, name -> if (broken) throw OutOfMemoryError("no threads") else Thread(task, name) })
            val gate = CountDownLatch(1)
            val holder = pool.hold(gate)
            broken = true
            val second = pool.call { 2 }
            pool.statistics() shouldBe BlockingStatistics(threads = 1, idle = 0, queued = 1, started = 2)
            gate.countDown()
            holder.awaitEnd()
            second.awaitEnd() shouldBe 2

            val hopeless = pool(threads = { _, _ -> throw OutOfMemoryError("no threads") })
            val refused = RecordingCall { 1 }
            shouldThrow<RejectedExecutionException> { hopeless.submit(refused) }.cause.shouldBeInstanceOf<OutOfMemoryError>()
            refused.isReported shouldBe false
            hopeless.statistics().threads shouldBe 0
        }

        test("shutdown drops what waits, interrupts what runs, ends the idle and refuses the new") {
            val pool = pool(maxThreads = 2)
            val idle = pool.call { 1 }
            idle.awaitEnd()
            pool.awaitIdle(1)
            val running = List(2) { pool.hold(CountDownLatch(1)) }
            val waiting = List(3) { pool.call { 2 } }
            pool.shutdown()
            waiting.forEach { it.awaitEnd() shouldBe RecordingCall.Dropped }
            running.forEach { it.awaitEnd().shouldBeInstanceOf<InterruptedException>() }
            pool.awaitTermination(TimeUnit.SECONDS.toNanos(20)) shouldBe true
            pool.statistics().threads shouldBe 0
            eventually(20.seconds) { running.count { it.thread?.isAlive == true } shouldBe 0 }
            shouldThrow<RejectedExecutionException> { pool.submit(RecordingCall { 3 }) }.message shouldContain "test is closed"
            shouldThrow<RejectedExecutionException> { pool.execute { } }
            pool.shutdown()
        }

        test("shutdown ends idle threads") {
            val pool = pool()
            pool.call { 1 }.awaitEnd()
            pool.awaitIdle(1)
            pool.shutdown()
            pool.awaitTermination(TimeUnit.SECONDS.toNanos(20)) shouldBe true
        }

        test("what does not stop is named, with what it is doing") {
            val pool = pool()
            val gate = CountDownLatch(1)
            val stubborn = pool.call {
                while (gate.count > 0) {
                    try {
                        gate.await()
                    } catch (_: InterruptedException) {
                        // Stubborn.
                    }
                }
            }
            stubborn.awaitBegun()
            pool.shutdown()
            pool.awaitTermination(1_000_000) shouldBe false
            val stuck = pool.stuck()
            stuck.keys shouldContainExactly setOf("test-blocking-1")
            stuck.getValue("test-blocking-1").joinToString { it.className } shouldContain CountDownLatch::class.java.name
            gate.countDown()
            pool.awaitTermination(TimeUnit.SECONDS.toNanos(20)) shouldBe true
            pool.stuck().keys.shouldBeEmpty()
        }

        test("many calls from many threads all run") {
            val pool = pool(maxThreads = 8, idleNanos = 0)
            val calls = List(4) { ConcurrentLinkedQueue<RecordingCall>() }
            val submitters = calls.map { mine ->
                thread { repeat(500) { number -> mine.add(pool.call { number }) } }
            }
            submitters.forEach { it.join() }
            for (mine in calls) mine.toList().map { it.awaitEnd() } shouldContainExactly (0 until 500).toList()
            calls.flatten() shouldHaveSize 2000
        }
    })
