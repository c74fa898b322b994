package io.duotone.coroutines.engine.queue

import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/**
 * The queue of tasks that come from outside the workers, and of what did not fit into a worker's own ring. First in, first out.
 *
 * A list of chunks under a lock: a burst costs no copying and no huge array, and what has been taken is free for collection at once.
 *
 * | field     | who writes | who reads | guard or memory mode                                                              |
 * |-----------|------------|-----------|-----------------------------------------------------------------------------------|
 * | size      | any        | any       | written under the lock, volatile, so that emptiness is seen without the lock      |
 * | closed    | any        | any       | written under the lock, volatile                                                  |
 * | first     | any        | any       | lock: the chunk to take from                                                      |
 * | last      | any        | any       | lock: the chunk to add to                                                         |
 * | spare     | any        | any       | lock: one used up chunk, kept for the next time                                   |
 * | Chunk.*   | any        | any       | lock                                                                              |
 *
 * Lock order: this lock is a leaf, nothing else is locked and no task is run under it.
 */
internal class InjectionQueue(private val chunkSize: Int = DEFAULT_CHUNK) {
    private class Chunk(size: Int) {
        val tasks = arrayOfNulls<Any>(size)
        var head = 0
        var tail = 0
        var next: Chunk? = null
    }

    private val lock = ReentrantLock()
    private var first = Chunk(chunkSize)
    private var last = first
    private var spare: Chunk? = null

    /** How many tasks wait here, a moment's view for any thread. */
    @Volatile
    var size: Int = 0
        private set

    @Volatile
    var isClosed: Boolean = false
        private set

    val isEmpty: Boolean get() = size == 0

    /** Adds [task] at the end; false, and nothing is added, after [close]. */
    fun push(task: Runnable): Boolean = lock.withLock {
        if (isClosed) return false
        add(task)
        size += 1
        true
    }

    /** Adds [count] tasks of the array [tasks] from index [from] on, in their order; false, and nothing is added, after [close]. */
    fun pushAll(tasks: Array<out Any?>, from: Int, count: Int): Boolean = lock.withLock {
        if (isClosed) return false
        addAll(tasks, from, count)
        size += count
        true
    }

    /**
     * Adds [count] tasks of the ring [ring] from slot [from] on, across its end if need be, and then [task]. Also after [close]: these
     * tasks were accepted before, and whoever drains this queue gets them.
     */
    fun pushOverflow(ring: Array<out Any?>, from: Int, count: Int, task: Runnable): Unit = lock.withLock {
        val straight = minOf(count, ring.size - from)
        addAll(ring, from, straight)
        addAll(ring, 0, count - straight)
        add(task)
        size += count + 1
    }

    /** Takes the oldest task, or null. Works after [close] too. */
    fun pop(): Runnable? {
        if (size == 0) return null
        lock.withLock {
            val left = size
            if (left == 0) return null
            size = left - 1
            return take()
        }
    }

    /**
     * Takes up to [max] of the oldest tasks for [target], whose owner calls this: one is returned, the others are added to the tail of
     * [target], as many as fit. Null when there is nothing here. Works after [close] too.
     */
    fun popInto(target: LocalQueue, max: Int): Runnable? {
        if (size == 0) return null
        lock.withLock {
            val left = size
            if (left == 0) return null
            val task = take()
            var moving = minOf(max - 1, left - 1, target.free()).coerceAtLeast(0)
            size = left - 1 - moving
            while (moving > 0) {
                val chunk = first
                val count = minOf(moving, chunk.tail - chunk.head)
                target.append(chunk.tasks, chunk.head, count)
                chunk.tasks.fill(null, chunk.head, chunk.head + count)
                chunk.head += count
                moving -= count
                if (chunk.head == chunk.tail) dropFirst()
            }
            return task
        }
    }

    /** Refuses whatever comes from outside from now on. What is here stays, for [pop] and [drainTo]. */
    fun close(): Unit = lock.withLock { isClosed = true }

    /** Hands every task to [sink], the oldest first, outside the lock. */
    inline fun drainTo(sink: (Runnable) -> Unit) {
        while (true) sink(pop() ?: return)
    }

    private fun add(task: Runnable) {
        val chunk = roomyLast()
        chunk.tasks[chunk.tail++] = task
    }

    private fun addAll(tasks: Array<out Any?>, from: Int, count: Int) {
        var done = 0
        while (done < count) {
            val chunk = roomyLast()
            val part = minOf(count - done, chunkSize - chunk.tail)
            System.arraycopy(tasks, from + done, chunk.tasks, chunk.tail, part)
            chunk.tail += part
            done += part
        }
    }

    private fun roomyLast(): Chunk {
        val full = last
        if (full.tail < chunkSize) return full
        val fresh = spare ?: Chunk(chunkSize)
        spare = null
        full.next = fresh
        last = fresh
        return fresh
    }

    private fun take(): Runnable? {
        val chunk = first
        val index = chunk.head++
        val task = chunk.tasks[index]
        chunk.tasks[index] = null
        if (chunk.head == chunk.tail) dropFirst()
        return asTask(task)
    }

    // The first chunk has been emptied. It is cut off the next, so that an old chunk cannot keep younger ones alive until the old
    // generation is collected.
    private fun dropFirst() {
        val empty = first
        empty.head = 0
        empty.tail = 0
        val next = empty.next ?: return
        empty.next = null
        first = next
        spare = empty
    }

    companion object {
        const val DEFAULT_CHUNK: Int = 256
    }
}
