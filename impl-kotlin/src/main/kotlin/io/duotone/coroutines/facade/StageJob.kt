package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Coroutine
import io.duotone.Task
import kotlinx.coroutines.InternalCoroutinesApi
import kotlin.coroutines.CoroutineContext

/** The task of a spawned [Coroutine]: started on a worker, in a scope of its own, and over when the stage it returned is done. */
@OptIn(InternalCoroutinesApi::class)
internal class StageJob<T>(
    runtime: JavaRuntime,
    parent: CoroutineContext,
    name: String?,
    failureGoesTo: FailureGoesTo,
    private var coroutine: Coroutine<T>?,
) : ScopeJob<T>(runtime, parent, name, failureGoesTo),
    Runnable {
    private val follower = Follower()

    fun spawn(): Task<T> {
        if (attach()) runtime.kotlin.dispatcher.dispatch(context, this)
        return task
    }

    override fun run() {
        val coroutine = coroutine ?: return
        this.coroutine = null
        if (isActive) {
            follower.start(coroutine, scope)
        } else {
            ended(Result.failure(getCancellationException()))
        }
    }

    override fun stop(reason: CancelReason) {
        follower.stop(reason)
    }

    private inner class Follower : StageFollower<T>() {
        override fun stopReason(): CancelReason? = if (isCancelled) getCancellationException().reason else null

        override fun returned(value: T) {
            ended(Result.success(value))
        }

        override fun failed(failure: Throwable) {
            ended(Result.failure(failure))
        }

        override fun uncaught(failure: Throwable) {
            runtime.kotlin.reportUncaught(toString(), failure)
        }
    }
}
