package io.duotone.coroutines.facade

import io.duotone.Task
import kotlin.coroutines.Continuation
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED

/**
 * A call of a suspend function that waits at most once, and hands its continuation to the wait as it is: kotlinx's mutex, semaphore and
 * channel do so, and our own where they say it. There is no coroutine in between, so that what ends the wait resumes this object, on
 * whatever thread, and always with what the wait has brought, also when the task has been cancelled meanwhile. From there the task goes
 * to a worker, where it is completed.
 *
 * ```
 *   begun ----------------------------------------------------> completed, by the caller
 *     |                                                             ^
 *     | has to wait                                                 | run
 *     v                    resumeWith                               |
 *   waiting ---------------------------------> queued on a worker --+
 * ```
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | value, failure | whoever ends the wait, once | the worker | plain, published by the queue |
 */
internal abstract class WaitTask<T>(face: JavaRuntime) :
    CallTask<T>(face),
    Runnable {
    private var value: Any? = null
    private var failure: Throwable? = null

    /** Before the function is called. */
    protected open fun waitBegins() {}

    /** The function has returned or thrown, or its wait is over, however that came; once. */
    protected open fun waitEnded() {}

    inline fun waitFor(call: (Continuation<T>) -> Any?): Task<T> {
        waitBegins()
        return begin { continuation ->
            var result: Any? = null
            try {
                result = call(continuation)
            } finally {
                if (result !== COROUTINE_SUSPENDED) waitEnded()
            }
            result
        }
    }

    final override fun resumeWith(result: Result<T>) {
        waitEnded()
        failure = result.exceptionOrNull()
        // Who cancelled it has completed the task.
        if (failure != null && isDone) return
        value = result.getOrNull()
        face.kotlin.dispatcher.dispatch(this, this)
    }

    final override fun run() {
        val failed = failure
        @Suppress("UNCHECKED_CAST")
        if (failed != null) threw(failed) else returned(value as T)
    }
}
