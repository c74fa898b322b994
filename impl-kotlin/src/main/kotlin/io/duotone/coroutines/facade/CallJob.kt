package io.duotone.coroutines.facade

import io.duotone.Task
import io.duotone.TaskOptions
import io.duotone.coroutines.scope.FailureGoesTo
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.yield
import kotlin.coroutines.CoroutineContext

/** A call of a suspend function in a Java scope, which waits for it and cancels it: the function runs under a job of its own. */
@OptIn(InternalCoroutinesApi::class)
internal class CallJob<T>(runtime: JavaRuntime, parent: CoroutineContext, role: TaskOptions, isOfBody: Boolean) :
    TaskJob<T>(runtime, parent, FailureGoesTo.TASK, role, isOfBody = isOfBody) {

    /** Starts on the calling thread, or when its turn comes. */
    fun begin(block: suspend () -> T): Task<T> {
        if (attach()) {
            beginBody {
                if (isConfined) yield()
                block()
            }
        }
        return task
    }
}
