package io.duotone.coroutines.facade

import io.duotone.Task
import io.duotone.sync.Condition
import io.duotone.sync.Lock
import io.duotone.sync.Permit
import io.duotone.sync.SyncStatistics
import kotlinx.coroutines.sync.Mutex
import java.time.Duration
import java.util.Optional
import java.util.concurrent.Callable
import java.util.concurrent.CompletionStage
import kotlin.coroutines.Continuation
import io.duotone.coroutines.sync.Condition as KotlinCondition

/** What locks have in common. */
internal abstract class AnyLock(private val name: String) :
    PermitSource(),
    Lock {
    final override fun acquire(): Task<Permit> = takePermits(1, null)

    final override fun acquire(timeout: Duration): Task<Permit> = takePermits(1, timeout)

    final override fun tryAcquire(): Optional<Permit> = tryPermits(1)

    final override fun orThrow(): Permit = permitOrThrow()

    final override fun <T> with(body: Callable<out CompletionStage<out T>>): Task<T> = guarded("$name.with", body)

    final override fun awaitFree(): Task<Void?> = passThrough()
}

/** The Java face of a mutex. */
internal class JavaLock(val kotlin: Mutex) : AnyLock("Lock") {
    override fun tryTake(permits: Int): Boolean = kotlin.tryLock()

    override fun enqueue(permits: Int, continuation: Continuation<Any?>): Any? = LOCK(kotlin, null, continuation)

    override suspend fun take(permits: Int) {
        kotlin.lock()
    }

    override fun giveBack(permits: Int) {
        kotlin.unlock()
    }

    override fun condition(): Condition = KotlinCondition(kotlin).asJava()

    override fun isHeld(): Boolean = kotlin.isLocked

    override fun statistics(): SyncStatistics = SyncStatistics(if (kotlin.isLocked) 1 else 0, waiting.get())

    override fun toString(): String = "Lock(${if (kotlin.isLocked) "held, ${waiting.get()} waiting" else "free"})"

    private companion object {
        val LOCK: (Mutex, Any?, Continuation<Any?>) -> Any? = binary<Mutex, Any?, Any?>(Mutex::lock)
    }
}
