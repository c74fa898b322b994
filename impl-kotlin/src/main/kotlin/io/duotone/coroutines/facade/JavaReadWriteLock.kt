package io.duotone.coroutines.facade

import io.duotone.coroutines.sync.ReadWriteLock.Side
import io.duotone.sync.Condition
import io.duotone.sync.Lock
import io.duotone.sync.ReadWriteLock
import io.duotone.sync.SyncStatistics
import kotlin.coroutines.Continuation
import io.duotone.coroutines.sync.ReadWriteLock as KotlinReadWriteLock

/** The Java face of a read-write lock; one for each, kept by the lock itself. */
internal class JavaReadWriteLock(val kotlin: KotlinReadWriteLock) : ReadWriteLock {
    private val reading = SideLock(Side.READ, "reading")
    private val writing = SideLock(Side.WRITE, "writing")

    override fun reading(): Lock = reading

    override fun writing(): Lock = writing

    override fun statistics(): SyncStatistics = kotlin.statistics()

    override fun toString(): String = kotlin.toString()

    private inner class SideLock(private val side: Side, private val name: String) : AnyLock("ReadWriteLock.$name") {
        override fun tryTake(permits: Int): Boolean = if (side == Side.READ) kotlin.tryLockRead() else kotlin.tryLockWrite()

        override fun enqueue(permits: Int, continuation: Continuation<Any?>): Any? = ENQUEUE(kotlin, side, continuation)

        override suspend fun take(permits: Int) {
            if (side == Side.READ) kotlin.lockRead() else kotlin.lockWrite()
        }

        override fun giveBack(permits: Int) {
            if (side == Side.READ) kotlin.unlockRead() else kotlin.unlockWrite()
        }

        override fun condition(): Condition =
            throw UnsupportedOperationException("a side of a read-write lock has no conditions: use a Lock, or an Event")

        override fun isHeld(): Boolean = if (side == Side.READ) kotlin.readers > 0 else kotlin.isWriting

        override fun statistics(): SyncStatistics =
            SyncStatistics(
                if (side == Side.READ) {
                    kotlin.readers
                } else if (kotlin.isWriting) {
                    1
                } else {
                    0
                },
                waiting.get()
            )

        override fun toString(): String = "$name side of $kotlin"
    }

    private companion object {
        val ENQUEUE: (KotlinReadWriteLock, Side, Continuation<Any?>) -> Any? =
            binary<KotlinReadWriteLock, Side, Any?>(KotlinReadWriteLock::enqueue)
    }
}
