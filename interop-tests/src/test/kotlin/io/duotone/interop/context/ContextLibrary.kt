package io.duotone.interop.context

import io.duotone.ContextKey
import io.duotone.coroutines.context.get
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch

/** Suspend functions of somebody's Kotlin library, called from the tests in Java. */
class ContextLibrary(private val key: ContextKey<String>) {
    val gate = CompletableDeferred<Unit>()

    /** What it sees at first, in its context and on the thread, after a wait, and in a child. */
    suspend fun seen(): String = coroutineScope {
        val seen = StringBuilder("${currentCoroutineContext()[key]} ${key.get()}")
        delay(1)
        seen.append(" ${currentCoroutineContext()[key]} ${key.get()}")
        launch { seen.append(" ${key.get()}") }.join()
        seen.toString()
    }

    suspend fun gated(): String? {
        gate.await()
        return key.get()
    }
}
