package io.duotone.coroutines.sync

import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.blockWatched
import io.duotone.coroutines.engine.stressScale
import io.duotone.coroutines.eventually
import io.duotone.coroutines.facade.asJava
import io.duotone.coroutines.onWorkers
import io.duotone.coroutines.taskScope
import io.duotone.sync.SyncStatistics
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.comparables.shouldBeLessThanOrEqualTo
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.Job
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import java.util.concurrent.TimeoutException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.random.Random
import kotlin.time.Duration.Companion.microseconds
import kotlin.time.Duration.Companion.milliseconds

/** Waits race with cancellations and timeouts; in the end everything is where it was. */
internal class SyncStressTest :
    FunSpec({
        val seed = System.nanoTime()

        onWorkers("T34 C20 permits are conserved under cancellations and timeouts, seed $seed") { runtime ->
            val semaphore = WeightedSemaphore(5)
            val held = AtomicInteger()
            runtime.cancelledAtRandom(seed) { random ->
                val permits = random.nextInt(1, 6)
                semaphore.takeInSomeWay(permits, random) {
                    try {
                        held.addAndGet(permits) shouldBeLessThanOrEqualTo 5
                        yield()
                    } finally {
                        held.addAndGet(-permits)
                    }
                }
            }
            held.get() shouldBe 0
            semaphore.statistics() shouldBe SyncStatistics(0, 0)
        }

        onWorkers("T34 C20 a read-write lock is free in the end, and no writer was ever disturbed, seed $seed") { runtime ->
            val lock = ReadWriteLock()
            val inside = AtomicInteger()
            runtime.cancelledAtRandom(seed) { random ->
                if (random.nextInt(3) == 0) {
                    lock.withWrite {
                        inside.getAndAdd(-1_000) shouldBe 0
                        inside.addAndGet(1_000)
                    }
                } else {
                    lock.withRead {
                        check(inside.incrementAndGet() > 0) { "somebody writes" }
                        inside.decrementAndGet()
                    }
                }
            }
            lock.statistics() shouldBe SyncStatistics(0, 0)
        }

        onWorkers("T32 T34 the permits of Java's locks and semaphores are conserved too, seed $seed") { runtime ->
            val lock = Mutex().asJava()
            val semaphore = WeightedSemaphore(2).asJava()
            val sides = ReadWriteLock().asJava()
            runtime.cancelledAtRandom(seed) { random ->
                val timeout = random.nextInt(2_000).microseconds
                val task = when (random.nextInt(6)) {
                    0 -> lock.acquire()
                    1 -> lock.acquire(java.time.Duration.ofNanos(timeout.inWholeNanoseconds))
                    2 -> semaphore.acquire(2)
                    3 -> semaphore.acquire(1, java.time.Duration.ofNanos(timeout.inWholeNanoseconds))
                    4 -> sides.reading().acquire()
                    else -> sides.writing().acquire()
                }
                try {
                    // Cancelled on the way, or too late: then the permit is ours to close.
                    repeat(random.nextInt(3)) { yield() }
                    if (random.nextBoolean()) task.cancel("enough")
                    repeat(3) { yield() }
                } finally {
                    task.cancel("enough")
                    task.handle { permit, _ -> permit?.close() }
                }
            }
            eventually("all is given back: $lock, $semaphore, $sides") {
                listOf(lock.statistics(), semaphore.statistics(), sides.statistics()).all { it == SyncStatistics(0, 0) }
            }
        }

        onWorkers("C20 a bounded buffer over two conditions loses no element, seed $seed") { runtime ->
            val buffer = Buffer()
            val put = AtomicInteger()
            val taken = AtomicInteger()
            runtime.blockWatched {
                taskScope {
                    val random = Random(seed)
                    val count = 2_000 * stressScale
                    val takers = List(4) {
                        launch {
                            while (true) {
                                buffer.take()
                                taken.incrementAndGet()
                            }
                        }
                    }
                    val impatient = launch {
                        while (true) if (withTimeoutOrNull(1.milliseconds) { buffer.take() } != null) taken.incrementAndGet()
                    }
                    // Those that are cancelled put their element or do not, and say which.
                    val putters = List(count) {
                        launch {
                            buffer.put(1)
                            put.incrementAndGet()
                        }.also { if (random.nextInt(4) == 0) it.cancel() }
                    }
                    putters.joinAll()
                    while (buffer.size() > 0) yield()
                    (takers + impatient).forEach(Job::cancel)
                }
            }
            buffer.mutex.isLocked shouldBe false
            buffer.puts shouldBe buffer.takes
            taken.get() shouldBeLessThanOrEqualTo buffer.takes
            put.get() shouldBeLessThanOrEqualTo buffer.puts
        }

        onWorkers("C21 rounds of a cyclic barrier stay whole while waits are cancelled, seed $seed") { runtime ->
            val barrier = CyclicBarrier(3)
            val places = List(3) { AtomicInteger() }
            runtime.blockWatched {
                taskScope {
                    val random = Random(seed)
                    val steady = List(4) { launch { while (true) places[barrier.await()].incrementAndGet() } }
                    repeat(1_000 * stressScale) {
                        val hasty = launch { places[barrier.await()].incrementAndGet() }
                        repeat(random.nextInt(3)) { yield() }
                        hasty.cancel()
                    }
                    steady.forEach(Job::cancel)
                }
            }
            // Whoever was cancelled after its round was complete had a place, and did not count it.
            barrier.arrivals shouldBe 0
            check(places.all { it.get() > 0 }) { "a place was never given: $places" }
        }

        onWorkers("C20 no permit of a rate is lost to cancelled waits, seed $seed") { runtime ->
            val limiter = runtime.rateLimiter(1, 50.microseconds)
            runtime.cancelledAtRandom(seed) { limiter.acquire() }
            runtime.blockWatched { repeat(20) { limiter.acquire() } }
            limiter.statistics() shouldBe SyncStatistics(0, 0)
        }
    })

