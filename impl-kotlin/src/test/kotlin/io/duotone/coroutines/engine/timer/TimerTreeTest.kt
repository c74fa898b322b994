package io.duotone.coroutines.engine.timer

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import kotlin.random.Random

private class Leaf(val deadline: Long) : TimerEntry() {
    override fun run() = throw AssertionError("a tree does not run entries")
}

internal class TimerTreeTest :
    FunSpec({
        val heap = TimerHeap()

        fun TimerTree.addLeaf(deadline: Long, order: Int = 0) = Leaf(deadline).also {
            it.markPending(heap, order)
            add(it, deadline)
        }

        fun TimerTree.rest(): List<TimerEntry> {
            val taken = ArrayList<TimerEntry>()
            while (true) {
                val entry = first ?: return taken
                (entry as Leaf).deadline shouldBe firstDeadline
                taken.add(entry)
                removeFirst()
            }
        }

        test("an empty tree has no first entry and no deadline") {
            val tree = TimerTree()
            tree.first.shouldBeNull()
            tree.firstDeadline shouldBe Long.MAX_VALUE
        }

        test("trees of every small size, in every order, give their entries in order") {
            val random = Random(1)
            for (size in 1..100) {
                val tree = TimerTree()
                val leaves = List(size) { tree.addLeaf(random.nextLong(10), it) }
                tree.rest() shouldContainExactly leaves.sortedBy { it.deadline }
            }
        }

        test("retain keeps what it is told to, for every small size, and the order") {
            val random = Random(2)
            for (size in 0..100) {
                val tree = TimerTree()
                val leaves = List(size) { tree.addLeaf(random.nextLong(10), it) }
                val kept = leaves.filter { random.nextBoolean() }.toSet()
                tree.retain { it in kept }
                tree.size shouldBe kept.size
                tree.rest() shouldContainExactly kept.sortedBy { it.deadline }
            }
        }

        test("the last deadline of the clock is a deadline like others") {
            val tree = TimerTree()
            val never = tree.addLeaf(Long.MAX_VALUE)
            tree.addLeaf(0).also { tree.first shouldBe it }
            tree.removeFirst()
            tree.first shouldBe never
        }

        test("capacity follows the size down, to twice of it, and does not flutter") {
            val tree = TimerTree()
            repeat(10_000) { tree.addLeaf(it.toLong()) }
            val full = tree.capacity
            tree.shrink()
            tree.capacity shouldBe full
            tree.retain { (it as Leaf).deadline < 100 }
            tree.capacity shouldBe 200
            tree.shrink()
            tree.capacity shouldBe 200
            tree.rest().size shouldBe 100
            tree.shrink()
            tree.capacity shouldBe 64
        }
    })
