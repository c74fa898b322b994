package io.duotone.coroutines.engine.timer

import io.duotone.coroutines.engine.platform.NO_DEADLINE
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.booleans.shouldBeFalse
import io.kotest.matchers.booleans.shouldBeTrue
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.ints.shouldBeLessThan
import io.kotest.matchers.longs.shouldBeLessThanOrEqual
import io.kotest.matchers.shouldBe
import java.util.concurrent.FutureTask
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread
import kotlin.random.Random

private class Entry(val name: Int) : TimerEntry() {
    var cancelCalls = 0

    override fun run() = throw AssertionError("a heap does not run entries")

    override fun onCancelled() {
        cancelCalls += 1
    }
}

private fun TimerHeap.collect(now: Long, limit: Int = Int.MAX_VALUE): List<Int> = buildList {
    val count = collectDue(now, { add((it as Entry).name) }, limit)
    count shouldBe size
}

internal class TimerHeapTest :
    FunSpec({
        test("entries come in the order of their deadlines, those due only") {
            val heap = TimerHeap()
            val deadlines = (1L..1000L).shuffled(Random(1))
            for (deadline in deadlines) heap.add(Entry(deadline.toInt()), deadline)
            heap.size shouldBe 1000
            heap.collect(500) shouldContainExactly (1..500).toList()
            heap.collect(500).shouldBeEmpty()
            heap.earliest shouldBe 501
            heap.collect(Long.MAX_VALUE - 1) shouldContainExactly (501..1000).toList()
            heap.size shouldBe 0
            heap.earliest shouldBe NO_DEADLINE
        }

        test("equal deadlines come in the order of adding") {
            val heap = TimerHeap()
            val order = Random(2)
            val added = List(500) { Entry(it) to order.nextLong(4) }
            for ((entry, deadline) in added) heap.add(entry, deadline)
            heap.collect(10) shouldContainExactly added.sortedBy { it.second }.map { it.first.name }
        }

        test("adds and collects mixed give what a sorted list gives") {
            val heap = TimerHeap()
            val model = ArrayList<Pair<Int, Long>>()
            val random = Random(3)
            var now = 0L
            repeat(5000) { step ->
                if (random.nextInt(10) < 7) {
                    val deadline = now + random.nextLong(50)
                    heap.add(Entry(step), deadline)
                    model.add(step to deadline)
                } else {
                    now += random.nextLong(20)
                    val due = model.filter { it.second <= now }.sortedBy { it.second }
                    model.removeAll(due)
                    heap.collect(now) shouldContainExactly due.map { it.first }
                }
                heap.earliest shouldBe (model.minOfOrNull { it.second } ?: NO_DEADLINE)
            }
        }

        test("add tells whether the entry became the earliest") {
            val heap = TimerHeap()
            heap.add(Entry(1), 10).shouldBeTrue()
            heap.add(Entry(2), 20).shouldBeFalse()
            heap.add(Entry(3), 10).shouldBeFalse()
            heap.add(Entry(4), 9).shouldBeTrue()
            heap.earliest shouldBe 9
        }

        test("a limit cuts a batch short, and earliest says there is more") {
            val heap = TimerHeap()
            (1..5).forEach { heap.add(Entry(it), it.toLong()) }
            heap.collect(5, limit = 2) shouldContainExactly listOf(1, 2)
            heap.earliest shouldBe 3
            heap.collect(5, limit = 0).shouldBeEmpty()
            heap.collect(5) shouldContainExactly listOf(3, 4, 5)
        }

        test("a cancelled entry never fires, and cancel says who won") {
            val heap = TimerHeap()
            val entries = (1..3).map { Entry(it) }
            entries.forEach { heap.add(it, it.name.toLong()) }
            entries[1].cancel().shouldBeTrue()
            entries[1].cancel().shouldBeFalse()
            entries[1].cancelCalls shouldBe 1
            heap.collect(10) shouldContainExactly listOf(1, 3)
            entries[0].cancel().shouldBeFalse()
            entries[0].cancelCalls shouldBe 0
        }

        test("earliest may be early after a cancel, never late, and is exact after a collect") {
            val heap = TimerHeap()
            val first = Entry(1)
            heap.add(first, 1)
            heap.add(Entry(2), 2)
            first.cancel()
            heap.earliest shouldBe 1
            heap.collect(1).shouldBeEmpty()
            heap.earliest shouldBe 2
            heap.size shouldBe 1
        }

        test("an entry cancelled before it is added stays out") {
            val heap = TimerHeap()
            val entry = Entry(1)
            entry.cancel().shouldBeTrue()
            heap.add(entry, 1).shouldBeFalse()
            heap.size shouldBe 0
        }

        test("a fired entry may be added again, a waiting one not") {
            val heap = TimerHeap()
            val entry = Entry(1)
            heap.add(entry, 1)
            shouldThrow<IllegalStateException> { heap.add(entry, 2) }
            heap.collect(1) shouldContainExactly listOf(1)
            heap.add(entry, 2).shouldBeTrue()
            heap.collect(2) shouldContainExactly listOf(1)
        }

        test("cancelled entries leave once they are more than half, without anybody adding or collecting") {
            val heap = TimerHeap()
            val entries = (1..1000).map { Entry(it) }
            entries.forEach { heap.add(it, it.name.toLong()) }
            entries.shuffled(Random(4)).take(990).forEach { it.cancel().shouldBeTrue() }
            heap.size shouldBeLessThan 64
            val waiting = entries.filter { it.isPending }.map { it.name }
            heap.earliest shouldBeLessThanOrEqual waiting.first().toLong()
            heap.collect(1000) shouldContainExactly waiting
        }

        test("a million timeouts that are cancelled at once hold next to no memory") {
            val heap = TimerHeap()
            heap.add(Entry(0), 5)
            var largest = 0
            for (i in 1..1_000_000) {
                val entry = Entry(i)
                heap.add(entry, 1_000_000_000L + i)
                entry.cancel()
                largest = maxOf(largest, heap.size)
            }
            largest shouldBeLessThan 130
            heap.collect(5) shouldContainExactly listOf(0)
        }

        test("packing keeps the order of equal deadlines") {
            val heap = TimerHeap()
            val entries = (1..300).map { Entry(it) }
            entries.forEach { heap.add(it, 7) }
            entries.filter { it.name % 3 != 0 }.forEach { it.cancel() }
            heap.size shouldBeLessThan 200
            heap.collect(7) shouldContainExactly (3..300 step 3).toList()
        }

        test("the arrays of a burst are given back") {
            val heap = TimerHeap()
            (1..100_000).forEach { heap.add(Entry(it), it.toLong()) }
            heap.collect(99_990).size shouldBe 99_990
            capacityOf(heap) shouldBeLessThan 1000
            heap.collect(100_000) shouldContainExactly (99_991..100_000).toList()
        }

        test("while somebody holds the lock tryCollectDue gives up") {
            val heap = TimerHeap()
            heap.add(Entry(1), 1)
            heap.add(Entry(2), 1)
            var meanwhile = -1
            heap.collectDue(1, {
                if (meanwhile < 0) {
                    val attempt = FutureTask { heap.tryCollectDue(1, { throw AssertionError("collected twice") }) }
                    thread { attempt.run() }
                    meanwhile = attempt.get(10, TimeUnit.SECONDS)
                }
            })
            meanwhile shouldBe 0
            heap.add(Entry(3), 2)
            heap.tryCollectDue(2, { (it as Entry).name shouldBe 3 }) shouldBe 1
        }

        test("a sink that throws loses its own entry and no other") {
            val heap = TimerHeap()
            (1..3).forEach { heap.add(Entry(it), it.toLong()) }
            shouldThrow<IllegalArgumentException> { heap.collectDue(3, { throw IllegalArgumentException() }) }
            heap.earliest shouldBe 2
            heap.collect(3) shouldContainExactly listOf(2, 3)
        }

        test("close hands out what waits as cancelled, without its hook, and later adds are refused") {
            val heap = TimerHeap()
            val entries = (1..3).map { Entry(it) }
            entries.forEach { heap.add(it, it.name.toLong()) }
            entries[0].cancel()
            val dropped = ArrayList<Int>()
            heap.close { dropped.add((it as Entry).name) }
            dropped shouldContainExactly listOf(2, 3)
            entries.map { it.isCancelled } shouldContainExactly listOf(true, true, true)
            entries.map { it.cancelCalls } shouldContainExactly listOf(1, 0, 0)
            heap.size shouldBe 0
            heap.earliest shouldBe NO_DEADLINE
            val late = Entry(4)
            heap.add(late, 1).shouldBeFalse()
            late.isCancelled.shouldBeTrue()
            heap.collect(10).shouldBeEmpty()
        }

        test("the word of an entry: the parts do not overlap and the order survives the wrap") {
            for (state in listOf(TimerEntry.IDLE, TimerEntry.PENDING, TimerEntry.FIRED, TimerEntry.CANCELLED)) {
                for (sequence in listOf(0, 1, 12345, -1, Int.MAX_VALUE, Int.MIN_VALUE)) {
                    TimerEntry.stateOf(TimerEntry.pack(sequence, state)) shouldBe state
                    TimerEntry.withState(TimerEntry.pack(sequence, TimerEntry.PENDING), state) shouldBe TimerEntry.pack(sequence, state)
                }
            }
            val heap = TimerHeap()
            for (border in listOf(0, (1 shl 29) - 1, (1 shl 30) - 1, Int.MAX_VALUE, -1)) {
                val older = Entry(1).also { it.markPending(heap, border) }
                val younger = Entry(2).also { it.markPending(heap, border + 1) }
                older.isOlderThan(younger).shouldBeTrue()
                younger.isOlderThan(older).shouldBeFalse()
            }
        }
    })

private fun capacityOf(heap: TimerHeap): Int =
    (TimerHeap::class.java.getDeclaredField("tree").also { it.isAccessible = true }.get(heap) as TimerTree).capacity
