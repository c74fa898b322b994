package io.duotone.coroutines.engine.queue

import io.duotone.coroutines.engine.AbstractLincheckTest
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param

/** The owner and two thieves on a ring of four. */
internal class LocalQueueLincheckTest : AbstractLincheckTest(LocalQueueModel::class, LocalQueueSpecification::class, threads = 3)

@Param(name = "number", gen = IntGen::class, conf = "1:9")
internal class LocalQueueModel {
    private val overflow = InjectionQueue(chunkSize = 2)
    private val queue = LocalQueue(overflow, CAPACITY)
    private val firstLoot = LocalQueue(overflow, CAPACITY)
    private val secondLoot = LocalQueue(overflow, CAPACITY)

    /** What went to the injection queue. */
    @Operation(nonParallelGroup = "owner")
    fun push(@Param(name = "number") number: Int): List<Int?> {
        queue.push(Numbered(number))
        val moved = ArrayList<Int?>()
        while (true) moved.add((overflow.pop() ?: return moved).number)
    }

    @Operation(nonParallelGroup = "owner")
    fun pop(): Int? = queue.pop().number

    @Operation(nonParallelGroup = "owner")
    fun clearStolen() = queue.clearStolen()

    @Operation(nonParallelGroup = "first thief")
    fun stealFirst(): List<Int?> = steal(firstLoot)

    @Operation(nonParallelGroup = "second thief")
    fun stealSecond(): List<Int?> = steal(secondLoot)

    private fun steal(target: LocalQueue): List<Int?> {
        val stolen = ArrayList<Int?>()
        stolen.add((queue.stealInto(target) ?: return stolen).number)
        while (true) stolen.add((target.pop() ?: return stolen).number)
    }

    companion object {
        const val CAPACITY = 4
    }
}

internal class LocalQueueSpecification {
    private val queue = ArrayDeque<Int>()

    fun push(number: Int): List<Int?> {
        if (queue.size < LocalQueueModel.CAPACITY) {
            queue.addLast(number)
            return emptyList()
        }
        return take(LocalQueueModel.CAPACITY / 2) + number
    }

    fun pop(): Int? = queue.removeFirstOrNull()

    fun clearStolen() {}

    fun stealFirst(): List<Int?> = take((queue.size + 1) / 2)

    fun stealSecond(): List<Int?> = stealFirst()

    private fun take(count: Int): List<Int?> = List(count) { queue.removeFirst() }
}
