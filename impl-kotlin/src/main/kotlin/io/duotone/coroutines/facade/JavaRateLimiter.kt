package io.duotone.coroutines.facade

import io.duotone.Task
import io.duotone.coroutines.sync.RateLimiter.Request
import io.duotone.sync.RateLimiter
import io.duotone.sync.SyncStatistics
import java.time.Duration
import kotlin.coroutines.Continuation
import kotlin.time.toJavaDuration
import kotlin.time.toKotlinDuration
import io.duotone.coroutines.sync.RateLimiter as KotlinRateLimiter

/** The Java face of a rate limiter; one for each, kept by the limiter itself. */
internal class JavaRateLimiter(val kotlin: KotlinRateLimiter) : RateLimiter {
    override fun permits(): Int = kotlin.permits

    override fun per(): Duration = kotlin.per.toJavaDuration()

    override fun burst(): Int = kotlin.burst

    override fun acquire(permits: Int): Task<Void?> = acquire(kotlin.request(permits))

    override fun acquire(permits: Int, timeout: Duration): Task<Void?> = acquire(kotlin.request(permits, timeout.toKotlinDuration()))

    private fun acquire(request: Request): Task<Void?> {
        val face = kotlin.runtime.javaFace
        if (kotlin.tryTake(request)) return face.done
        return RateTask(face, kotlin, request).also { task -> task.waitFor { ENQUEUE(kotlin, request, it) } }.asVoid()
    }

    override fun tryAcquire(permits: Int): Boolean = kotlin.tryAcquire(permits)

    override fun orThrow(permits: Int) {
        kotlin.acquireOrThrow(permits)
    }

    override fun available(): Int = kotlin.available

    override fun statistics(): SyncStatistics = kotlin.statistics()

    override fun toString(): String = kotlin.toString()

    private companion object {
        val ENQUEUE: (KotlinRateLimiter, Request, Continuation<Any?>) -> Any? =
            binary<KotlinRateLimiter, Request, Any?>(KotlinRateLimiter::enqueue)
    }
}

/** A wait for permits, which are given back when they come for a task that has been cancelled. */
private class RateTask(face: JavaRuntime, private val limiter: KotlinRateLimiter, private val request: Request) : WaitTask(face) {
    override fun completeWith(value: Any): Boolean = succeed(null)

    override fun giveBack(value: Any) {
        limiter.giveBack(request)
    }
}
