package io.duotone.coroutines.sync

import io.duotone.coroutines.OtherFace
import io.duotone.coroutines.context.checkpoint
import io.duotone.sync.SyncStatistics
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration

/**
 * Where those who hold a mutex wait for what others will do under it (row C20).
 *
 * ```kotlin
 * val mutex = Mutex()
 * val notEmpty = Condition(mutex)
 * suspend fun take(): Job = mutex.withLock {
 *     while (jobs.isEmpty()) notEmpty.await()
 *     jobs.removeFirst()
 * }
 * suspend fun put(job: Job) = mutex.withLock { jobs += job; notEmpty.signal() }
 * ```
 * A wait ends by a signal alone, but between the signal and the end of the wait others may have had the mutex: look again, in a loop.
 *
 * **Cancellation**: a cancelled wait holds the mutex again when it throws. A signal for somebody who was cancelled goes to the next.
 *
 * **Errors**: all but [toString] and [statistics] throw [IllegalStateException] when the mutex is not held. Whether it is the caller who
 * holds it is not known, unless it was locked with an [owner].
 *
 * **Threads**: all members may be used from any thread.
 *
 * **Memory**: as with the mutex.
 *
 * **Fairness**: a signal is for whoever has waited longest; it then waits for the mutex like all others.
 *
 * @param owner what the mutex is locked with by those who wait; usually nothing
 */
public class Condition @JvmOverloads constructor(public val mutex: Mutex, private val owner: Any? = null) {
    private val waiters = Waiters()
    internal val otherFace = OtherFace()

    /**
     * Gives the mutex back, waits for a signal, and returns with the mutex held again. Between giving it back and waiting no signal is
     * missed.
     *
     * **Cancellation**: looked at first; later, see the class.
     */
    public suspend fun await() {
        awaitSignal { waiters.enqueue(it) }
    }

    /**
     * As [await], at most for [timeout]; false when no signal came in that time. To get the mutex again may take longer.
     *
     * @param timeout zero or less: returns at once, and keeps the mutex; rounded up to milliseconds
     */
    public suspend fun await(timeout: Duration): Boolean {
        var isSignalled = false
        awaitSignal { wait ->
            try {
                withTimeoutOrNull(timeout) {
                    waiters.enqueue(wait)
                    isSignalled = true
                }
            } catch (cancelled: CancellationException) {
                if (isSignalled) waiters.signal(1)
                throw cancelled
            }
        }
        return isSignalled
    }

    private suspend inline fun awaitSignal(wait: (Wait) -> Unit) {
        checkHeld()
        checkpoint()
        val own = Wait()
        try {
            wait(own)
        } finally {
            if (own.gaveBack) lockAgain()
        }
    }

    private suspend fun lockAgain() {
        if (!mutex.tryLock(owner)) withContext(NonCancellable) { mutex.lock(owner) }
    }

    /** Ends the wait of whoever has waited longest. Returns whether somebody waited. */
    public fun signal(): Boolean {
        checkHeld()
        return waiters.signal(1) > 0
    }

    /** Ends all waits. Returns how many there were. */
    public fun signalAll(): Int {
        checkHeld()
        return waiters.signal(Int.MAX_VALUE)
    }

    private fun checkHeld() {
        check(if (owner == null) mutex.isLocked else mutex.holdsLock(owner)) {
            "the mutex of a condition must be held to wait for it or to signal it, and it is not: do so inside of withLock"
        }
    }

    /** How many wait for a signal; nobody holds a condition. */
    public fun statistics(): SyncStatistics = SyncStatistics(0, waiters.waitingNow())

    override fun toString(): String = "Condition(${waiters.waitingNow()} waiting)"

    private class Wait {
        var gaveBack = false
    }

    private inner class Waiters : WaitQueue<Wait>() {
        /** Those not passed on yet; there are none between two changes. */
        private var signals = 0

        fun signal(atMost: Int): Int = change { minOf(atMost, waiting).also { signals += it } }

        override fun take(request: Wait): Boolean = (signals > 0).also { if (it) signals-- }

        override fun putBack(request: Wait) {
            if (waiting > 0) signals++
        }

        override fun queued(request: Wait) {
            mutex.unlock(owner)
            request.gaveBack = true
        }
    }
}
