package io.duotone.coroutines.facade

import io.duotone.Task
import io.duotone.WouldBlockException
import io.duotone.coroutines.sync.within
import io.duotone.sync.Lock
import io.duotone.sync.Permit
import io.duotone.sync.SyncStatistics
import kotlinx.coroutines.sync.Mutex
import java.time.Duration
import java.util.Optional
import java.util.concurrent.Callable
import java.util.concurrent.CompletionStage
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.Continuation
import kotlin.coroutines.intrinsics.startCoroutineUninterceptedOrReturn
import kotlin.time.toKotlinDuration

/** The Java face of a mutex. */
internal class JavaLock(val kotlin: Mutex) :
    Lock,
    PermitSource {
    override val waiting = AtomicInteger()

    override fun acquire(): Task<Permit> {
        val task = PermitTask(currentFace(), this, 1)
        if (kotlin.tryLock()) task.returned(Unit) else task.waitFor { LOCK(kotlin, null, it) }
        return task.asPermit()
    }

    override fun acquire(timeout: Duration): Task<Permit> {
        val limit = timeout.toKotlinDuration()
        val call: suspend () -> Any? = { within(limit, this, { kotlin.tryLock() }, { kotlin.lock() }, { kotlin.unlock() }) }
        return PermitTask(currentFace(), this, 1).apply { waitFor { call.startCoroutineUninterceptedOrReturn(it) } }.asPermit()
    }

    override fun tryAcquire(): Optional<Permit> = if (kotlin.tryLock()) Optional.of(HeldPermit(this, 1)) else Optional.empty()

    override fun orThrow(): Permit =
        tryAcquire().orElseThrow { WouldBlockException("cannot take a lock that is held: acquire() waits for it. It is $this") }

    override fun <T> with(body: Callable<out CompletionStage<out T>>): Task<T> =
        guarded("Lock.with", body, { kotlin.lock() }, { kotlin.unlock() })

    override fun isHeld(): Boolean = kotlin.isLocked

    override fun giveBack(permits: Int) {
        kotlin.unlock()
    }

    override fun statistics(): SyncStatistics = SyncStatistics(if (kotlin.isLocked) 1 else 0, waiting.get())

    override fun toString(): String = "Lock(${if (kotlin.isLocked) "held, ${waiting.get()} waiting" else "free"})"

    private companion object {
        val LOCK: (Mutex, Any?, Continuation<Any?>) -> Any? = binary<Mutex, Any?, Any?>(Mutex::lock)
    }
}
