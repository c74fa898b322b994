package io.duotone.coroutines.facade

import io.duotone.Task
import io.duotone.WouldBlockException
import io.duotone.coroutines.sync.WeightedSemaphore
import io.duotone.coroutines.sync.within
import io.duotone.sync.Permit
import io.duotone.sync.Semaphore
import io.duotone.sync.SyncStatistics
import java.time.Duration
import java.util.Optional
import java.util.concurrent.Callable
import java.util.concurrent.CompletionStage
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.Continuation
import kotlin.coroutines.intrinsics.startCoroutineUninterceptedOrReturn
import kotlin.time.toKotlinDuration
import kotlinx.coroutines.sync.Semaphore as KotlinSemaphore

/** The Java face of a semaphore: of one of ours, which gives several permits at once, or of one of kotlinx. */
internal class JavaSemaphore(val kotlin: KotlinSemaphore) :
    Semaphore,
    PermitSource {
    private val weighted = kotlin as? WeightedSemaphore
    override val waiting = AtomicInteger()

    override fun acquire(permits: Int): Task<Permit> {
        val task = PermitTask(currentFace(), this, permits)
        when {
            tryTake(permits) -> task.returned(Unit)
            weighted == null -> task.waitFor { ACQUIRE(kotlin, it) }
            else -> task.waitFor { ENQUEUE(weighted, permits, it) }
        }
        return task.asPermit()
    }

    override fun acquire(permits: Int, timeout: Duration): Task<Permit> {
        val limit = timeout.toKotlinDuration()
        val call: suspend () -> Any? = {
            within(limit, this, { tryTake(permits) }, { weighted?.acquire(permits) ?: kotlin.acquire() }, { giveBack(permits) })
        }
        return PermitTask(currentFace(), this, permits).apply { waitFor { call.startCoroutineUninterceptedOrReturn(it) } }.asPermit()
    }

    override fun tryAcquire(permits: Int): Optional<Permit> =
        if (tryTake(permits)) Optional.of(HeldPermit(this, permits)) else Optional.empty()

    override fun orThrow(): Permit =
        tryAcquire().orElseThrow { WouldBlockException("cannot take a permit without waiting: acquire() waits for it. It is $this") }

    override fun <T> with(body: Callable<out CompletionStage<out T>>): Task<T> =
        guarded("Semaphore.with", body, { kotlin.acquire() }, { kotlin.release() })

    override fun release(permits: Int) {
        giveBack(permits)
    }

    override fun giveBack(permits: Int) {
        if (weighted != null) return weighted.release(permits)
        requireOne(permits)
        kotlin.release()
    }

    private fun tryTake(permits: Int): Boolean {
        if (weighted != null) return weighted.tryAcquire(permits)
        requireOne(permits)
        return kotlin.tryAcquire()
    }

    private fun requireOne(permits: Int) {
        require(permits >= 1) { "$permits permits: it must be at least 1" }
        if (permits > 1) {
            throw UnsupportedOperationException(
                "a semaphore of kotlinx gives its permits one by one, not $permits at once: use Semaphore.create"
            )
        }
    }

    override fun available(): Int = kotlin.availablePermits

    override fun statistics(): SyncStatistics = weighted?.statistics() ?: SyncStatistics(0, waiting.get())

    override fun toString(): String = weighted?.toString() ?: "Semaphore(${available()} permits free, ${waiting.get()} waiting)"

    private companion object {
        val ACQUIRE: (KotlinSemaphore, Continuation<Any?>) -> Any? = unary<KotlinSemaphore, Any?>(KotlinSemaphore::acquire)
        val ENQUEUE: (WeightedSemaphore, Int, Continuation<Any?>) -> Any? = binary<WeightedSemaphore, Int, Any?>(WeightedSemaphore::enqueue)
    }
}
