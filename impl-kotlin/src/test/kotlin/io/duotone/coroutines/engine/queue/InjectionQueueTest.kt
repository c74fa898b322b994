package io.duotone.coroutines.engine.queue

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.booleans.shouldBeFalse
import io.kotest.matchers.booleans.shouldBeTrue
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import java.lang.ref.WeakReference

internal class InjectionQueueTest :
    FunSpec({
        fun InjectionQueue.rest(): List<Int?> = buildList { drainTo { add(it.number) } }

        test("first in, first out, over the borders of chunks") {
            for (chunk in 1..5) {
                val queue = InjectionQueue(chunk)
                (1..20).forEach { queue.push(Numbered(it)).shouldBeTrue() }
                queue.size shouldBe 20
                queue.rest() shouldContainExactly (1..20).toList()
                queue.isEmpty.shouldBeTrue()
            }
        }

        test("pushAll adds a part of an array, over the borders of chunks") {
            for (chunk in 1..5) {
                val queue = InjectionQueue(chunk)
                queue.pushAll(numbered(0..20), 3, 10).shouldBeTrue()
                queue.size shouldBe 10
                queue.rest() shouldContainExactly (3..12).toList()
            }
        }

        test("pushOverflow adds a part of a ring across its end, and one more") {
            for (chunk in 1..5) {
                val queue = InjectionQueue(chunk)
                queue.pushOverflow(numbered(0..7), 5, 6, Numbered(100))
                queue.size shouldBe 7
                queue.rest() shouldContainExactly listOf(5, 6, 7, 0, 1, 2, 100)
            }
        }

        test("pops and pushes mixed keep the order, whatever chunk is in use") {
            for (chunk in 1..5) {
                val queue = InjectionQueue(chunk)
                var pushed = 0
                var popped = 0
                for (round in 0 until 500) {
                    repeat(round % 7) { queue.push(Numbered(pushed++)) }
                    repeat(round % 5) { queue.pop()?.let { it.number shouldBe popped++ } }
                }
                queue.rest() shouldContainExactly (popped until pushed).toList()
            }
        }

        test("popInto returns one and moves the next ones to the ring") {
            for (chunk in 1..5) {
                val queue = InjectionQueue(chunk)
                queue.pushAll(numbered(1..10), 0, 10)
                val target = LocalQueue(queue, 8)
                queue.popInto(target, 4).number shouldBe 1
                target.size shouldBe 3
                buildList { target.drainTo { add(it.number) } } shouldContainExactly listOf(2, 3, 4)
                queue.size shouldBe 6
                queue.rest() shouldContainExactly listOf(5, 6, 7, 8, 9, 10)
            }
        }

        test("popInto moves no more than fits, than there is, than was asked for") {
            val queue = InjectionQueue(4)
            queue.pushAll(numbered(1..10), 0, 10)
            val target = LocalQueue(queue, 4)
            queue.popInto(target, 100).number shouldBe 1
            target.free() shouldBe 0
            queue.popInto(target, 100).number shouldBe 6
            queue.popInto(LocalQueue(queue, 4), 1).number shouldBe 7
            val rest = LocalQueue(queue, 8)
            queue.popInto(rest, 100).number shouldBe 8
            rest.size shouldBe 2
            queue.popInto(rest, 100).shouldBeNull()
        }

        test("a closed queue refuses what comes from outside and keeps what it has") {
            val queue = InjectionQueue()
            queue.push(Numbered(1))
            queue.close()
            queue.isClosed.shouldBeTrue()
            queue.push(Numbered(2)).shouldBeFalse()
            queue.pushAll(numbered(3..4), 0, 2).shouldBeFalse()
            queue.size shouldBe 1
            queue.rest() shouldContainExactly listOf(1)
        }

        test("what was taken is not kept, neither by pop nor by popInto") {
            val queue = InjectionQueue()
            val references = (1..6).map { number -> WeakReference<Runnable>(Numbered(number)).also { queue.push(it.get()!!) } }
            val target = LocalQueue(queue, 8)
            queue.pop()
            queue.popInto(target, 3)
            target.drainTo { }
            references.take(4).forEach { it.shouldBeCollected() }
            queue.rest() shouldContainExactly listOf(5, 6)
        }

        test("the memory of a burst is given back when it has been taken, to two chunks at most") {
            val queue = InjectionQueue()
            repeat(100_000) { queue.push(Numbered(it)) }
            repeat(100_000 - 10) { queue.pop() }
            chunksOf(queue) shouldBe 2
            queue.size shouldBe 10
            queue.rest().size shouldBe 10
        }
    })

/** The chunks in the list and the spare one. */
private fun chunksOf(queue: InjectionQueue): Int {
    fun field(owner: Any, name: String): Any? = owner.javaClass.getDeclaredField(name).also { it.isAccessible = true }.get(owner)

    val linked = generateSequence(field(queue, "first")) { field(it, "next") }.count()
    return linked + if (field(queue, "spare") == null) 0 else 1
}
