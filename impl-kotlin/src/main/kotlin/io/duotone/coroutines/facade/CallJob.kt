package io.duotone.coroutines.facade

import io.duotone.Task
import io.duotone.TaskOptions
import io.duotone.coroutines.scope.FailureGoesTo
import kotlinx.coroutines.InternalCoroutinesApi
import kotlin.coroutines.Continuation
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED
import kotlin.coroutines.intrinsics.startCoroutineUninterceptedOrReturn

/** A call of a suspend function in a Java scope, which waits for it and cancels it: the function runs under a job of its own. */
@OptIn(InternalCoroutinesApi::class)
internal class CallJob<T>(runtime: JavaRuntime, parent: CoroutineContext, role: TaskOptions) :
    TaskJob<T>(runtime, parent, FailureGoesTo.CALLER, role) {

    /** Starts on the calling thread. */
    fun begin(block: suspend () -> T): Task<T> {
        if (!attach()) return task
        val result = runCatching { block.startCoroutineUninterceptedOrReturn(Completion()) }
        if (result.getOrNull() !== COROUTINE_SUSPENDED) {
            @Suppress("UNCHECKED_CAST")
            ended(result as Result<T>)
        }
        return task
    }

    private inner class Completion : Continuation<T> {
        override val context: CoroutineContext get() = this@CallJob.context

        override fun resumeWith(result: Result<T>) {
            ended(result)
        }
    }
}
