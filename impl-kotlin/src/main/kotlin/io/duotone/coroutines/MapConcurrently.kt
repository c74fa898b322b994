@file:JvmName("Mapping")

package io.duotone.coroutines

import io.duotone.coroutines.scope.Failures
import io.duotone.coroutines.scope.LightGroup
import kotlinx.coroutines.ensureActive
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.coroutineContext

/**
 * Calls [transform] for each element at the same time and gives the results in the order of the elements, a list in any case (row T19).
 *
 * **Cancellation**: cancels every call; those not begun yet do not begin.
 *
 * **Errors**: all calls run to their end even when some fail; then the first failure is thrown, the others are suppressed in it (rows T11,
 * C3).
 *
 * @param limit the most calls that run at a time; at least 1
 */
public suspend fun <A, B> Iterable<A>.mapConcurrently(limit: Int = Int.MAX_VALUE, transform: suspend (A) -> B): List<B> {
    require(limit >= 1) { "limit is $limit: at least 1 call must run at a time" }
    val elements = if (this is Collection<A>) this else toList()
    if (limit >= elements.size) return LightGroup.run(elements.map { element -> suspend { transform(element) } })
    return LimitedMap(elements.toList(), transform).run(limit)
}

/**
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | next | the lanes | same | atomic |
 * | results[i] | the lane that took i | the caller | plain, published by the end of the group |
 */
private class LimitedMap<A, B>(private val elements: List<A>, private val transform: suspend (A) -> B) {
    private val next = AtomicInteger()
    private val results = arrayOfNulls<Any?>(elements.size)
    private val failures = Failures()

    suspend fun run(lanes: Int): List<B> {
        try {
            LightGroup.run(List(lanes) { suspend { lane() } })
        } finally {
            failures.throwIfAny()
        }
        @Suppress("UNCHECKED_CAST")
        return results.asList() as List<B>
    }

    private suspend fun lane() {
        while (true) {
            coroutineContext.ensureActive()
            val index = next.getAndIncrement()
            if (index >= elements.size) return
            val result = resultOf { transform(elements[index]) }
            results[index] = result.getOrNull()
            result.exceptionOrNull()?.let(failures::add)
        }
    }
}
