package io.duotone.interop.facade

import io.duotone.coroutines.reason
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.util.concurrent.CountDownLatch

/** Suspend functions of somebody's Kotlin library, called from the tests in Java. */
class Library {
    val waiting = CountDownLatch(1)
    val mayGoOn = CompletableDeferred<Unit>()

    @Volatile
    var reasonSeen: String? = null

    @Volatile
    var cleanedUp = false

    @Volatile
    var childCancelled = false

    suspend fun atOnce(value: Int): Int = value + 1

    suspend fun later(value: Int): Int {
        delay(5)
        return value + 1
    }

    val gate = CompletableDeferred<Unit>()

    suspend fun gated(value: Int): Int {
        gate.await()
        return value + 1
    }

    suspend fun nothing() {
        yield()
    }

    suspend fun failing(failure: Throwable): Int {
        yield()
        throw failure
    }

    suspend fun waitForEver(): Int {
        try {
            waiting.countDown()
            awaitCancellation()
        } catch (cancellation: CancellationException) {
            reasonSeen = cancellation.reason.toString()
            throw cancellation
        }
    }

    suspend fun withChild(): Int = coroutineScope {
        launch {
            try {
                waiting.countDown()
                awaitCancellation()
            } finally {
                childCancelled = true
            }
        }
        1
    }

    suspend fun cleaningUp(): Int {
        try {
            waiting.countDown()
            awaitCancellation()
        } finally {
            withContext(NonCancellable) {
                mayGoOn.await()
                cleanedUp = true
            }
        }
    }

    /** Gives the resource although it has been cancelled. */
    suspend fun open(resource: AutoCloseable): AutoCloseable {
        withContext(NonCancellable) {
            waiting.countDown()
            mayGoOn.await()
        }
        return resource
    }

    suspend fun context(): String {
        val context = currentCoroutineContext()
        val materialised = context + CoroutineName("x")
        yield()
        return "${context[Job]?.isActive} ${materialised[Job] === context[Job]} ${materialised[CoroutineName]?.name} " +
            "${context.minusKey(Job)[Job]} ${Thread.currentThread().name.contains("worker")}"
    }
}
