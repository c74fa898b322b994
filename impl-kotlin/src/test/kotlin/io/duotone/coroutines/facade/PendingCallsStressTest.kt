package io.duotone.coroutines.facade

import io.duotone.Duotone
import io.duotone.DuotoneOptions.AtExit
import io.duotone.Task
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.diagnosis
import io.duotone.coroutines.engine.stressScale
import io.duotone.coroutines.watched
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.comparables.shouldBeLessThanOrEqualTo
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.util.SplittableRandom
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread

/** Calls from workers and from elsewhere while the runtime closes: each is refused, or has ended when the close has. */
internal class PendingCallsStressTest :
    FunSpec({
        for (workers in listOf(1, 2, 4)) {
            for (atExit in AtExit.entries) {
                test("close among calls: $workers workers, $atExit") {
                    val random = SplittableRandom(SEED)
                    repeat(100 * stressScale) { CloseAmongCalls(workers, atExit, random.nextInt(20_000)).run() }
                }
            }
        }

        for (workers in listOf(1, 2, 4)) {
            test("millions of short calls keep no more blocks than the calls at a time: $workers workers") {
                val runtime = DuotoneRuntime(Duotone.builder().name("many-calls").threads(workers).build())
                val tasks = ConcurrentLinkedQueue<Task<*>>()
                repeat(50 * stressScale) {
                    val done = CountDownLatch(workers * 1000)
                    repeat(workers) {
                        runtime.pool.submit {
                            repeat(1000) { runtime.call { yield() }.thenRun { done.countDown() } }
                            tasks += runtime.call { awaitCancellation() }
                        }
                    }
                    watched(state = runtime::diagnosis) { done.await() }
                }
                // Each worker may have made all calls of a round.
                runtime.pendingCalls.blocks shouldBeLessThanOrEqualTo workers * (3 + 3 * (workers * 1000 + 50 * stressScale) / 512)
                watched(state = runtime::diagnosis) { runtime.close() }
                tasks.all { it.isCancelled } shouldBe true
                runtime.pending shouldBe 0
            }
        }
    }) {
    private companion object {
        const val SEED = 20L
    }
}

private class CloseAmongCalls(workers: Int, private val atExit: AtExit, private val spins: Int) {
    private val runtime = DuotoneRuntime(Duotone.builder().name("close-among-calls").threads(workers).atExit(atExit).build())
    private val tasks = ConcurrentLinkedQueue<Task<*>>()
    private val calls = AtomicInteger()
    private val bodies = AtomicInteger()
    private val begun = CountDownLatch(3)

    fun run() {
        val outside = thread { callOnAndOn() }
        repeat(2) { runtime.pool.submit(::callInTurns) }
        watched(state = runtime::diagnosis) { begun.await() }
        repeat(spins) { Thread.onSpinWait() }
        watched(state = runtime::diagnosis) { runtime.close() }
        watched { outside.join() }
        // What was let in at the last moment is cancelled, and ends elsewhere.
        watched(state = { "${bodies.get()} bodies, ${runtime.pending} pending, ${tasks.filterNot { it.isDone }}" }) {
            while (tasks.any { !it.isDone } || bodies.get() > 0 || runtime.pending > 0) Thread.onSpinWait()
        }
    }

    private fun callOnAndOn() {
        while (call()) begun.countDown()
    }

    private fun callInTurns() {
        repeat(100) { if (!call()) return }
        begun.countDown()
        runtime.pool.submitLast(::callInTurns)
    }

    /** False when it is refused. */
    private fun call(): Boolean = try {
        val number = calls.incrementAndGet()
        tasks += runtime.call { body(number % 8) }
        if (number % 1000 == 0) tasks.removeIf { it.isDone }
        true
    } catch (_: IllegalStateException) {
        false
    }

    private suspend fun body(kind: Int) {
        bodies.incrementAndGet()
        try {
            when {
                kind == 0 -> delay(1)
                kind == 1 && atExit == AtExit.CANCEL -> awaitCancellation()
                kind == 2 -> withContext(NonCancellable) { yield() }
                else -> yield()
            }
        } finally {
            bodies.decrementAndGet()
        }
    }
}
