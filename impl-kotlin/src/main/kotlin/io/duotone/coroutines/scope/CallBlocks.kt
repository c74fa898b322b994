package io.duotone.coroutines.scope

import io.duotone.coroutines.engine.platform.Padded
import java.util.concurrent.atomic.AtomicReferenceArray

/**
 * What one owner has registered and has not ended: a worker, or whoever holds a lock. To register is to write to the next free slot of the
 * owner's block, to end is to clear it, on whatever thread. There is no count that workers would share: the owner finds out what has
 * ended when its block is full, and looks at the [LOOKED_AT] blocks it has not looked at for longest:
 *
 * ```
 *        its last slot is taken                    none of it has ended, or few have
 *   IN USE --------------------> AT THE END OF THE LINE <--------------------.
 *     ^                                  | first in the line, when the next  |
 *     | few are left in it               v block is full                     |
 *     '-------------------------------- LOOKED AT ---------------------------'
 *                                        | none is left in it
 *                                        v
 *                                     DROPPED
 * ```
 * So what has ended is kept by nobody, and empty blocks go while others come: of `n` that were registered at a time, at most about
 * `6 n` slots stay, and fewer with each full block. A call that does not end keeps one slot, in a block that others go on using.
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
