package io.duotone.coroutines.engine.scheduler

import io.duotone.Duotone
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.awaitWatched
import io.duotone.coroutines.engine.platform.Platform
import io.duotone.coroutines.engine.platform.SystemPlatform
import io.duotone.coroutines.engine.reactor.Registration
import io.duotone.coroutines.eventually
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeGreaterThan
import kotlinx.coroutines.launch
import kotlinx.coroutines.yield
import java.nio.ByteBuffer
import java.nio.channels.Pipe
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicLong

internal class MonitorTest :
    FunSpec({
        test("C30 ticks are long after a thousand without a slow worker, and short again for a worker that does not come back") {
            val platform = TickingPlatform()
            DuotoneRuntime(Duotone.builder().name("ticking").threads(1).build(), platform).use { runtime ->
                val release = CountDownLatch(1)
                val spinner = runtime.spawn { while (true) yield() }
                try {
                    platform.startTicking(runtime.pool.workers.single())
                    eventually("a long tick") { platform.ticks.any(::isLong) }
                    platform.ticks.indexOfFirst(::isLong) shouldBeGreaterThan 900

                    runtime.pool.submit { release.await() }
                    platform.stopWaitingForWorker()
                    platform.ticks.clear()
                    eventually("short ticks") { platform.ticks.size >= 5 && platform.ticks.toList().takeLast(5).none(::isLong) }
                } finally {
                    release.countDown()
                    platform.stopWaitingForWorker()
                    spinner.cancel()
                }
            }
        }

        test("the monitor rests between two polls for a stuck worker that has a ready channel in its queue") {
            val platform = CountingPlatform()
            DuotoneRuntime(Duotone.builder().name("backlogged").threads(1).build(), platform).use { runtime ->
                val pipes = List(2) { Pipe.open().apply { source().configureBlocking(false) } }
                val registrations = pipes.map { Registration(it.source(), runtime.pool) }
                val release = CountDownLatch(1)
                val stuck = CountDownLatch(1)
                try {
                    val waiting = CountDownLatch(2)
                    registrations.forEach { registration ->
                        runtime.spawn {
                            launch { registration.awaitReadable() }.invokeOnCompletion {
                                stuck.countDown()
                                release.await()
                            }
                            yield()
                            waiting.countDown()
                        }
                    }
                    waiting.awaitWatched(runtime)
                    // Ready together, so that one poll brings both; the coroutine of the first does not come back.
                    runtime.pool.submit { pipes.forEach { it.sink().write(ByteBuffer.allocate(1)) } }
                    stuck.awaitWatched(runtime)
                    val before = platform.parks.get()
                    eventually("the monitor has parked ten times") { platform.parks.get() >= before + 10 }
                } finally {
                    release.countDown()
                    registrations.forEach { it.close() }
                    pipes.forEach { it.sink().close() }
                }
            }
        }
    })

private const val SHORT_NANOS = 1_000_000L

private fun isLong(nanos: Long) = nanos > SHORT_NANOS

/** Here the monitor's ticks last no longer than the worker needs to look around once; the clock jumps to their ends. */
private class TickingPlatform(private val real: Platform = SystemPlatform()) : Platform by real {
    val ticks = ConcurrentLinkedQueue<Long>()
    private val skipped = AtomicLong()

    @Volatile
    private var watched: Worker? = null

    fun startTicking(worker: Worker) {
        watched = worker
    }

    fun stopWaitingForWorker() {
        watched = null
    }

    override fun nanoTime(): Long = real.nanoTime() + skipped.get()

    override fun park(nanos: Long) {
        val isTick = Thread.currentThread().name.endsWith("-monitor") && nanos != Long.MAX_VALUE
        val worker = watched
        if (!isTick || worker == null) {
            if (isTick) ticks += nanos
            return real.park(nanos)
        }
        ticks += nanos
        val looks = worker.looksUnasked
        while (worker.looksUnasked == looks && watched != null) Thread.onSpinWait()
        skipped.addAndGet(nanos)
    }
}
