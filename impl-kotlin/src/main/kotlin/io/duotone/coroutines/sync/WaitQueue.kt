@file:OptIn(InternalCoroutinesApi::class)

package io.duotone.coroutines.sync

import io.duotone.coroutines.context.checkpoint
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.suspendCancellableCoroutine

/**
 * Coroutines that wait for something, first come, first served: nobody gets anything while somebody waits who came before. What there is
 * to get, a subclass knows; it changes that only within [change], which afterwards serves whoever can be served. Whether a coroutine is
 * served or cancelled is settled under the lock, so that nothing is on its way to one that has been cancelled; it is resumed outside.
 *
 * ```
 *            cannot be served yet              first, and can be served
 *   new -----------------------------> queued ---------------------------> served ------> goes on with what it took
 *     |                                  |                                   |
 *     | can be served, nobody before     | cancelled                         | cancelled before it went on
 *     +-------------> served             +------> left, those behind         +------> what it took is put back,
 *                                                 it may be served                    those who wait may be served
 * ```
 * No-ops: a cancellation of one that has been served and went on, or has left.
 *
 * | field | written by | read by | guard |
 * |---|---|---|---|
 * | first, last, waiting, links of a waiter, the state of a subclass | whoever waits, leaves, changes | same | this |
 *
 * **Memory**: what was done before a [change] happens-before whoever is served by it goes on.
 */
internal abstract class WaitQueue<R : Any> {
    private var first: Waiter<R>? = null
    private var last: Waiter<R>? = null

    /** How many wait. Under the lock. */
    protected var waiting: Int = 0
        private set

    /** How many wait, for whoever does not hold the lock. */
    fun waitingNow(): Int = synchronized(this) { waiting }

    /** Takes what is asked for when it is there. Under the lock. */
    protected abstract fun take(request: R): Boolean

    /** Takes back what a cancelled coroutine was served. Under the lock. */
    protected abstract fun putBack(request: R)

    /** Before somebody is queued, under the lock. What it throws refuses the request, and is what the coroutine gets. */
    protected open fun joins(request: R) {}

    /** Somebody has been queued and not gone on yet; outside of the lock. What it throws takes the request back, as with [joins]. */
    protected open fun queued(request: R) {}

    /** Somebody has left the queue, served or cancelled; under the lock. */
    protected open fun left(request: R) {}

    /** After each change, under the lock, with what the first waiter asks for; null when nobody waits. */
    protected open fun nextIs(request: R?) {}

    /** After each change, outside of the lock. */
    protected open fun changed() {}

    /** Takes what is asked for, if it is there and nobody waits. */
    fun tryTake(request: R): Boolean = synchronized(this) { first == null && take(request) }

    /** Takes what is asked for, in its turn. */
    suspend fun awaitTurn(request: R) {
        checkpoint()
        if (!tryTake(request)) enqueue(request)
    }

    /**
     * As [awaitTurn] when [tryTake] was in vain. Has no coroutine of its own, which it would have if it returned nothing: the caller's
     * continuation is what waits.
     */
    suspend fun enqueue(request: R): Any = suspendCancellableCoroutine { continuation ->
        val waiter = Waiter(this, request, continuation)
        try {
            if (isServedAtOnce(waiter)) {
                waiter.completeResume()
            } else {
                continuation.invokeOnCancellation(waiter)
                queued(request)
            }
        } catch (refusal: Throwable) {
            // Also takes it out of the queue; without it the job would remember a wait that never was.
            continuation.cancel(refusal)
            throw refusal
        }
    }

    private fun isServedAtOnce(waiter: Waiter<R>): Boolean = synchronized(this) {
        if (first == null && take(waiter.request)) {
            if (waiter.tryResume()) return true
            putBack(waiter.request)
        }
        joins(waiter.request)
        addLast(waiter)
        nextIs(first?.request)
        return false
    }

    /** Changes what there is to get, under the lock, and serves whoever can be served then. */
    inline fun <T> change(block: () -> T): T {
        val result: T
        val served: Waiter<R>?
        synchronized(this) {
            result = block()
            served = serve()
        }
        resume(served)
        changed()
        return result
    }

    /** Ends all waits with [cause]. */
    fun cancelAll(cause: CancellationException) {
        val all = ArrayList<Waiter<R>>()
        synchronized(this) {
            while (true) all += removeFirst() ?: break
            nextIs(null)
        }
        for (waiter in all) waiter.cancel(cause)
    }

    /** Those who can be served, linked in their order. */
    fun serve(): Waiter<R>? {
        var head: Waiter<R>? = null
        var tail: Waiter<R>? = null
        while (true) {
            val next = first ?: break
            if (!take(next.request)) break
            remove(next)
            if (!next.tryResume()) {
                putBack(next.request)
                continue
            }
            if (tail == null) head = next else tail.next = next
            tail = next
        }
        nextIs(first?.request)
        return head
    }

    fun resume(served: Waiter<R>?) {
        var waiter = served
        while (waiter != null) {
            val next = waiter.next
            waiter.next = null
            waiter.completeResume()
            waiter = next
        }
    }

    private fun leave(waiter: Waiter<R>) {
        change { if (waiter.isQueued) remove(waiter) }
    }

    private fun addLast(waiter: Waiter<R>) {
        waiter.isQueued = true
        waiter.previous = last
        val before = last
        if (before == null) first = waiter else before.next = waiter
        last = waiter
        waiting++
    }

    private fun removeFirst(): Waiter<R>? = first?.also(::remove)

    private fun remove(waiter: Waiter<R>) {
        val before = waiter.previous
        val after = waiter.next
        if (before == null) first = after else before.next = after
        if (after == null) last = before else after.previous = before
        waiter.previous = null
        waiter.next = null
        waiter.isQueued = false
        waiting--
        left(waiter.request)
    }

    /** Somebody who waits; what it is called with is that its coroutine was cancelled. */
    class Waiter<R : Any>(
        private val queue: WaitQueue<R>,
        val request: R,
        private val continuation: CancellableContinuation<Any>,
    ) : (Throwable?) -> Unit {
        var previous: Waiter<R>? = null
        var next: Waiter<R>? = null
        var isQueued: Boolean = false

        private var resumption: Any? = null

        /** Settles that it goes on; false when it has been cancelled. Under the lock: it calls nobody. */
        fun tryResume(): Boolean {
            resumption = continuation.tryResume(Unit, null) { _, _, _ -> queue.change { queue.putBack(request) } }
            return resumption != null
        }

        /** After [tryResume], outside of the lock. */
        fun completeResume() {
            continuation.completeResume(checkNotNull(resumption))
        }

        fun cancel(cause: CancellationException) {
            continuation.cancel(cause)
        }

        override fun invoke(cause: Throwable?) {
            queue.leave(this)
        }
    }
}
