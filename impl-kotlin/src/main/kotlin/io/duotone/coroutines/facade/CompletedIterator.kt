package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Coroutine
import io.duotone.Outcome
import io.duotone.Scope
import io.duotone.ScopeOptions
import io.duotone.ScopePolicy
import io.duotone.Task
import io.duotone.TaskOptions
import io.duotone.coroutines.discardOutcome
import io.duotone.spi.Failures
import kotlinx.coroutines.CancellationException
import java.util.Optional

/**
 * The outcomes of coroutines in the order in which they end, kept for whoever asks.
 *
 * ```
 *                 all outcomes have come                    the last is taken
 *   COMING -----------------------------> ALL HAVE COME ---------------------> OVER
 *      |                                        |        close                   ^
 *      +----------------------------------------+---------------------------------+
 *                 close, or the work was cancelled
 * ```
 * No-ops: an outcome, and close, in OVER.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | outcomes, waiters | whoever brings, asks, or closes | same | this; there are never both |
 * | toCome | whoever has brought an outcome | whoever asks | this |
 * | isClosed, failure | the first to close | whoever brings, asks | this |
 * | work | [start] | [close] | plain, before the iterator is handed out |
 *
 * An outcome counts as to come until it has reached somebody: one that was meant for a cancelled waiter must find the others still waiting.
 */
internal class CompletedIterator<T>(runtime: JavaRuntime, private var toCome: Int) : ElementIterator<Outcome<T>>(runtime) {
    private val outcomes = ArrayDeque<Outcome<T>>()
    private val waiters = ArrayDeque<Waiter>()
    private var isClosed = false
    private var failure: Throwable? = null
    private var work: Task<*>? = null

    fun start(scope: Scope, coroutines: List<Coroutine<out T>>): CompletedIterator<T> {
        val work = scope.fork(SUPERVISED) { inner ->
            for (coroutine in coroutines) follow(inner, coroutine)
            Task.completed(null)
        }
        this.work = work
        work.handle { _, failure ->
            failure?.let { close(Failures.unwrap(it)) }
            null
        }
        return this
    }

    private fun <S : T> follow(inner: Scope, coroutine: Coroutine<S>) {
        inner.spawn(CONTAINED, coroutine).handle { value, failure ->
            val cause = failure?.let(Failures::unwrap)
            when {
                cause == null -> {
                    @Suppress("UNCHECKED_CAST")
                    bring(Outcome.Success(value as T))
                }

                // Cancelled from outside, and with all the others: that is no outcome.
                cause is CancellationException && !inner.isActive -> Unit

                else -> bring(Outcome.Failure(cause))
            }
            null
        }
    }

    private fun bring(outcome: Outcome<T>) {
        var waiter = waiterOrKeep(outcome, wasRefused = false)
        while (waiter != null && !waiter.gets(outcome)) waiter = waiterOrKeep(outcome, wasRefused = true)
        if (waiter != null) taken()
    }

    /** Null when nobody waits: then the outcome has been kept, or dropped. */
    private fun waiterOrKeep(outcome: Outcome<T>, wasRefused: Boolean): Waiter? {
        synchronized(this) {
            if (!isClosed) {
                waiters.removeFirstOrNull()?.let { return it }
                if (wasRefused) outcomes.addFirst(outcome) else outcomes.addLast(outcome)
                toCome--
                return null
            }
        }
        untaken(outcome)
        return null
    }

    private fun taken() {
        val inVain = synchronized(this) {
            if (--toCome > 0) return
            waiters.toList().also { waiters.clear() }
        }
        for (waiter in inVain) waiter.ends(null)
    }

    override fun next(): Task<Optional<Outcome<T>>> {
        val asked = Waiter()
        synchronized(this) {
            // Nobody can depend on it yet, so that completing it here runs no code of others.
            val outcome = outcomes.removeFirstOrNull()
            when {
                outcome != null -> asked.gets(outcome)
                isClosed || toCome == 0 -> asked.ends(failure)
                else -> waiters.addLast(asked)
            }
        }
        return asked
    }

    override fun close() {
        close(null)
        work?.cancel(CLOSED)
    }

    /** [failure]: why not all have come, for those who ask. */
    private fun close(failure: Throwable?) {
        val dropped: List<Outcome<T>>
        val inVain: List<Waiter>
        synchronized(this) {
            if (isClosed) return
            isClosed = true
            this.failure = failure
            dropped = outcomes.toList()
            outcomes.clear()
            inVain = waiters.toList()
            waiters.clear()
        }
        for (waiter in inVain) waiter.ends(failure)
        dropped.forEach(::untaken)
    }

    override fun untaken(element: Outcome<T>) {
        val failure = element.failure()
        runtime.kotlin.discardOutcome(if (failure == null) Result.success(element.orElseThrow()) else Result.failure(failure))
    }

    override fun toString(): String = synchronized(this) {
        "AsyncIterator(${outcomes.size} there, $toCome to come${if (isClosed) ", closed" else ""})"
    }

    private inner class Waiter : Task<Optional<Outcome<T>>>(runtime.executor(), null) {
        fun gets(outcome: Outcome<T>): Boolean = succeed(Optional.of(outcome))

        fun ends(failure: Throwable?): Boolean = if (failure == null) succeed(Optional.empty()) else fail(failure)

        override fun onCancel(reason: CancelReason) {
            synchronized(this@CompletedIterator) { waiters.remove(this) }
        }
    }

    private companion object {
        val SUPERVISED: ScopeOptions = ScopeOptions.defaults().policy(ScopePolicy.SUPERVISE)
        val CONTAINED: TaskOptions = TaskOptions.defaults().contained()
        val CLOSED: CancelReason = CancelReason.of(CancelReason.Kind.SCOPE_CLOSED, "the iterator of its outcome was closed")
    }
}
