@file:OptIn(InternalCoroutinesApi::class)

package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Coroutine
import io.duotone.Coroutines
import io.duotone.OpenScope
import io.duotone.ScopeOptions
import io.duotone.Task
import io.duotone.coroutines.checkMayBlock
import io.duotone.coroutines.engine.scheduler.Worker
import io.duotone.coroutines.scope.FailureGoesTo
import io.duotone.coroutines.scope.OpenJob
import kotlinx.coroutines.InternalCoroutinesApi
import java.util.concurrent.CompletableFuture
import kotlin.coroutines.CoroutineContext

/**
 * An open scope of Java.
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | isComplete | whoever completes, closes | whoever spawns, closes | volatile |
 */
internal class OpenStageJob private constructor(
    runtime: JavaRuntime,
    parent: CoroutineContext,
    options: ScopeOptions,
    private val gate: CompletableFuture<Void?>,
) : StageJob<Void?>(runtime, parent, FailureGoesTo.TASK, Coroutine { gate }, options = options),
    OpenJob {
    @Volatile
    var isComplete = false
        private set

    override val tellsItsEnd: Boolean get() = isComplete

    constructor(runtime: JavaRuntime, parent: CoroutineContext, options: ScopeOptions) : this(runtime, parent, options, CompletableFuture())

    fun open(): OpenScope {
        if (attach()) run()
        return JavaOpenScope(face, this)
    }

    override fun complete() {
        isComplete = true
        gate.complete(null)
    }

    /** Cancels what was not completed. */
    fun giveUp() {
        isComplete = true
        cancel(CLOSED)
    }

    private companion object {
        val CLOSED: CancelReason = CancelReason.of(CancelReason.Kind.SCOPE_CLOSED, "the open scope was closed before it was completed")
    }
}

private class JavaOpenScope(runtime: JavaRuntime, private val opened: OpenStageJob) :
    JavaScope(runtime, opened),
    OpenScope {

    override fun complete(): Task<Void?> {
        opened.complete()
        return opened.task
    }

    override fun join() {
        checkMayBlock("OpenScope.join")
        Coroutines.await(complete())
    }

    override fun close() {
        val wasComplete = opened.isComplete
        if (!wasComplete) opened.giveUp()
        if (opened.isCompleted || !opened.isCancelled) return
        // The holder of a completed scope has its task, and may be on a worker.
        if (wasComplete && Worker.currentOrNull() != null) return
        checkMayBlock("OpenScope.close")
        runtime.kotlin.awaitEnd(opened)
    }
}
