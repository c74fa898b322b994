package io.duotone.coroutines.engine.queue

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.booleans.shouldBeFalse
import io.kotest.matchers.booleans.shouldBeTrue
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import java.lang.ref.WeakReference

internal class LocalQueueTest :
    FunSpec({
        val overflow = InjectionQueue()

        fun queueOf(range: IntRange, capacity: Int = 8) = LocalQueue(overflow, capacity).also { queue ->
            range.forEach { queue.push(Numbered(it)) }
        }

        fun LocalQueue.rest(): List<Int?> = buildList { drainTo { add(it.number) } }

        fun InjectionQueue.rest(): List<Int?> = buildList { drainTo { add(it.number) } }

        test("first in, first out") {
            queueOf(1..8).rest() shouldContainExactly (1..8).toList()
        }

        test("pop of an empty queue is null") {
            val queue = queueOf(1..1)
            queue.pop().number shouldBe 1
            queue.pop().shouldBeNull()
        }

        test("size, isEmpty and free follow pushes and pops over many laps") {
            val queue = LocalQueue(overflow, 4)
            for (i in 1..100) {
                queue.push(Numbered(i))
                queue.push(Numbered(-i))
                queue.size shouldBe 2
                queue.free() shouldBe 2
                queue.isEmpty.shouldBeFalse()
                queue.pop().number shouldBe i
                queue.pop().number shouldBe -i
                queue.isEmpty.shouldBeTrue()
            }
        }

        test("hasPassed tells whether all that was there at that end has been popped, stolen or handed over") {
            val queue = queueOf(1..3)
            val end = queue.end
            queue.push(Numbered(4))
            queue.hasPassed(end).shouldBeFalse()
            queue.pop()
            queue.hasPassed(end).shouldBeFalse()
            queue.stealInto(LocalQueue(overflow, 8)).number shouldBe 2 // and 3 goes along
            queue.hasPassed(end).shouldBeTrue()
            val later = queue.end
            (5..12).forEach { queue.push(Numbered(it)) }
            queue.hasPassed(later).shouldBeTrue() // 4 is in the injection queue
            overflow.rest() shouldContainExactly listOf(4, 5, 6, 7, 12)
        }

        test("hasPassed of an end more than half of all numbers ago") {
            val queue = queueOf(1..1)
            val end = queue.end
            queue.pop()
            for (distance in listOf(0, 1, 9, Int.MAX_VALUE, Int.MIN_VALUE, Int.MIN_VALUE + 1, -10)) {
                queue.hasPassed(end - distance).shouldBeTrue()
            }
        }

        test("a push to a full ring moves the older half and the task to the injection queue") {
            val queue = queueOf(1..9)
            overflow.rest() shouldContainExactly listOf(1, 2, 3, 4, 9)
            queue.rest() shouldContainExactly listOf(5, 6, 7, 8)
        }

        test("overflow across the end of the ring keeps the order") {
            val queue = queueOf(1..6)
            repeat(6) { queue.pop() }
            (11..19).forEach { queue.push(Numbered(it)) }
            overflow.rest() shouldContainExactly listOf(11, 12, 13, 14, 19)
            queue.rest() shouldContainExactly listOf(15, 16, 17, 18)
        }

        test("overflow is accepted by a closed injection queue, so no accepted task is lost") {
            val closed = InjectionQueue().also { it.close() }
            val queue = LocalQueue(closed, 2)
            (1..3).forEach { queue.push(Numbered(it)) }
            closed.rest() + queue.rest() shouldContainExactly listOf(1, 3, 2)
        }

        test("a thief gets half, rounded up: the oldest in hand, the rest in its ring") {
            val queue = queueOf(1..7)
            val target = queueOf(91..92)
            queue.stealInto(target).number shouldBe 1
            target.rest() shouldContainExactly listOf(91, 92, 2, 3, 4)
            queue.rest() shouldContainExactly listOf(5, 6, 7)
        }

        test("a thief gets the only task") {
            val queue = queueOf(1..1)
            val target = queueOf(IntRange.EMPTY)
            queue.stealInto(target).number shouldBe 1
            target.isEmpty.shouldBeTrue()
            queue.isEmpty.shouldBeTrue()
        }

        test("there is nothing to steal from an empty queue") {
            queueOf(IntRange.EMPTY).stealInto(queueOf(1..2)).shouldBeNull()
        }

        test("a thief with a full ring gets one task, with little room what fits") {
            val queue = queueOf(1..8)
            val full = queueOf(91..98)
            queue.stealInto(full).number shouldBe 1
            full.rest() shouldContainExactly (91..98).toList()
            val almostFull = queueOf(91..97)
            queue.stealInto(almostFull).number shouldBe 2
            almostFull.rest() shouldContainExactly (91..97) + 3
            queue.rest() shouldContainExactly listOf(4, 5, 6, 7, 8)
        }

        test("a thief's ring may have another capacity and stand elsewhere in its lap") {
            val queue = queueOf(1..3, capacity = 16)
            queue.rest()
            (1..16).forEach { queue.push(Numbered(it)) }
            val target = queueOf(1..7)
            target.rest()
            queue.stealInto(target).number shouldBe 1
            target.rest() shouldContainExactly (2..8).toList()
        }

        test("append adds a batch across the end of the ring") {
            val queue = queueOf(1..6)
            queue.rest()
            queue.append(numbered(0..5), 1, 5)
            queue.rest() shouldContainExactly listOf(1, 2, 3, 4, 5)
        }

        test("a popped task is not kept") {
            val queue = LocalQueue(overflow, 8)
            val gone = WeakReference<Runnable>(Numbered(1)).also { queue.push(it.get()!!) }
            queue.pop().number shouldBe 1
            gone.shouldBeCollected()
        }

        test("stolen tasks are let go by clearStolen, and those waiting stay") {
            val queue = LocalQueue(overflow, 8)
            val references = (1..8).map { number -> WeakReference<Runnable>(Numbered(number)).also { queue.push(it.get()!!) } }
            val thief = queueOf(IntRange.EMPTY)
            queue.stealInto(thief)
            thief.rest()
            queue.clearStolen()
            references.take(4).forEach { it.shouldBeCollected() }
            queue.rest() shouldContainExactly listOf(5, 6, 7, 8)
        }

        test("clearStolen clears nothing that waits, wherever the ring stands") {
            val queue = LocalQueue(overflow, 4)
            val thief = LocalQueue(overflow, 4)
            var pushed = 0
            var popped = 0
            repeat(1000) { round ->
                repeat(round % 5) { if (queue.free() > 0) queue.push(Numbered(pushed++)) }
                when (round % 3) {
                    0 -> queue.pop()?.let { it.number shouldBe popped++ }

                    1 -> queue.stealInto(thief)?.let {
                        it.number shouldBe popped++
                        thief.drainTo { task -> task.number shouldBe popped++ }
                    }

                    else -> queue.clearStolen()
                }
            }
            queue.clearStolen()
            queue.rest() shouldContainExactly (popped until pushed).toList()
            overflow.rest().shouldBeEmpty()
        }

        test("the counters may wrap around") {
            val queue = LocalQueue(overflow, 4)
            LocalQueue::class.java.getDeclaredField("head").also { it.isAccessible = true }.setInt(queue, Int.MAX_VALUE - 1)
            LocalQueue::class.java.getDeclaredField("tail").also { it.isAccessible = true }.setInt(queue, Int.MAX_VALUE - 1)
            (1..4).forEach { queue.push(Numbered(it)) }
            queue.size shouldBe 4
            queue.free() shouldBe 0
            queue.push(Numbered(5))
            overflow.rest() shouldContainExactly listOf(1, 2, 5)
            val thief = LocalQueue(overflow, 4)
            queue.stealInto(thief).number shouldBe 3
            queue.clearStolen()
            queue.rest() shouldContainExactly listOf(4)
        }

        test("the capacity must be a power of two") {
            for (wrong in listOf(-8, 0, 1, 3, 100)) shouldThrow<IllegalArgumentException> { LocalQueue(overflow, wrong) }
        }
    })