/** Runs [work] in many coroutines, of which some are cancelled, at once or after a while; what is not cancelled must end. */
private fun DuotoneRuntime.cancelledAtRandom(seed: Long, work: suspend (Random) -> Unit) {
    blockWatched {
        taskScope {
            val random = Random(seed)
            repeat(3_000 * stressScale) {
                val own = Random(random.nextLong())
                val job = launch { work(own) }
                when (random.nextInt(6)) {
                    0 -> job.cancel()

                    1 -> {
                        yield()
                        job.cancel()
                    }

                    2 -> launch {
                        repeat(own.nextInt(5)) { yield() }
                        job.cancel()
                    }
                }
                if (it % 50 == 0) yield()
            }
        }
    }
}

private suspend fun WeightedSemaphore.takeInSomeWay(permits: Int, random: Random, inside: suspend () -> Unit) {
    when (random.nextInt(4)) {
        0 -> if (!tryAcquire(permits)) return

        1 -> try {
            acquire(permits, random.nextInt(2_000).microseconds)
        } catch (_: TimeoutException) {
            return
        }

        2 -> return withTimeoutOrNull(random.nextInt(2_000).microseconds) { withPermits(permits) { inside() } } ?: Unit

        else -> acquire(permits)
    }
    try {
        inside()
    } finally {
        release(permits)
    }
}

/** The example of every book. */
private class Buffer {
    val mutex = Mutex()
    private val notEmpty = Condition(mutex)
    private val notFull = Condition(mutex)
    private val elements = ArrayDeque<Int>()
    var puts = 0
    var takes = 0

    suspend fun put(element: Int) = mutex.withLock {
        while (elements.size == 4) notFull.await()
        elements += element
        puts++
        notEmpty.signal()
    }

    suspend fun take(): Int = mutex.withLock {
        while (elements.isEmpty()) notEmpty.await()
        takes++
        notFull.signal()
        elements.removeFirst()
    }

    suspend fun size(): Int = mutex.withLock { elements.size }
}
