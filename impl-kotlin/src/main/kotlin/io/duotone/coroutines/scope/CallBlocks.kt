package io.duotone.coroutines.scope

import io.duotone.coroutines.engine.platform.Padded
import java.util.concurrent.atomic.AtomicReferenceArray

/**
 * What one owner has registered and has not ended: a worker, or whoever holds a lock. To register is to write to the next free slot of the
 * owner's block, to end is to clear it, on whatever thread. There is no count that workers would share: when its block is full the owner
 * looks at one or two of those it has not looked at for longest.
 *
 * ```
 *   a new one            full                  the next is full, and this is the first in line
 *  ----------> IN USE ----------> IN LINE --------------------------------------------------------> LOOKED AT
 *                ^                   ^          more than half of its slots are taken                 |  |
 *                |                   '----------------------------------------------------------------+  |
 *                '------------------------------------------------------------------------------------'  |
 *                                               at most half of them are                                  | none is
 *                                                                                                        v
 *                                                                                                     DROPPED
 * ```
 * So what has ended is kept by nobody, and a call that does not end keeps a slot, in a block that others go on using. Of `n` that were
 * registered at a time at most about `3 n` slots stay: a block is added only for two that were more than half full. They go again with the
 * calls that come: for each block that is filled up to two are dropped.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | block, next | the owner | the owner | owner only |
 * | line | the owner | the owner; whoever closes | line |
 * | a slot | the owner, when it is free; then whoever ends what is in it | any thread | release and acquire; see [PendingCalls] |
 */
internal class CallBlocks<E : Any>(private val slots: Int = 512) : Padded() {
    private val line = ArrayDeque<AtomicReferenceArray<E?>>()
    private var block = AtomicReferenceArray<E?>(0)
    private var next = 0

    /** Sees to it that there is a free slot, and gives its block; the owner only. Nothing is registered yet. */
    fun blockWithRoom(): AtomicReferenceArray<E?> {
        while (true) {
            val block = block
            while (next < block.length()) {
                if (block.getAcquire(next) == null) return block
                next++
            }
            this.block = nextBlock()
            next = 0
        }
    }

    /** The free slot of [blockWithRoom]; the owner only. */
    val freeSlot: Int get() = next

    /** Registers in the free slot; the owner only. */
    fun register(element: E) {
        block.setRelease(next++, element)
    }

    private fun nextBlock(): AtomicReferenceArray<E?> {
        synchronized(line) {
            repeat(minOf(LOOKED_AT, line.size)) {
                val oldest = line.removeFirst()
                val used = used(oldest)
                if (used > 0) line.addLast(oldest)
                if (used in 1..slots / 2) return oldest
            }
            return AtomicReferenceArray<E?>(slots).also(line::addLast)
        }
    }

    private fun used(block: AtomicReferenceArray<E?>): Int {
        var used = 0
        for (slot in 0 until slots) if (block.getAcquire(slot) != null) used++
        return used
    }

    /** What is registered. What comes or goes meanwhile may be missed. Any thread. */
    fun elements(): Sequence<E> = synchronized(line) { line.toList() }.asSequence().flatMap { it.elements() }

    private fun AtomicReferenceArray<E?>.elements(): Sequence<E> = (0 until length()).asSequence().mapNotNull(::getAcquire)

    /** Of how many blocks it consists now. Any thread. */
    val size: Int get() = synchronized(line) { line.size }

    private companion object {
        const val LOOKED_AT = 2
    }
}
