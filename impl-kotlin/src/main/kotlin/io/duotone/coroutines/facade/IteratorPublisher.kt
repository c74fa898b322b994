package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Task
import io.duotone.spi.Failures
import java.util.Objects
import java.util.Optional
import java.util.concurrent.Flow
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicLong

/** The elements of an iterator for one subscriber. */
internal class IteratorPublisher<E : Any>(private val iterator: ElementIterator<E>) : Flow.Publisher<E> {
    private val isTaken = AtomicBoolean()

    override fun subscribe(subscriber: Flow.Subscriber<in E>) {
        Objects.requireNonNull(subscriber, "subscriber")
        if (!isTaken.getAndSet(true)) return IteratorSubscription(iterator, subscriber).begin()
        subscriber.onSubscribe(NoSubscription)
        subscriber.onError(IllegalStateException("this publisher has a subscriber: each element goes to one, so it can have no other"))
    }

    private object NoSubscription : Flow.Subscription {
        override fun request(n: Long) {}

        override fun cancel() {}
    }
}

/**
 * One subscriber and what it has asked for. News is demand, a cancellation, an element that has come: so the subscriber is called by one at
 * a time, and a request from within `onNext` does not recurse.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | demand | the requester, the loop | the loop | atomic |
 * | isCancelled, badDemand | the subscriber | the loop | volatile, before news |
 * | subscriber, asked | the loop | the loop | plain, news publishes them; no subscriber: it is over |
 */
internal class IteratorSubscription<E : Any>(private val iterator: ElementIterator<E>, private var subscriber: Flow.Subscriber<in E>?) :
    // The beginning is news, too: nothing else happens before onSubscribe has returned.
    NewsLoop(1),
    Flow.Subscription {
    private val demand = AtomicLong()

    @Volatile
    private var isCancelled = false

    @Volatile
    private var badDemand: Long? = null
    private var asked: Task<Optional<E>>? = null

    fun begin() {
        tell { it.onSubscribe(this) }
        goThrough()
    }

    override fun request(n: Long) {
        if (n > 0) demand.getAndUpdate { if (it + n < 0) Long.MAX_VALUE else it + n } else badDemand = n
        hasNews()
    }

    override fun cancel() {
        isCancelled = true
        iterator.close()
        hasNews()
    }

    override fun advance(): Boolean {
        if (subscriber == null) return false
        val arrived = asked
        val bad = badDemand
        when {
            isCancelled -> over()

            bad != null -> over { it.onError(badDemand(bad)) }

            arrived == null -> {
                if (demand.get() == 0L) return false
                ask()
            }

            !arrived.isDone -> return false

            else -> {
                asked = null
                arrived(arrived)
            }
        }
        return true
    }

    private fun ask() {
        val asked = iterator.next()
        this.asked = asked
        if (asked.isDone) return
        asked.handle { _, _ ->
            hasNews()
            null
        }
    }

    private fun arrived(asked: Task<Optional<E>>) {
        val element = try {
            asked.join().orElse(null) ?: return over { it.onComplete() }
        } catch (failure: Throwable) {
            return over { it.onError(Failures.unwrap(failure)) }
        }
        demand.getAndUpdate { if (it == Long.MAX_VALUE) it else it - 1 }
        tell { it.onNext(element) }
    }

    /** Lets go of the subscriber and of what has come for it, with a last word. */
    private inline fun over(lastWord: (Flow.Subscriber<in E>) -> Unit = {}) {
        iterator.close()
        // Cancelled first: an element that is on its way to the wait is then refused there, and not lost here.
        asked?.let { if (!it.cancel(NO_MORE) && !it.isCompletedExceptionally) it.join().ifPresent(iterator::untaken) }
        asked = null
        tell(lastWord)
        subscriber = null
    }

    private inline fun tell(signal: (Flow.Subscriber<in E>) -> Unit) {
        try {
            signal(subscriber ?: return)
        } catch (failure: Throwable) {
            subscriber = null
            iterator.close()
            iterator.runtime.kotlin.reportUncaught("a subscriber, which must not throw", failure)
        }
    }

    private fun badDemand(n: Long) =
        IllegalArgumentException("$n elements were requested: request at least 1, or cancel the subscription to get no more (rule 3.9)")

    private companion object {
        val NO_MORE: CancelReason = CancelReason.of(CancelReason.Kind.SCOPE_CLOSED, "the subscription it was for has ended")
    }
}
