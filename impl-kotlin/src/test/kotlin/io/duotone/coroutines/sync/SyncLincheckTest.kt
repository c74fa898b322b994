package io.duotone.coroutines.sync

import io.duotone.coroutines.engine.AbstractLincheckTest
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param

/** Permits of a semaphore, several at a time, with waits that are cancelled. */
internal class WeightedSemaphoreLincheckTest : AbstractLincheckTest(SemaphoreModel::class, SemaphoreSpecification::class)

@Param(name = "permits", gen = IntGen::class, conf = "1:2")
internal class SemaphoreModel {
    private val semaphore = WeightedSemaphore(2)

    @Operation
    suspend fun acquire(@Param(name = "permits") permits: Int) = semaphore.acquire(permits)

    @Operation
    fun tryAcquire(@Param(name = "permits") permits: Int): Boolean = semaphore.tryAcquire(permits)

    /** False when so many would be too many. */
    @Operation
    fun release(@Param(name = "permits") permits: Int): Boolean = accepted { semaphore.release(permits) }
}

internal class SemaphoreSpecification : SequentialQueue<Int>() {
    private var free = 2

    override fun take(request: Int): Boolean = (request <= free).also { if (it) free -= request }

    suspend fun acquire(permits: Int) = awaitTurn(permits)

    fun tryAcquire(permits: Int): Boolean = tryTake(permits)

    fun release(permits: Int): Boolean {
        if (free + permits > 2) return false
        free += permits
        serve()
        return true
    }
}

/** An event that is set, cleared and waited for. */
internal class EventLincheckTest : AbstractLincheckTest(EventModel::class, EventSpecification::class)

internal class EventModel {
    private val event = Event()

    @Operation
    suspend fun await() = event.await()

    @Operation
    fun set(): Boolean = event.set()

    @Operation
    fun clear(): Boolean = event.clear()

    @Operation
    fun isSet(): Boolean = event.isSet
}

internal class EventSpecification : SequentialQueue<Unit>() {
    private var isSet = false

    override fun take(request: Unit): Boolean = isSet

    suspend fun await() = awaitTurn(Unit)

    fun set(): Boolean = !isSet.also {
        isSet = true
        serve()
    }

    fun clear(): Boolean = isSet.also { isSet = false }

    fun isSet(): Boolean = isSet
}

/** Both sides of a lock; cancelled writers let readers pass. */
internal class ReadWriteLockLincheckTest : AbstractLincheckTest(ReadWriteLockModel::class, ReadWriteLockSpecification::class)

internal class ReadWriteLockModel {
    private val lock = ReadWriteLock()

    @Operation
    suspend fun lockRead() = lock.lockRead()

    @Operation
    suspend fun lockWrite() = lock.lockWrite()

    @Operation
    fun tryLockRead(): Boolean = lock.tryLockRead()

    @Operation
    fun tryLockWrite(): Boolean = lock.tryLockWrite()

    /** False when nobody reads. */
    @Operation
    fun unlockRead(): Boolean = accepted { lock.unlockRead() }

    /** False when nobody writes. */
    @Operation
    fun unlockWrite(): Boolean = accepted { lock.unlockWrite() }
}

internal class ReadWriteLockSpecification : SequentialQueue<Boolean>() {
    private var readers = 0
    private var isWriting = false

    /** [request]: to write. */
    override fun take(request: Boolean): Boolean {
        if (isWriting || (request && readers > 0)) return false
        if (request) isWriting = true else readers++
        return true
    }

    suspend fun lockRead() = awaitTurn(false)

    suspend fun lockWrite() = awaitTurn(true)

    fun tryLockRead(): Boolean = tryTake(false)

    fun tryLockWrite(): Boolean = tryTake(true)

    fun unlockRead(): Boolean {
        if (readers == 0) return false
        readers--
        serve()
        return true
    }

    fun unlockWrite(): Boolean {
        if (!isWriting) return false
        isWriting = false
        serve()
        return true
    }
}

private inline fun accepted(block: () -> Unit): Boolean = try {
    block()
    true
} catch (_: IllegalStateException) {
    false
}
