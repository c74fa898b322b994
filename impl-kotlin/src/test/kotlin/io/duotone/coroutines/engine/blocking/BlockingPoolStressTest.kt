package io.duotone.coroutines.engine.blocking

import io.duotone.coroutines.engine.stressScale
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import java.util.SplittableRandom
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicLong
import java.util.concurrent.locks.LockSupport
import kotlin.concurrent.thread

/** Calls are cancelled at every moment of their life: each reports once, and no interrupt reaches a call that was not cancelled. */
internal class BlockingPoolStressTest :
    FunSpec({
        val seed = System.nanoTime()

        for (maxThreads in listOf(1, 3)) {
            test("C11 an interrupt never leaks into the next call: $maxThreads threads, seed $seed") {
                CancelRace(20_000 * stressScale, maxThreads, seed).run()
            }
        }

        test("shutdown while calls come in and go: all of them end, seed $seed") {
            repeat(50 * stressScale) { ShutdownRace(seed + it).run() }
        }
    })

private fun stressPool(maxThreads: Int, idleNanos: Long) =
    BlockingPool("stress", maxThreads, idleNanos, { task, name -> Thread(task, name).apply { isDaemon = true } }, System::nanoTime)

/** Blocks or spins for a moment, and looks for interrupts that are not its own. */
private class WatchfulCall(private val spins: Int, private val parks: Boolean, private val leaks: AtomicInteger) : BlockingCall<Boolean>() {
    val reports = AtomicInteger()

    @Volatile
    var isDropped = false
        private set

    override fun call(): Boolean {
        repeat(spins) {
            Thread.onSpinWait()
            // The call is marked before its thread is interrupted.
            if (Thread.currentThread().isInterrupted && !isInterrupted) leaks.incrementAndGet()
        }
        if (parks) LockSupport.parkNanos(this, 1000)
        return Thread.interrupted()
    }

    override fun returned(value: Boolean) {
        if (Thread.currentThread().isInterrupted) leaks.incrementAndGet()
        reports.incrementAndGet()
    }

    override fun threw(failure: Throwable) {
        leaks.incrementAndGet()
        reports.incrementAndGet()
    }

    override fun dropped() {
        isDropped = true
        reports.incrementAndGet()
    }
}

private class CancelRace(private val calls: Int, maxThreads: Int, private val seed: Long) {
    private val pool = stressPool(maxThreads, idleNanos = 20_000)
    private val leaks = AtomicInteger()
    private val submitted = ConcurrentLinkedQueue<WatchfulCall>()

    @Volatile
    private var latest: WatchfulCall? = null
    private val outcomes = BlockingCancel.entries.associateWith { AtomicLong() }
    private val doubtful = AtomicInteger()

    fun run() {
        val submitter = thread(name = "submitter") { submit() }
        val cancellers = List(2) { number -> thread(name = "canceller-$number") { cancel(submitter, SplittableRandom(seed + number)) } }
        submitter.join()
        cancellers.forEach { it.join() }
        submitted.forEach { call -> while (call.reports.get() == 0) Thread.onSpinWait() }
        pool.shutdown()
        pool.awaitTermination(TimeUnit.SECONDS.toNanos(20)) shouldBe true
        leaks.get() shouldBe 0
        doubtful.get() shouldBe 0
        submitted.count { it.reports.get() != 1 } shouldBe 0
        for ((_, count) in outcomes) count.get() shouldBeGreaterThan 0
    }

    private fun submit() {
        val random = SplittableRandom(seed - 1)
        var count = 0
        // Until each outcome has been seen: without that the race was not run.
        while (count < calls || (count < MOST_ROUNDS * calls && outcomes.values.any { it.get() == 0L })) {
            count++
            val call = WatchfulCall(random.nextInt(60), random.nextInt(4) == 0, leaks)
            pool.submit(call)
            submitted.add(call)
            latest = call
            // Keeps the queue short, so that calls are met in every state.
            while (pool.statistics().queued > 4) Thread.onSpinWait()
        }
    }

    private fun cancel(submitter: Thread, random: SplittableRandom) {
        while (submitter.isAlive) {
            val recent = latest ?: continue
            repeat(random.nextInt(50)) { Thread.onSpinWait() }
            val outcome = recent.cancel()
            outcomes.getValue(outcome).incrementAndGet()
            if (outcome == BlockingCancel.DROPPED && !recent.isDropped) doubtful.incrementAndGet()
        }
    }

    private companion object {
        const val MOST_ROUNDS = 50
    }
}

private class ShutdownRace(private val seed: Long) {
    fun run() {
        val random = SplittableRandom(seed)
        val pool = stressPool(maxThreads = 2, idleNanos = 1000)
        val leaks = AtomicInteger()
        val accepted = ConcurrentLinkedQueue<WatchfulCall>()
        val submitters = List(2) { number ->
            val mine = SplittableRandom(seed + number)
            thread {
                try {
                    repeat(100_000) {
                        val call = WatchfulCall(mine.nextInt(20), mine.nextBoolean(), leaks)
                        pool.submit(call)
                        accepted.add(call)
                    }
                } catch (_: RejectedExecutionException) {
                    // The pool has been shut down, as it should.
                }
            }
        }
        repeat(random.nextInt(20_000)) { Thread.onSpinWait() }
        pool.shutdown()
        submitters.forEach { it.join() }
        pool.awaitTermination(TimeUnit.SECONDS.toNanos(20)) shouldBe true
        accepted.count { it.reports.get() != 1 } shouldBe 0
        leaks.get() shouldBe 0
        pool.statistics().queued shouldBe 0
        pool.statistics().threads shouldBe 0
    }
}
