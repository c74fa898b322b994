@file:JvmName("Publishers")

package io.duotone.coroutines.facade

import io.duotone.coroutines.runtimeOf
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.FlowCollector
import java.util.Objects
import java.util.concurrent.Flow
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.coroutineContext
import kotlinx.coroutines.flow.Flow as KotlinFlow

/**
 * The elements of this publisher, by the rules of Reactive Streams (row C22). Cold: each collection subscribes anew. At most [batch] elements
 * are requested ahead of the collector, and more whenever half of them have been taken: so a publisher that is faster waits.
 *
 * ```kotlin
 * publisher.asFlow().filter { it.isOpen }.collect(::show)
 * ```
 *
 * **Cancellation**: of the collector, cancels the subscription; so does a collector that stops early, by `first()` or by throwing. What has
 * come and was not taken is dropped: a value that is [AutoCloseable] is closed.
 *
 * **Errors**: the failure of the publisher, after the elements that came before it. A publisher that sends more than was requested, or
 * throws where it must not, is cancelled and counts as failed. [IllegalArgumentException] when [batch] is less than 1.
 *
 * **Threads**: the collector goes on on its own dispatcher, whatever thread the publisher sends from.
 */
public fun <T : Any> Flow.Publisher<T>.asFlow(batch: Int = DEFAULT_BATCH): KotlinFlow<T> {
    require(batch >= 1) { "a batch of $batch: at least 1 element has to be requested at a time" }
    return PublisherFlow(this, batch)
}

/**
 * A publisher of the elements of this flow, by the rules of Reactive Streams (row C22). Each subscriber collects the flow anew: the collection
 * begins with its first request, and `emit` suspends while there is no demand. The end is found in the same way, so that a subscriber hears
 * of it when it wants one more.
 *
 * **Cancellation**: by the subscriber, cancels the collection with a reason of kind
 * [SCOPE_CLOSED][io.duotone.CancelReason.Kind.SCOPE_CLOSED]. A runtime that is closed is an error of the stream, not its end.
 *
 * **Errors**: a failure of the flow is given to the subscriber; one that comes when the subscriber has cancelled, to the uncaught handler. A
 * request for zero elements or fewer cancels the collection and gives the subscriber an [IllegalArgumentException]. A subscriber that throws
 * is taken for cancelled, and what it threw goes to the uncaught handler. [IllegalArgumentException] when [context] has a job: a collection
 * lives as long as its subscription.
 *
 * **Threads**: the flow is collected, and the subscriber called, never by two at a time, on the runtime of the dispatcher in [context],
 * without one on that of the calling thread, and outside of any on the shared one. The flow sees the elements of [context], and the context
 * values of the code that subscribes.
 */
public fun <T : Any> KotlinFlow<T>.asPublisher(context: CoroutineContext = EmptyCoroutineContext): Flow.Publisher<T> {
    require(context[Job] == null) {
        "a publisher's collections end with their subscriptions, not with a job: leave it out with minusKey(Job)"
    }
    return FlowPublisher(this, runtimeOf(context).javaFace, context)
}

private const val DEFAULT_BATCH = 64

private class PublisherFlow<T : Any>(private val publisher: Flow.Publisher<T>, private val batch: Int) : KotlinFlow<T> {
    override suspend fun collect(collector: FlowCollector<T>) {
        val runtime = runtimeOf(coroutineContext).javaFace
        PublisherIterator<T>(runtime, batch).subscribedTo(publisher).use { elements ->
            while (true) collector.emit(elements.nextOrNull() ?: return)
        }
    }
}

private class FlowPublisher<T : Any>(
    private val flow: KotlinFlow<T>,
    private val runtime: JavaRuntime,
    private val context: CoroutineContext,
) : Flow.Publisher<T> {
    override fun subscribe(subscriber: Flow.Subscriber<in T>) {
        Objects.requireNonNull(subscriber, "subscriber")
        IteratorSubscription(FlowIterator(runtime, flow, context), subscriber).begin()
    }
}
