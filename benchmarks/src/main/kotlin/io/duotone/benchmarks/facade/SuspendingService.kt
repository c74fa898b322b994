package io.duotone.benchmarks.facade

import io.duotone.coroutines.taskScope
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.async
import kotlinx.coroutines.future.future
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.yield
import java.io.IOException
import java.util.concurrent.CompletableFuture

/** The Kotlin code that Java calls: a function that completes at once, one that suspends once, and one that waits for what fails. */
object SuspendingService {
    @JvmStatic
    suspend fun atOnce(value: Int): Int = value + 1

    @JvmStatic
    suspend fun afterYield(value: Int): Int {
        yield()
        return value + 1
    }

    @JvmStatic
    suspend fun awaitingFailure(value: Int): Int = taskScope {
        recovered(value, spawn(contained = true) { fails() })
    }

    suspend fun awaitingFailureOfKotlinx(value: Int): Int = supervisorScope {
        recovered(value, async { fails() })
    }

    private fun fails(): Int = throw IOException("as planned")

    private suspend fun recovered(value: Int, task: Deferred<Int>): Int = try {
        task.await()
    } catch (_: IOException) {
        value + 1
    }
}

/** What a Kotlin library offers to Java today: each call in kotlinx's `future {}`. */
class FutureFacade(dispatcher: CoroutineDispatcher, private val start: CoroutineStart) {
    private val scope = CoroutineScope(dispatcher)

    fun atOnce(value: Int): CompletableFuture<Int> = scope.future(start = start) { SuspendingService.atOnce(value) }

    fun afterYield(value: Int): CompletableFuture<Int> = scope.future(start = start) { SuspendingService.afterYield(value) }

    fun awaitingFailure(value: Int): CompletableFuture<Int> =
        scope.future(start = start) { SuspendingService.awaitingFailureOfKotlinx(value) }
}
