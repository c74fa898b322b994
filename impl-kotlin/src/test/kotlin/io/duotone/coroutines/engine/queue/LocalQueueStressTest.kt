package io.duotone.coroutines.engine.queue

import io.duotone.coroutines.engine.stressScale
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import java.util.SplittableRandom
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicIntegerArray
import java.util.concurrent.atomic.AtomicReference
import kotlin.concurrent.thread

/** One owner and several thieves: every task is taken exactly once, and everybody who takes from the ring takes in order. */
internal class LocalQueueStressTest :
    FunSpec({
        val seed = System.nanoTime()

        for (capacity in listOf(2, 8, 256)) {
            for (thieves in listOf(1, 2, 4)) {
                test("every task once: ring of $capacity, thieves $thieves, seed $seed") {
                    Heist(200_000 * stressScale, capacity, thieves, SplittableRandom(seed)).run()
                }
            }
        }
    })

private class Heist(private val tasks: Int, capacity: Int, private val thieves: Int, private val random: SplittableRandom) {
    private val overflow = InjectionQueue()
    private val queue = LocalQueue(overflow, capacity)
    private val capacity = capacity
    private val taken = AtomicIntegerArray(tasks)
    private val left = AtomicInteger(tasks)
    private val wrong = AtomicReference<String>()

    fun run() {
        val start = CountDownLatch(1)
        val crew = List(thieves) {
            thread(name = "thief-$it") {
                start.await()
                steal()
            }
        }
        val owner = thread(name = "owner") {
            start.await()
            own()
        }
        start.countDown()
        (crew + owner).forEach { it.join() }
        wrong.get() shouldBe null
        (0 until tasks).filter { taken.get(it) != 1 } shouldBe emptyList()
        queue.isEmpty shouldBe true
        overflow.isEmpty shouldBe true
    }

    private fun own() {
        val order = Order("owner")
        var pushed = 0
        while (left.get() > 0 && wrong.get() == null) {
            repeat(random.nextInt(2 * capacity)) { if (pushed < tasks) queue.push(Numbered(pushed++)) }
            repeat(random.nextInt(2 * capacity)) { queue.pop()?.let { order.take(it) } }
            if (random.nextInt(4) == 0) queue.clearStolen()
            // What overflowed comes in another order.
            while (random.nextInt(8) != 0) count((overflow.pop() ?: break).number!!)
        }
    }

    private fun steal() {
        val order = Order(Thread.currentThread().name)
        val target = LocalQueue(overflow, capacity)
        while (left.get() > 0 && wrong.get() == null) {
            val first = queue.stealInto(target)
            if (first == null) {
                Thread.onSpinWait()
                continue
            }
            order.take(first)
            while (true) order.take(target.pop() ?: break)
            target.clearStolen()
        }
    }

    private fun count(number: Int) {
        if (taken.incrementAndGet(number) > 1) wrong.set("$number was taken twice")
        left.decrementAndGet()
    }

    private inner class Order(private val who: String) {
        private var latest = -1

        fun take(task: Runnable) {
            val number = task.number!!
            if (number <= latest) wrong.set("$who took $number after $latest")
            latest = number
            count(number)
        }
    }
}
