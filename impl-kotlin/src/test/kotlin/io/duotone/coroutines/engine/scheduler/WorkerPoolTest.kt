package io.duotone.coroutines.engine.scheduler

import io.duotone.Duotone
import io.duotone.DuotoneOptions
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.awaitWatched
import io.duotone.coroutines.blockWatched
import io.duotone.coroutines.engine.platform.Platform
import io.duotone.coroutines.engine.platform.SystemPlatform
import io.duotone.coroutines.engine.timer.TimerEntry
import io.duotone.coroutines.eventually
import io.duotone.coroutines.onWorkers
import io.duotone.coroutines.withRuntime
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.ints.shouldBeLessThan
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.delay
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.yield
import java.io.IOException
import java.nio.channels.Selector
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.locks.LockSupport
import kotlin.concurrent.thread

internal class WorkerPoolTest :
    FunSpec({
        onWorkers("tasks from many threads are all run") { runtime ->
            val arrived = CountDownLatch(8000)
            val submitters = List(8) { thread { repeat(1000) { runtime.pool.submit { arrived.countDown() } } } }
            submitters.forEach { it.join() }
            arrived.awaitWatched(runtime)
        }

        test("what a task throws goes to the handler, and its worker goes on") {
            val reported = ConcurrentLinkedQueue<Throwable>()
            withRuntime("throwing", 1, { uncaught { _, failure -> reported += failure } }) { runtime ->
                val failures = listOf(IllegalStateException("ordinary"), StackOverflowError("grave"))
                val after = CountDownLatch(1)
                failures.forEach { failure -> runtime.pool.submit { throw failure } }
                runtime.pool.submit { after.countDown() }
                after.awaitWatched(runtime)
                reported.toList() shouldContainExactlyInAnyOrder failures
            }
        }

        test("T45 without a descriptor for another selector channels go to the pollers that are open") {
            var left = 1
            val platform = object : Platform by SystemPlatform() {
                override fun openSelector(): Selector {
                    if (left-- <= 0) throw IOException("Too many open files")
                    return SystemPlatform().openSelector()
                }
            }
            val pool = WorkerPool(platform, this, "unstarted", 3) {}
            val chosen = List(6) { pool.poller() }
            chosen.toSet() shouldBe setOf(pool.workers.first { it.poller.tryOpen() }.poller)
            pool.closePollers()
            val none = WorkerPool(
                object : Platform by SystemPlatform() {
                    override fun openSelector(): Selector = throw IOException("Too many open files")
                },
                this,
                "unstarted",
                2
            ) {}
            none.poller().tryOpen() shouldBe false
        }

        onWorkers("an interrupt left behind by a task reaches no other task") { runtime ->
            val interrupted = ConcurrentLinkedQueue<Boolean>()
            val arrived = CountDownLatch(200)
            repeat(200) {
                runtime.pool.submit {
                    interrupted += Thread.currentThread().isInterrupted
                    Thread.currentThread().interrupt()
                    arrived.countDown()
                }
            }
            arrived.awaitWatched(runtime)
            interrupted.filter { it }.shouldBeEmpty()
        }

        test("a timer from outside wakes a worker that has just read how long it may sleep") {
            val platform = MeddlingPlatform()
            DuotoneRuntime(options("meddled", 1), platform).use { runtime ->
                val fired = CountDownLatch(1)
                val far = platform.nanoTime() + 3_600_000_000_000
                runtime.pool.schedule(timer {}, far)
                platform.meddleWhen(runtime.pool.idle::allParked) {
                    // Another thread, which is done before the worker's question for the time is answered.
                    thread { runtime.pool.schedule(timer(fired::countDown), platform.nanoTime() + 1_000_000) }.join()
                }
                runtime.pool.submit {}
                fired.awaitWatched(runtime)
            }
        }

        test("workers and monitor sleep on when somebody interrupts or unparks them") {
            val platform = CountingPlatform()
            DuotoneRuntime(options("interrupted", 2), platform).use { runtime ->
                val threads = runtime.pool.workers.map { it.thread } + runtime.pool.monitor.thread
                runtime.restingParks(platform)
                repeat(20) {
                    threads.forEach(Thread::interrupt)
                    threads.forEach(LockSupport::unpark)
                    runtime.restingParks(platform)
                }
                // Two reasons for each of three threads in each round to wake for once; spinning would be thousands.
                platform.parks.get() shouldBeLessThan 20 * 3 * 20
                runtime.blockWatched { delay(1) }
            }
        }

        test("a runtime without work does not wake, and without sockets opens no selector") {
            for (workers in listOf(1, 2, 4)) {
                val platform = CountingPlatform()
                DuotoneRuntime(options("idle", workers), platform).use { runtime ->
                    runtime.blockWatched {
                        List(100) {
                            launch {
                                yield()
                                delay(1)
                            }
                        }.joinAll()
                    }
                    // A monitor that goes on ticking, or a worker that wakes for nothing, never lets this end.
                    runtime.restingParks(platform)
                    platform.selectors.get() shouldBe 0
                }
            }
        }

        test("a wake-up of a sleeping runtime costs a handful of parks, not a stream of them") {
            val platform = CountingPlatform()
            DuotoneRuntime(options("woken", 4), platform).use { runtime ->
                val before = runtime.restingParks(platform)
                val arrived = CountDownLatch(1)
                runtime.pool.submit { arrived.countDown() }
                arrived.awaitWatched(runtime)
                // Workers wake one another to search, each at most once; the monitor ticks until it has seen a quiet one.
                (runtime.restingParks(platform) - before) shouldBeLessThan 100
            }
        }

        test("for a task that is the only one, and the next to run here, nobody is woken") {
            val wakers = ConcurrentLinkedQueue<Thread>()
            val platform = object : Platform by SystemPlatform() {
                override fun unpark(thread: Thread) {
                    wakers += Thread.currentThread()
                    LockSupport.unpark(thread)
                }
            }
            DuotoneRuntime(options("alone", 2), platform).use { runtime ->
                val ran = CountDownLatch(1)
                val wokenBy = CompletableFuture.supplyAsync(
                    {
                        eventually("the other worker sleeps") { runtime.pool.idle.wantsWake }
                        wakers.clear()
                        runtime.pool.submitLast { ran.countDown() }
                        // The monitor may wake somebody, since this task has kept its worker for long.
                        wakers.filter { it === Thread.currentThread() }
                    },
                    { runtime.pool.submit(it) },
                )
                ran.awaitWatched(runtime)
                wokenBy.get().shouldBeEmpty()
            }
        }
    })

