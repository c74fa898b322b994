package io.duotone.coroutines.engine.scheduler

import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.awaitWatched
import io.duotone.coroutines.blockWatched
import io.duotone.coroutines.diagnosis
import io.duotone.coroutines.engine.timer.TimerEntry
import io.duotone.coroutines.onWorkers
import io.duotone.coroutines.spawn
import io.duotone.coroutines.watched
import io.duotone.coroutines.withRuntime
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.ints.shouldBeGreaterThan
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.yield
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicBoolean

/** Row C30: nothing that is ready, due or sent from outside waits for ever, whatever else runs. */
internal class FairnessTest :
    FunSpec({
        test("T14 Y3 C30 tasks that yield take turns, on one worker") {
            withRuntime("turns", 1) { runtime ->
                val order = ArrayList<Int>()
                runtime.blockWatched {
                    val begun = CountDownLatch(3)
                    val tasks = List(3) { task ->
                        launch {
                            begun.countDown()
                            while (begun.count > 0) yield()
                            repeat(4) {
                                order += task
                                yield()
                            }
                        }
                    }
                    tasks.forEach { it.join() }
                }
                // Whichever went first, each has its turn before the first has its next.
                order shouldContainExactly List(4) { order.take(3) }.flatten()
                order.take(3).sorted() shouldContainExactly listOf(0, 1, 2)
            }
        }

        onWorkers("S9 C30 timers and work from outside go on while tasks spin on yield") { runtime ->
            withSpinners(runtime) {
                repeat(20) {
                    runtime.blockWatched { delay(1) }
                    val arrived = CountDownLatch(1)
                    runtime.pool.submit { arrived.countDown() }
                    arrived.awaitWatched(runtime)
                }
            }
        }

        test("C30 tasks that are ready run in between while a flood of due timers is served") {
            withRuntime("due", 1) { runtime ->
                val timers = 10_000
                var fired = 0
                val spinner = runtime.spawn {
                    var turns = 0
                    while (fired < timers) {
                        if (fired > 0) turns++
                        yield()
                    }
                    turns
                }
                val due = runtime.platform.nanoTime() + 50_000_000
                repeat(timers) { runtime.pool.schedule(timer { fired++ }, due) }
                val turns = runtime.blockWatched { spinner.await() }
                // All of them in a row would leave it one or two. How many come between two turns depends on how often the monitor, on a busy
                // machine, asks the worker to look again.
                turns shouldBeGreaterThan 10
            }
        }

        onWorkers("C30 a group ends while other tasks spin on yield") { runtime ->
            withSpinners(runtime) {
                for (members in listOf(1, 10, 1000)) {
                    runtime.blockWatched { spawn(List(members) { suspend { yield() } }).await() }
                }
            }
        }

        onWorkers("C30 two tasks that wake each other for ever do not keep the place of the latest wake-up") { runtime ->
            val over = AtomicBoolean()
            val pairs = runtime.pool.workers.size
            val ended = watched(state = runtime::diagnosis) {
                val playing = List(pairs) {
                    runtime.spawn {
                        val there = Channel<Boolean>()
                        val back = Channel<Boolean>()
                        launch { for (ball in there) back.send(ball) }
                        while (!over.get()) {
                            there.send(true)
                            back.receive()
                        }
                        there.close()
                    }
                }
                // Ready tasks, due timers and work from outside all have their turn between two wake-ups.
                runtime.block {
                    repeat(100) { yield() }
                    delay(1)
                }
                over.set(true)
                playing
            }
            runtime.blockWatched { ended.forEach { it.await() } }
        }

        test("C30 a task that keeps its worker: what it woke last starts elsewhere") {
            hogging { runtime, hog ->
                val child = CountDownLatch(1)
                hog { runtime.pool.submit { child.countDown() } }
                child.awaitWatched(runtime)
            }
        }

        test("C30 a task that keeps its worker: the only one that it made ready starts elsewhere") {
            hogging { runtime, hog ->
                val child = CountDownLatch(1)
                hog { runtime.pool.submitLast { child.countDown() } }
                child.awaitWatched(runtime)
            }
        }

        test("C30 a task that keeps its worker: all that it made ready starts elsewhere") {
            hogging { runtime, hog ->
                val children = CountDownLatch(1000)
                hog { repeat(1000) { runtime.pool.submitLast { children.countDown() } } }
                children.awaitWatched(runtime)
            }
        }

        test("C30 a task that keeps its worker: its timers fire elsewhere") {
            hogging { runtime, hog ->
                val fired = CountDownLatch(1)
                hog { runtime.pool.schedule(timer(fired::countDown), runtime.platform.nanoTime() + 5_000_000) }
                fired.awaitWatched(runtime)
            }
        }

        test("C30 a task that keeps its worker: a group whose members it finished before ends") {
            hogging { runtime, hog ->
                val members = 1000
                val toldOf = CountDownLatch(members)
                val group = FinishedCounter { told -> repeat(told) { toldOf.countDown() } }
                hog { repeat(members) { Worker.currentOrNull()?.countFinished(group) } }
                toldOf.awaitWatched(runtime)
            }
        }

        test("C30 with one worker kept, all others work: submits, bursts and timers from outside") {
            hogging { runtime, hog ->
                hog {}
                repeat(200) { round ->
                    val arrived = CountDownLatch(round % 7 + 1)
                    repeat(round % 7) { runtime.pool.submit { arrived.countDown() } }
                    runtime.pool.schedule(timer(arrived::countDown), runtime.platform.nanoTime() + round * 1000)
                    arrived.awaitWatched(runtime)
                }
            }
        }
    })

private fun timer(action: () -> Unit) = object : TimerEntry() {
    override fun run() = action()
}

/** Ten coroutines that are always ready, while [body] runs. */
private fun withSpinners(runtime: DuotoneRuntime, body: () -> Unit) {
    val spinners = List(10) {
        runtime.spawn {
            while (true) yield()
        }
    }
    try {
        body()
    } finally {
        spinners.forEach { it.cancel() }
    }
}

/** Two workers, one of which runs a task that does what it is told to do first, and then does not end before the test does. */
private fun hogging(body: (DuotoneRuntime, hog: (() -> Unit) -> Unit) -> Unit) {
    withRuntime("hogged", 2) { runtime ->
        val release = CountDownLatch(1)
        try {
            body(runtime) { first ->
                runtime.pool.submit {
                    first()
                    release.await()
                }
            }
        } finally {
            release.countDown()
        }
    }
}
