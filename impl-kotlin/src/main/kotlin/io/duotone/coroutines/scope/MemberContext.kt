package io.duotone.coroutines.scope

import kotlinx.coroutines.Job
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext

/**
 * The context of the members of a group: that of the group, laid out so that what each wait of each member looks up, the job and the
 * dispatcher, is found at once and without a check against an interface. Before JDK 23 such a check writes to a cache in the class of what
 * is checked when the last one was against another interface, and the workers would do that to the same few classes all the time.
 */
internal class MemberContext(private val whole: CoroutineContext) : CoroutineContext {
    private val elements: Array<CoroutineContext.Element> =
        whole.fold(emptyList<CoroutineContext.Element>()) { found, element -> found + element }.toTypedArray()
    private val job: CoroutineContext.Element? = whole[Job]
    private val interceptor: CoroutineContext.Element? = whole[ContinuationInterceptor]

    @Suppress("UNCHECKED_CAST")
    override fun <E : CoroutineContext.Element> get(key: CoroutineContext.Key<E>): E? = when {
        key === Job -> job as E?
        key === ContinuationInterceptor -> interceptor as E?
        else -> whole[key]
    }

    override fun <R> fold(initial: R, operation: (R, CoroutineContext.Element) -> R): R {
        var result = initial
        for (element in elements) result = operation(result, element)
        return result
    }

    override fun plus(context: CoroutineContext): CoroutineContext = whole + context

    override fun minusKey(key: CoroutineContext.Key<*>): CoroutineContext = whole.minusKey(key)

    override fun toString(): String = whole.toString()
}
