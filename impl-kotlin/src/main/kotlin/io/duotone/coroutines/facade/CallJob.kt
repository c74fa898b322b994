package io.duotone.coroutines.facade

import io.duotone.Task
import io.duotone.TaskOptions
import io.duotone.coroutines.scope.FailureGoesTo
import io.duotone.spi.ContextValues
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.yield
import kotlin.coroutines.CoroutineContext

/** A call of a suspend function in a Java scope, which waits for it and cancels it: the function runs under a job of its own. */
@OptIn(InternalCoroutinesApi::class)
internal class CallJob<T>(
    runtime: JavaRuntime,
    parent: CoroutineContext,
    role: TaskOptions,
    isOfBody: Boolean,
    values: ContextValues,
) : TaskJob<T>(runtime, parent, FailureGoesTo.TASK, role, isOfBody = isOfBody, values = values) {

    /** Starts on the calling thread, or when its turn comes. The block gets the scope of this job, for what it calls of Java. */
    fun begin(block: suspend (JavaScope) -> T): Task<T> {
        if (attach()) {
            scope.within {
                beginBody {
                    if (isConfined) yield()
                    block(scope)
                }
            }
        }
        return task
    }
}
