package io.duotone.coroutines.scope

import io.duotone.ScopeOptions
import io.duotone.TaskOptions
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.OpenTaskScope
import io.duotone.coroutines.TaskScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Job
import kotlin.coroutines.CoroutineContext

/** The job of an open scope, in either language: its body waits for a gate, which [complete] opens. */
internal interface OpenJob {
    /** From now on the scope ends when nobody is left to wait for. */
    fun complete()
}

/**
 * An open scope of Kotlin.
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | isComplete | whoever completes | whoever spawns | volatile |
 */
internal class OpenScopeJob(runtime: DuotoneRuntime, parent: CoroutineContext, options: ScopeOptions) :
    TaskCoroutine<Unit>(runtime, parent, FailureGoesTo.TASK, TaskOptions.defaults(), options),
    OpenJob {
    private val gate = Job()

    @Volatile
    private var isComplete = false

    override val tellsItsEnd: Boolean get() = isComplete

    fun open(): OpenTaskScope {
        start { gate.join() }
        return OpenScope(this)
    }

    override fun complete() {
        isComplete = true
        gate.complete()
    }
}

/** A face of its own, since the `join` of a job does not throw. */
private class OpenScope(private val job: OpenScopeJob) :
    OpenTaskScope,
    TaskScope by job {

    override fun complete(): Deferred<Unit> {
        job.complete()
        return job
    }

    override suspend fun join() {
        complete().await()
    }

    override fun toString(): String = job.toString()
}
