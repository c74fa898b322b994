package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Outcome
import io.duotone.Task
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.discard
import io.duotone.coroutines.discardOutcome
import java.util.Optional

/**
 * Elements that somebody brings, kept for whoever asks, in their order.
 *
 * ```
 *            no more come                   the last is taken
 *   COMING --------------> ALL HAVE COME ----------------------> OVER
 *      |                         |             close               ^
 *      +-------------------------+---------------------------------+
 *                             close
 * ```
 * No-ops: close in OVER, no more in ALL HAVE COME and in OVER. An element that comes in OVER is dropped.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | elements, waiters | whoever brings, asks, or closes | same | this; where there are both, somebody is about to [serve] |
 * | inHand | whoever serves | same, whoever asks | this |
 * | hasEnded, failure, isUnheard | the first to end or close | whoever asks | this |
 * | isClosed | the first to close | any thread | this to write, volatile to read |
 *
 * An element is in hand until it has reached somebody: one that was meant for a cancelled waiter must find the others still waiting.
 */
internal abstract class BufferedIterator<E : Any>(runtime: JavaRuntime) :
    ElementIterator<E>(runtime),
    Runnable {
    private val elements = ArrayDeque<E>()
    private val waiters = ArrayDeque<Waiter>()
    private var inHand = 0
    private var hasEnded = false
    private var failure: Throwable? = null
    private var isUnheard = false

    @Volatile
    protected var isClosed: Boolean = false
        private set

    /** Somebody waits, whom what is there does not serve. */
    protected open fun asked() {}

    /** An element has reached somebody. */
    protected open fun taken() {}

    /** Ends whatever brings elements; called by each [close]. */
    protected abstract fun stop()

    /** Whether more wait than what is there can serve. */
    protected fun isAwaited(): Boolean = synchronized(this) { waiters.size > elements.size }

    /** How many elements are there that nobody has asked for. */
    protected fun kept(): Int = synchronized(this) { elements.size - waiters.size }

    protected fun bring(element: E) {
        val isWaitedFor = synchronized(this) {
            if (isClosed) return@synchronized null
            elements.addLast(element)
            waiters.isNotEmpty()
        }
        when (isWaitedFor) {
            null -> untaken(element)
            true -> serveOnRuntime()
            false -> {}
        }
    }

    /** What is there is still given; those who ask then get [failure], and without one the end. */
    protected fun noMore(failure: Throwable? = null) {
        val isTooLate: Boolean
        val isWaitedFor = synchronized(this) {
            if (hasEnded) return
            hasEnded = true
            isTooLate = isClosed
            if (!isTooLate) {
                this.failure = failure
                isUnheard = failure != null
            }
            waiters.isNotEmpty()
        }
        if (isWaitedFor) serveOnRuntime()
        if (isTooLate && failure != null) dropped(failure)
    }

    private fun dropped(failure: Throwable) {
        runtime.kotlin.discardOutcome(Result.failure<E>(failure))
    }

    /** What waits goes on on the runtime, when what it waits for comes from a foreign thread. */
    private fun serveOnRuntime() {
        val isOnRuntime = DuotoneRuntime.currentOrNull() === runtime.kotlin
        if (isOnRuntime || !runtime.kotlin.pool.submit(this)) serve()
    }

    final override fun run() {
        serve()
    }

    private fun serve() {
        while (true) {
            val waiter: Waiter
            val element: E?
            synchronized(this) {
                waiter = waiters.firstOrNull() ?: return
                element = elements.removeFirstOrNull()
                if (element != null) {
                    waiters.removeFirst()
                    inHand++
                }
            }
            if (element == null) return endIfOver()
            give(element, waiter)
        }
    }

    private fun give(element: E, waiter: Waiter) {
        val isTaken = waiter.gets(element)
        val isLost = synchronized(this) {
            inHand--
            if (!isTaken && !isClosed) elements.addFirst(element)
            !isTaken && isClosed
        }
        if (isTaken) taken()
        if (isLost) untaken(element)
    }

    private fun endIfOver() {
        val end: Throwable?
        val inVain: List<Waiter>
        synchronized(this) {
            if (!isOver()) return
            end = failure
            inVain = waiters.toList()
            waiters.clear()
            if (inVain.isNotEmpty()) isUnheard = false
        }
        val heard = inVain.count { it.ends(end) }
        if (heard == 0 && end != null && inVain.isNotEmpty()) unheard(end)
    }

    /** Those who were to get it have been cancelled meanwhile. */
    private fun unheard(end: Throwable) {
        val isTooLate = synchronized(this) {
            isUnheard = !isClosed
            isClosed
        }
        if (isTooLate) dropped(end)
    }

    private fun isOver() = isClosed || (hasEnded && inHand == 0 && elements.isEmpty())

    final override fun next(): Task<Optional<E>> {
        val asked = Waiter()
        var isTaken = false
        synchronized(this) {
            // Nobody can depend on it yet, so that completing it here runs no code of others.
            when {
                waiters.isEmpty() && elements.isNotEmpty() -> isTaken = asked.gets(elements.removeFirst())

                isOver() -> {
                    isUnheard = false
                    asked.ends(failure)
                }

                else -> waiters.addLast(asked)
            }
        }
        if (isTaken) {
            taken()
        } else if (!asked.isDone) {
            asked()
        }
        return asked
    }

    /** What those get who wait, or ask later, when the iterator is closed; null is the end. */
    protected open fun failureOfClosed(): Throwable? = null

    final override fun close() {
        close(failureOfClosed())
        stop()
    }

    /** [failure]: why not all have come, for those who ask. */
    protected fun close(failure: Throwable?) {
        val untaken: List<E>
        val inVain: List<Waiter>
        val unheard: Throwable?
        synchronized(this) {
            if (isClosed) return
            isClosed = true
            unheard = this.failure.takeIf { isUnheard }
            this.failure = failure
            untaken = elements.toList()
            elements.clear()
            inVain = waiters.toList()
            waiters.clear()
        }
        for (waiter in inVain) waiter.ends(failure)
        untaken.forEach(::untaken)
        if (unheard != null) dropped(unheard)
    }

    final override fun untaken(element: E) {
        val failure = (element as? Outcome<*>)?.failure()
        if (failure == null) runtime.kotlin.discard(element) else dropped(failure)
    }

    /** In words, after how many are there. */
    protected open fun toCome(): String = ""

    override fun toString(): String = synchronized(this) {
        "AsyncIterator(${elements.size} there${toCome()}${if (isClosed) ", closed" else ""})"
    }

    private inner class Waiter : Task<Optional<E>>(runtime.executor(), null) {
        fun gets(element: E): Boolean = succeed(Optional.of(element))

        fun ends(failure: Throwable?): Boolean = if (failure == null) succeed(Optional.empty()) else fail(failure)

        override fun onCancel(reason: CancelReason) {
            synchronized(this@BufferedIterator) { waiters.remove(this) }
        }
    }
}
