@file:JvmName("Locks")

package io.duotone.coroutines.facade

import io.duotone.coroutines.sync.WeightedSemaphore
import io.duotone.spi.SyncProvider
import io.duotone.sync.Event
import io.duotone.sync.Lock
import io.duotone.sync.Semaphore
import kotlinx.coroutines.sync.Mutex
import io.duotone.coroutines.sync.Event as KotlinEvent
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

/** Makes what [io.duotone.sync] offers. */
internal object SyncObjects : SyncProvider {
    override fun event(): Event = KotlinEvent().asJava()

    override fun lock(): Lock = JavaLock(Mutex())

    override fun semaphore(permits: Int, limit: Int): Semaphore = JavaSemaphore(WeightedSemaphore(permits, limit))
}
