package io.duotone.coroutines.engine.queue

import io.duotone.coroutines.engine.AbstractLincheckTest
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param

/** Chunks of two, so that every scenario crosses their borders. */
internal class InjectionQueueLincheckTest : AbstractLincheckTest(InjectionQueueModel::class, InjectionQueueSpecification::class, actors = 2)

@Param(name = "number", gen = IntGen::class, conf = "1:9")
@Param(name = "max", gen = IntGen::class, conf = "1:4")
internal class InjectionQueueModel {
    private val queue = InjectionQueue(chunkSize = 2)

    @Operation
    fun push(@Param(name = "number") number: Int): Boolean = queue.push(Numbered(number))

    @Operation
    fun pushThree(
        @Param(name = "number") number: Int
    ): Boolean = queue.pushAll(arrayOf(null, Numbered(number), Numbered(number + 1), Numbered(number + 2)), 1, 3)

    @Operation
    fun pop(): Int? = queue.pop().number

    @Operation
    fun popInto(@Param(name = "max") max: Int): List<Int?> {
        val taken = ArrayList<Int?>()
        val target = LocalQueue(queue, capacity = 4)
        taken.add((queue.popInto(target, max) ?: return taken).number)
        while (true) taken.add((target.pop() ?: return taken).number)
    }

    @Operation
    fun size(): Int = queue.size

    @Operation(runOnce = true)
    fun close() = queue.close()
}

internal class InjectionQueueSpecification {
    private val queue = ArrayDeque<Int>()
    private var closed = false

    fun push(number: Int): Boolean = !closed && queue.add(number)

    fun pushThree(number: Int): Boolean = !closed && queue.addAll(listOf(number, number + 1, number + 2))

    fun pop(): Int? = queue.removeFirstOrNull()

    fun popInto(max: Int): List<Int?> = List(minOf(max, queue.size)) { queue.removeFirst() }

    fun size(): Int = queue.size

    fun close() {
        closed = true
    }
}
