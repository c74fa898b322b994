package io.duotone.coroutines

import io.duotone.Duotone
import io.duotone.coroutines.engine.timer.TimerEntry
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.coroutineContext
import kotlin.time.Duration.Companion.microseconds

internal class ConfinedTest :
    FunSpec({
        test("R26 C15 confined coroutines share plain state: no two of them run at a time, whatever they wait for") {
            val inside = AtomicInteger()
            var most = 0
            var counter = 0

            fun step() {
                most = maxOf(most, inside.incrementAndGet())
                counter++
                inside.decrementAndGet()
            }

            DuotoneRuntime(Duotone.builder().threads(4).build()).use { runtime ->
                runtime.blockWatched {
                    withContext(runtime.confined()) {
                        repeat(100) { index ->
                            launch {
                                repeat(100) {
                                    step()
                                    if (index % 2 == 0) yield() else delay(it.microseconds)
                                }
                            }
                        }
                        taskScope { repeat(100) { spawn { step() } } }
                    }
                }
            }
            most shouldBe 1
            counter shouldBe 100 * 100 + 100
        }

        test("C15 S24 Y33 turns are taken in order: what yields goes on after all that was ready") {
            val order = ArrayList<String>()
            runDuotone {
                withContext(runtimeOf(coroutineContext).confined()) {
                    for (name in listOf("a", "b", "c")) {
                        launch {
                            repeat(3) { round ->
                                order += "$name$round"
                                yield()
                            }
                        }
                    }
                }
            }
            order shouldContainExactly listOf("a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2")
        }

        test("C15 many members of a confined group begin in their order") {
            val order = ArrayList<Int>()
            runDuotone {
                withContext(runtimeOf(coroutineContext).confined()) {
                    List(5000) { it }.mapConcurrently { order += it }
                }
            }
            order shouldContainExactly List(5000) { it }
        }

        test("C15 a confined coroutine whose runtime has been closed is cancelled") {
            val runtime = DuotoneRuntime()
            val gate = CompletableDeferred<Unit>()
            val stray = CoroutineScope(Job() + runtime.confined()).launch(start = CoroutineStart.UNDISPATCHED) {
                while (true) gate.await().also { yield() }
            }
            runtime.close()
            gate.complete(Unit)
            watched { runBlocking { stray.join() } }
            stray.isCancelled shouldBe true
        }

        test("C15 the runtime of a confined coroutine is the one that it takes turns on, also on a thread of nobody") {
            DuotoneRuntime().use { runtime ->
                runtimeOf(runtime.confined()) shouldBeSameInstanceAs runtime
                runtimeOf(runtime.blockingDispatcher) shouldBeSameInstanceAs runtime
            }
        }

        test("S25 skipPollCycle goes on after what was ready, once the worker has looked at timers and I/O") {
            val order = ArrayList<String>()
            DuotoneRuntime(Duotone.builder().threads(1).build()).use { runtime ->
                runtime.blockWatched {
                    val worker = runtime.pool.workers.single()
                    launch {
                        val before = worker.polls
                        skipPollCycle()
                        (worker.polls > before) shouldBe true
                        order += "after the poll"
                    }
                    launch { order += "ready" }
                    launch {
                        yield()
                        order += "ready again"
                    }
                }
            }
            order.first() shouldBe "ready"
            order.toSet() shouldBe setOf("ready", "ready again", "after the poll")
        }

        test("S25 skipPollCycle goes on behind the timers that this look found due") {
            val order = ArrayList<String>()
            DuotoneRuntime(Duotone.builder().threads(1).build()).use { runtime ->
                runtime.blockWatched {
                    val worker = runtime.pool.workers.single()
                    launch {
                        val due = runtime.platform.nanoTime()
                        for (name in listOf("timer 1", "timer 2")) runtime.pool.schedule(Noting(name, order), due)
                        while (runtime.platform.nanoTime() <= due) Thread.onSpinWait()
                        val before = worker.polls
                        skipPollCycle()
                        (worker.polls > before) shouldBe true
                        order += "after the poll"
                    }
                }
            }
            order shouldContainExactly listOf("timer 1", "timer 2", "after the poll")
        }

        test("S25 skipPollCycle of many, on several workers and off them, ends for each, and at once for a cancelled one") {
            DuotoneRuntime(Duotone.builder().threads(4).build()).use { runtime ->
                val passed = AtomicInteger()
                runtime.blockWatched {
                    repeat(1000) {
                        launch {
                            repeat(10) { skipPollCycle() }
                            passed.incrementAndGet()
                        }
                    }
                    launch(runtime.blockingDispatcher) {
                        skipPollCycle()
                        passed.incrementAndGet()
                    }
                    val began = CompletableDeferred<Unit>()
                    val cancelled = launch {
                        began.complete(Unit)
                        while (true) skipPollCycle()
                    }
                    began.await()
                    cancelled.cancel()
                }
                passed.get() shouldBe 1001
            }
        }
    })

private class Noting(private val name: String, private val order: MutableList<String>) : TimerEntry() {
    override fun run() {
        order += name
    }
}
