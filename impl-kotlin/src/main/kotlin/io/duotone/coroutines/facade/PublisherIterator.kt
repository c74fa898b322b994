package io.duotone.coroutines.facade

import java.util.Objects
import java.util.concurrent.Flow
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger

/**
 * The elements of a publisher, of which at most [batch] have been requested and not been taken.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | isSubscribed | the first onSubscribe | the others | atomic |
 * | calls | see its class | | |
 */
internal class PublisherIterator<E : Any>(runtime: JavaRuntime, private val batch: Int) :
    BufferedIterator<E>(runtime),
    Flow.Subscriber<E> {
    private val isSubscribed = AtomicBoolean()
    private val calls = SubscriptionCalls(batch, ::broken)

    fun subscribedTo(publisher: Flow.Publisher<out E>): PublisherIterator<E> {
        try {
            // A publisher of E is one of its subtypes: it hands elements out and takes none.
            @Suppress("UNCHECKED_CAST")
            (publisher as Flow.Publisher<E>).subscribe(this)
        } catch (failure: Throwable) {
            broken(failure)
        }
        return this
    }

    override fun onSubscribe(subscription: Flow.Subscription) {
        Objects.requireNonNull(subscription, "subscription")
        if (isSubscribed.getAndSet(true)) subscription.cancel() else calls.begin(subscription)
    }

    override fun onNext(element: E) {
        Objects.requireNonNull(element, "element")
        if (kept() < batch) return bring(element)
        untaken(element)
        broken(IllegalStateException("the publisher sends more than was requested, at most $batch elements ahead (rule 1.1)"))
    }

    override fun onError(failure: Throwable) {
        Objects.requireNonNull(failure, "failure")
        calls.end()
        noMore(failure)
    }

    override fun onComplete() {
        calls.end()
        noMore()
    }

    private fun broken(failure: Throwable) {
        noMore(failure)
        calls.leave()
    }

    override fun taken() {
        calls.taken()
    }

    override fun stop() {
        calls.leave()
    }
}

/**
 * What a subscriber asks of its subscription, one call at a time (rule 2.7): the first batch, more when half of it has been taken, and the
 * cancellation. What the subscription throws, which must not, is told to [broken].
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | subscription | begin; the loop (null at the end) | the loop | volatile |
 * | due | those who take; the loop | the loop | atomic |
 * | hasEnded, hasLeft | whoever ends | the loop | volatile, before news |
 */
private class SubscriptionCalls(batch: Int, private val broken: (Throwable) -> Unit) : NewsLoop(0) {
    private val enough = batch - batch / 2
    private val due = AtomicInteger(batch)

    @Volatile
    private var subscription: Flow.Subscription? = null

    @Volatile
    private var hasEnded = false

    @Volatile
    private var hasLeft = false

    fun begin(subscription: Flow.Subscription) {
        this.subscription = subscription
        hasNews()
    }

    fun taken() {
        if (due.incrementAndGet() >= enough) hasNews()
    }

    /** The publisher has ended: there is nothing to ask it any more. */
    fun end() {
        hasEnded = true
        hasNews()
    }

    fun leave() {
        hasLeft = true
        hasNews()
    }

    override fun advance(): Boolean {
        val subscription = subscription ?: return false
        when {
            hasEnded -> this.subscription = null

            hasLeft -> {
                this.subscription = null
                call { subscription.cancel() }
            }

            due.get() >= enough -> call { subscription.request(due.getAndSet(0).toLong()) }

            else -> return false
        }
        return true
    }

    private inline fun call(signal: () -> Unit) {
        try {
            signal()
        } catch (failure: Throwable) {
            broken(failure)
        }
    }
}