/** Runs something, once, when a worker asks for the time in a certain state: all that a sleeper asks for between its last looks. */
private class MeddlingPlatform(private val real: Platform = SystemPlatform()) : Platform by real {
    @Volatile
    private var meddling: Pair<() -> Boolean, () -> Unit>? = null

    fun meddleWhen(condition: () -> Boolean, action: () -> Unit) {
        meddling = condition to action
    }

    override fun nanoTime(): Long {
        val now = real.nanoTime()
        val (condition, action) = meddling ?: return now
        if (Worker.currentOrNull() != null && condition()) {
            meddling = null
            action()
        }
        return now
    }
}

private fun timer(action: () -> Unit) = object : TimerEntry() {
    override fun run() = action()
}

private fun options(name: String, workers: Int): DuotoneOptions = Duotone.builder().name(name).threads(workers).build()

/** Waits until nobody has parked anew for a while, and gives how often anybody has. */
private fun DuotoneRuntime.restingParks(platform: CountingPlatform): Int {
    var seen = -1
    var since = System.nanoTime()
    eventually("all are at rest") {
        val now = platform.parks.get()
        if (now != seen || !pool.idle.allParked) {
            seen = now
            since = System.nanoTime()
        }
        System.nanoTime() - since > 50_000_000L
    }
    return seen
}
