@file:JvmName("Locks")

package io.duotone.coroutines.facade

import io.duotone.coroutines.sync.WeightedSemaphore
import io.duotone.spi.SyncProvider
import io.duotone.sync.Barrier
import io.duotone.sync.Condition
import io.duotone.sync.CyclicBarrier
import io.duotone.sync.Event
import io.duotone.sync.Lock
import io.duotone.sync.RateLimiter
import io.duotone.sync.ReadWriteLock
import io.duotone.sync.Semaphore
import kotlinx.coroutines.sync.Mutex
import io.duotone.coroutines.sync.Barrier as KotlinBarrier
import io.duotone.coroutines.sync.Condition as KotlinCondition
import io.duotone.coroutines.sync.CyclicBarrier as KotlinCyclicBarrier
import io.duotone.coroutines.sync.Event as KotlinEvent
import io.duotone.coroutines.sync.RateLimiter as KotlinRateLimiter
import io.duotone.coroutines.sync.ReadWriteLock as KotlinReadWriteLock
import kotlinx.coroutines.sync.Semaphore as KotlinSemaphore

private val locks = Faces<Mutex, JavaLock>()
private val semaphores = Faces<KotlinSemaphore, JavaSemaphore>()

/** The Java face of this event: always the same object, and [asKotlin] gives this one back. */
public fun KotlinEvent.asJava(): Event = otherFace.orMake { JavaEvent(this) }

/** The Kotlin face of this event: always the same object, and [asJava] gives this one back. */
public fun Event.asKotlin(): KotlinEvent = requireNotNull(this as? JavaEvent) { "not an event of this library: $this" }.kotlin

/** The Java face of this mutex: the same object as long as somebody holds it, and [asKotlin] gives this one back. */
public fun Mutex.asJava(): Lock = locks.of(this) { JavaLock(this) }

/** The mutex of this lock; [asJava] gives this one back. */
public fun Lock.asKotlin(): Mutex {
    val face = requireNotNull(this as? JavaLock) { "not a lock with a mutex: $this" }
    locks.remember(face.kotlin, face)
    return face.kotlin
}

/**
 * The Java face of this semaphore: the same object as long as somebody holds it, and [asKotlin] gives this one back. One of kotlinx gives
 * its permits one by one, a [WeightedSemaphore] several at once.
 */
public fun KotlinSemaphore.asJava(): Semaphore = semaphores.of(this) { JavaSemaphore(this) }

/** The semaphore behind this face, a [WeightedSemaphore] unless it has come from Kotlin; [asJava] gives this one back. */
public fun Semaphore.asKotlin(): KotlinSemaphore {
    val face = requireNotNull(this as? JavaSemaphore) { "not a semaphore of this library: $this" }
    semaphores.remember(face.kotlin, face)
    return face.kotlin
}

/** The Java face of this condition: always the same object, and [asKotlin] gives this one back. Its permits are those of the mutex's face. */
public fun KotlinCondition.asJava(): Condition = otherFace.orMake { JavaCondition(this) }

/** The Kotlin face of this condition: always the same object, and [asJava] gives this one back. */
public fun Condition.asKotlin(): KotlinCondition = requireNotNull(this as? JavaCondition) {
    "not a condition of this library: $this"
}.kotlin

/** The Java face of this lock: always the same object, and [asKotlin] gives this one back. */
public fun KotlinReadWriteLock.asJava(): ReadWriteLock = otherFace.orMake { JavaReadWriteLock(this) }

/** The Kotlin face of this lock: always the same object, and [asJava] gives this one back. */
public fun ReadWriteLock.asKotlin(): KotlinReadWriteLock =
    requireNotNull(this as? JavaReadWriteLock) { "not a read-write lock of this library: $this" }.kotlin

/** The Java face of this barrier: always the same object, and [asKotlin] gives this one back. */
public fun KotlinBarrier.asJava(): Barrier = otherFace.orMake { JavaBarrier(this) }

/** The Kotlin face of this barrier: always the same object, and [asJava] gives this one back. */
public fun Barrier.asKotlin(): KotlinBarrier = requireNotNull(this as? JavaBarrier) { "not a barrier of this library: $this" }.kotlin

/** The Java face of this barrier: always the same object, and [asKotlin] gives this one back. */
public fun KotlinCyclicBarrier.asJava(): CyclicBarrier = otherFace.orMake { JavaCyclicBarrier(this) }

/** The Kotlin face of this barrier: always the same object, and [asJava] gives this one back. */
public fun CyclicBarrier.asKotlin(): KotlinCyclicBarrier =
    requireNotNull(this as? JavaCyclicBarrier) { "not a cyclic barrier of this library: $this" }.kotlin

/** The Java face of this limiter: always the same object, and [asKotlin] gives this one back. */
public fun KotlinRateLimiter.asJava(): RateLimiter = otherFace.orMake { JavaRateLimiter(this) }

/** The Kotlin face of this limiter: always the same object, and [asJava] gives this one back. */
public fun RateLimiter.asKotlin(): KotlinRateLimiter =
    requireNotNull(this as? JavaRateLimiter) { "not a rate limiter of this library: $this" }.kotlin

/** Makes what [io.duotone.sync] offers. */
internal object SyncObjects : SyncProvider {
    override fun event(): Event = KotlinEvent().asJava()

    override fun lock(): Lock = JavaLock(Mutex())

    override fun semaphore(permits: Int, limit: Int): Semaphore = JavaSemaphore(WeightedSemaphore(permits, limit))

    override fun readWriteLock(): ReadWriteLock = KotlinReadWriteLock().asJava()

    override fun barrier(parties: Int): Barrier = KotlinBarrier(parties).asJava()

    override fun cyclicBarrier(parties: Int, action: Runnable): CyclicBarrier = KotlinCyclicBarrier(parties, action::run).asJava()
}
