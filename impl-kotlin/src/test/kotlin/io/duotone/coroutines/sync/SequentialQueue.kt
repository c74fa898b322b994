package io.duotone.coroutines.sync

import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlin.coroutines.resume

/**
 * What a wait queue is for one thread, as plainly as can be: the specification that Lincheck holds it to. What there is to get is a
 * subclass's, as there.
 */
internal abstract class SequentialQueue<R : Any> {
    private class Waiter<R : Any>(val request: R, val continuation: CancellableContinuation<Unit>)

    private val waiters = ArrayList<Waiter<R>>()

    protected abstract fun take(request: R): Boolean

    protected fun tryTake(request: R): Boolean = waiters.isEmpty() && take(request)

    protected suspend fun awaitTurn(request: R) {
        if (tryTake(request)) return
        suspendCancellableCoroutine { continuation ->
            val waiter = Waiter(request, continuation)
            waiters += waiter
            continuation.invokeOnCancellation {
                waiters -= waiter
                serve()
            }
        }
    }

    protected fun serve() {
        while (true) {
            val next = waiters.firstOrNull()?.takeIf { take(it.request) } ?: return
            waiters -= next
            next.continuation.resume(Unit)
        }
    }
}
