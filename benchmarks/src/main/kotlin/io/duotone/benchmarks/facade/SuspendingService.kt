package io.duotone.benchmarks.facade

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.future.future
import kotlinx.coroutines.yield
import java.util.concurrent.CompletableFuture

/** The Kotlin code that Java calls: one function that completes at once and one that suspends once. */
object SuspendingService {
    @JvmStatic
    suspend fun atOnce(value: Int): Int = value + 1

    @JvmStatic
    suspend fun afterYield(value: Int): Int {
        yield()
        return value + 1
    }
}

/** What a Kotlin library offers to Java today: each call in kotlinx's `future {}`. */
class FutureFacade(dispatcher: CoroutineDispatcher, private val start: CoroutineStart) {
    private val scope = CoroutineScope(dispatcher)

    fun atOnce(value: Int): CompletableFuture<Int> = scope.future(start = start) { SuspendingService.atOnce(value) }

    fun afterYield(value: Int): CompletableFuture<Int> = scope.future(start = start) { SuspendingService.afterYield(value) }
}
