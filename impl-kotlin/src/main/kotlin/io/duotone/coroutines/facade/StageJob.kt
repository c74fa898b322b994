package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Coroutine
import io.duotone.ScopeOptions
import io.duotone.Task
import io.duotone.TaskOptions
import io.duotone.coroutines.context.contextValues
import io.duotone.coroutines.reason
import io.duotone.coroutines.scope.Attached
import io.duotone.coroutines.scope.FailureGoesTo
import io.duotone.spi.ContextValues
import kotlinx.coroutines.InternalCoroutinesApi
import kotlin.coroutines.CoroutineContext

/** The task of a spawned [Coroutine]: started on a worker, in a scope of its own, and over when the stage it returned is done. */
@OptIn(InternalCoroutinesApi::class)
internal open class StageJob<T>(
    runtime: JavaRuntime,
    parent: CoroutineContext,
    failureGoesTo: FailureGoesTo,
    private var coroutine: Coroutine<T>?,
    role: TaskOptions = TaskOptions.defaults(),
    options: ScopeOptions = ScopeOptions.defaults(),
    values: ContextValues = parent.contextValues(),
) : TaskJob<T>(runtime, parent, failureGoesTo, role, options, values = values),
    Runnable {
    private val follower = Follower()

    fun spawn(): Task<T> {
        if (attach()) queue()
        return task
    }

    /** Null when the scope has ended. */
    fun trySpawn(): Task<T>? {
        val attached = tryAttach()
        if (attached == Attached.STARTS) queue()
        return task.takeUnless { attached == Attached.SCOPE_ENDED }
    }

    private fun queue() {
        face.dispatcherOf(context).dispatch(context, this)
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
            runtime.reportUncaught(toString(), failure)
        }
    }
}
