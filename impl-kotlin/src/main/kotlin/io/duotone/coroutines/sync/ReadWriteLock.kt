@file:OptIn(ExperimentalContracts::class)

package io.duotone.coroutines.sync

import io.duotone.WouldBlockException
import io.duotone.coroutines.OtherFace
import io.duotone.sync.SyncStatistics
import kotlin.contracts.ExperimentalContracts
import kotlin.contracts.InvocationKind
import kotlin.contracts.contract
import kotlin.time.Duration

/**
 * Many who read, or one who writes (rows C20, T34).
 *
 * ```kotlin
 * val lock = ReadWriteLock()
 * suspend fun find(key: String) = lock.withRead { table[key] }
 * suspend fun store(key: String, value: String) = lock.withWrite { table[key] = value }
 * ```
 * Not reentrant: who waits for a side that it keeps others from waits for itself. That is so for reading twice, too, when somebody waits for
 * writing in between.
 *
 * **Fairness**: first come, first served, so neither side starves. Who reads waits behind whoever came before for writing; those who come to
 * read one after the other go on together.
 *
 * **Cancellation**: a cancelled wait does not get the lock, also when it had been handed over already: it goes to the next. Those who read
 * and waited only behind a cancelled writer go on.
 *
 * **Threads**: all members may be used from any thread. The lock has no owner: another coroutine may unlock it.
 *
 * **Memory**: what a writer did happens-before all who get the lock later, and what a reader did before the writers that do.
 */
public class ReadWriteLock {
    private val turns = Turns()
    internal val otherFace = OtherFace()

    /** How many read. It may change as soon as this has been looked at. */
    public val readers: Int get() = turns.readers

    /** Whether somebody writes. It may change as soon as this has been looked at. */
    public val isWriting: Boolean get() = turns.isWriting

    /** Waits until nobody writes, nor has waited longer for that, and reads from then on. **Cancellation**: looked at first. */
    public suspend fun lockRead() {
        turns.awaitTurn(Side.READ)
    }

    /**
     * As [lockRead], at most for [timeout]. **Errors**: [java.util.concurrent.TimeoutException] when that was not enough.
     *
     * @param timeout zero or less: tries once, without waiting; rounded up to milliseconds
     */
    public suspend fun lockRead(timeout: Duration) {
        within(timeout, this, ::tryLockRead, { lockRead() }, ::unlockRead)
    }

    /** Begins to read if nobody writes or waits; else false. */
    public fun tryLockRead(): Boolean = turns.tryTake(Side.READ)

    /** Begins to read now, or throws [WouldBlockException] (row T33). */
    public fun lockReadOrThrow() {
        if (!tryLockRead()) throw WouldBlockException("cannot read without waiting: $this")
    }

    /** Ends reading. **Errors**: [IllegalStateException] when nobody reads. */
    public fun unlockRead() {
        turns.unlockRead()
    }

    /** Waits until nobody reads or writes, nor has waited longer, and writes from then on. **Cancellation**: looked at first. */
    public suspend fun lockWrite() {
        turns.awaitTurn(Side.WRITE)
    }

    /** As [lockWrite], at most for a time: see [lockRead]. */
    public suspend fun lockWrite(timeout: Duration) {
        within(timeout, this, ::tryLockWrite, { lockWrite() }, ::unlockWrite)
    }

    /** Begins to write if nobody reads, writes or waits; else false. */
    public fun tryLockWrite(): Boolean = turns.tryTake(Side.WRITE)

    /** Begins to write now, or throws [WouldBlockException] (row T33). */
    public fun lockWriteOrThrow() {
        if (!tryLockWrite()) throw WouldBlockException("cannot write without waiting: $this")
    }

    /** Ends writing. **Errors**: [IllegalStateException] when nobody writes. */
    public fun unlockWrite() {
        turns.unlockWrite()
    }

    /** Runs [block] while nobody writes, and gives the lock back however it ends. */
    public suspend inline fun <T> withRead(block: () -> T): T {
        contract { callsInPlace(block, InvocationKind.EXACTLY_ONCE) }
        lockRead()
        try {
            return block()
        } finally {
            unlockRead()
        }
    }

    /** Runs [block] while nobody else reads or writes, and gives the lock back however it ends. */
    public suspend inline fun <T> withWrite(block: () -> T): T {
        contract { callsInPlace(block, InvocationKind.EXACTLY_ONCE) }
        lockWrite()
        try {
            return block()
        } finally {
            unlockWrite()
        }
    }

    /** Those who read or write, and how many wait. */
    public fun statistics(): SyncStatistics = turns.statistics()

    override fun toString(): String = turns.describe()

    /** What follows a try in vain; the continuation of the caller is what waits. */
    internal suspend fun enqueue(side: Side): Any = turns.enqueue(side)

    internal enum class Side { READ, WRITE }

    private class Turns : WaitQueue<Side>() {
        @Volatile
        var readers = 0
            private set

        @Volatile
        var isWriting = false
            private set

        override fun take(request: Side): Boolean {
            if (isWriting || (request == Side.WRITE && readers > 0)) return false
            if (request == Side.READ) readers++ else isWriting = true
            return true
        }

        override fun putBack(request: Side) {
            if (request == Side.READ) readers-- else isWriting = false
        }

        fun unlockRead() {
            change {
                check(readers > 0) { "nobody reads: unlock what was locked, once" }
                readers--
            }
        }

        fun unlockWrite() {
            change {
                check(isWriting) { "nobody writes: unlock what was locked, once" }
                isWriting = false
            }
        }

        fun statistics() = synchronized(this) { SyncStatistics(if (isWriting) 1 else readers, waiting) }

        fun describe() = synchronized(this) {
            val state = when {
                isWriting -> "writing"
                readers > 0 -> "$readers reading"
                else -> "free"
            }
            "ReadWriteLock($state, $waiting waiting)"
        }
    }
}
