package io.duotone.coroutines.scope

import io.duotone.coroutines.TaskGroup
import io.duotone.coroutines.blockWatched
import io.duotone.coroutines.engine.stressScale
import io.duotone.coroutines.onWorkers
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.yield
import java.util.Collections
import java.util.SplittableRandom
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.minutes

/** Many add, end, wait and pop at once, and waits are cancelled at every moment. */
internal class TaskGroupStressTest :
    FunSpec({
        onWorkers("S31 S35 S36 each task is popped exactly once") { runtime ->
            val seed = System.nanoTime()
            val random = SplittableRandom(seed)
            runtime.blockWatched(2.minutes * stressScale) {
                repeat(30 * stressScale) { round ->
                    val each = 150
                    val group = TaskGroup<Int>()
                    val popped = ConcurrentLinkedQueue<Deferred<Int>>()
                    val all = Collections.synchronizedList(ArrayList<Deferred<Int>>())
                    val isOver = AtomicBoolean()
                    val seenNext = AtomicInteger()
                    coroutineScope {
                        val adders = List(3) {
                            val ownRandom = random.split()
                            launch {
                                repeat(each) { number ->
                                    val task = CompletableDeferred<Int>()
                                    all += task
                                    val endsFirst = ownRandom.nextInt(4) == 0
                                    if (endsFirst) task.end(number)
                                    group.add(task)
                                    if (!endsFirst) {
                                        if (ownRandom.nextInt(8) == 0) group.add(task)
                                        launch { task.end(number) }
                                    }
                                    if (ownRandom.nextInt(4) == 0) yield()
                                }
                            }
                        }
                        // Poppers of every kind, some of them cancelled while they wait.
                        repeat(2) {
                            launch {
                                while (!isOver.get()) {
                                    group.popDone()?.let(popped::add) ?: yield()
                                    popped.addAll(group.exhaustDone())
                                    group.waitNext()?.let { seenNext.incrementAndGet() }
                                    yield()
                                }
                            }
                        }
                        repeat(2) {
                            launch {
                                while (!isOver.get()) {
                                    group.exhaust().collect(popped::add)
                                    yield()
                                }
                            }
                        }
                        repeat(2) {
                            val ownRandom = random.split()
                            launch {
                                while (!isOver.get()) {
                                    val wait = launch {
                                        val task = group.waitFailureOrCancellationAndPop() ?: group.waitFirstAndPop()
                                        task?.let(popped::add)
                                    }
                                    repeat(ownRandom.nextInt(3)) { yield() }
                                    wait.cancel()
                                    wait.join()
                                }
                            }
                        }
                        adders.joinAll()
                        group.waitAll()
                        isOver.set(true)
                    }
                    popped.addAll(group.exhaustDone())
                    val context = "seed $seed, round $round"
                    (context to popped.size) shouldBe (context to 3 * each)
                    (context to popped.toSet()) shouldBe (context to all.toSet())
                    (context to group.hasPending) shouldBe (context to false)
                }
            }
        }
    })

private fun CompletableDeferred<Int>.end(number: Int) {
    when (number % 5) {
        0 -> completeExceptionally(IllegalStateException("$number"))
        1 -> cancel()
        else -> complete(number)
    }
}
