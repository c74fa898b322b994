package io.duotone.coroutines.facade

import io.duotone.Task
import io.duotone.coroutines.sync.WeightedSemaphore
import io.duotone.sync.Permit
import io.duotone.sync.Semaphore
import io.duotone.sync.SyncStatistics
import java.time.Duration
import java.util.Optional
import java.util.concurrent.Callable
import java.util.concurrent.CompletionStage
import kotlin.coroutines.Continuation
import kotlinx.coroutines.sync.Semaphore as KotlinSemaphore

/** The Java face of a semaphore: of one of ours, which gives several permits at once, or of one of kotlinx. */
internal class JavaSemaphore(val kotlin: KotlinSemaphore) :
    PermitSource(),
    Semaphore {
    private val weighted = kotlin as? WeightedSemaphore

    override fun acquire(permits: Int): Task<Permit> = takePermits(permits, null)

    override fun acquire(permits: Int, timeout: Duration): Task<Permit> = takePermits(permits, timeout)

    override fun tryAcquire(permits: Int): Optional<Permit> = tryPermits(permits)

    override fun orThrow(): Permit = permitOrThrow()

    override fun <T> with(body: Callable<out CompletionStage<out T>>): Task<T> = guarded("Semaphore.with", body)

    override fun release(permits: Int) {
        giveBack(permits)
    }

    override fun tryTake(permits: Int): Boolean {
        if (weighted != null) return weighted.tryAcquire(permits)
        requireOne(permits)
        return kotlin.tryAcquire()
    }

    override fun enqueue(permits: Int, continuation: Continuation<Any?>): Any? =
        if (weighted == null) ACQUIRE(kotlin, continuation) else ENQUEUE(weighted, permits, continuation)

    override suspend fun take(permits: Int) {
        if (weighted == null) kotlin.acquire() else weighted.acquire(permits)
    }

    override fun giveBack(permits: Int) {
        if (weighted != null) return weighted.release(permits)
        requireOne(permits)
        kotlin.release()
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
