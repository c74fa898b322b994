package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Coroutine
import io.duotone.Outcome
import io.duotone.Scope
import io.duotone.ScopeOptions
import io.duotone.ScopePolicy
import io.duotone.Task
import io.duotone.TaskOptions
import io.duotone.coroutines.withReason
import io.duotone.spi.Failures
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import java.util.concurrent.atomic.AtomicInteger

/**
 * The outcomes of coroutines in the order in which they end, kept for whoever asks.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | toCome | whoever has brought an outcome | same | atomic |
 * | scope, work | [start] | whoever closes | plain, before the iterator is handed out |
 */
internal class CompletedIterator<T>(runtime: JavaRuntime, count: Int) : BufferedIterator<Outcome<T>>(runtime) {
    private val toCome = AtomicInteger(count)
    private var scope: Job? = null
    private var work: Task<*>? = null

    fun start(scope: Scope, coroutines: List<Coroutine<out T>>): CompletedIterator<T> {
        this.scope = scope.javaScope.job
        if (coroutines.isEmpty()) noMore()
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
                    ended(Outcome.Success(value as T))
                }

                // Cancelled from outside, and with all the others: that is no outcome.
                cause is CancellationException && !inner.isActive -> Unit

                else -> ended(Outcome.Failure(cause))
            }
            null
        }
    }

    private fun ended(outcome: Outcome<T>) {
        bring(outcome)
        if (toCome.decrementAndGet() == 0) noMore()
    }

    /** A loop that is cancelled with the scope may close before the work has ended. */
    @OptIn(InternalCoroutinesApi::class)
    override fun failureOfClosed(): Throwable? = scope?.takeIf { it.isCancelled }?.getCancellationException()?.withReason()

    override fun stop() {
        work?.cancel(CLOSED)
    }

    override fun toCome(): String = ", $toCome to come"

    private companion object {
        val SUPERVISED: ScopeOptions = ScopeOptions.defaults().policy(ScopePolicy.SUPERVISE)
        val CONTAINED: TaskOptions = TaskOptions.defaults().contained()
        val CLOSED: CancelReason = CancelReason.of(CancelReason.Kind.SCOPE_CLOSED, "the iterator of its outcome was closed")
    }
}
