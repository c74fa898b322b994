package io.duotone.coroutines.facade

import io.duotone.Coroutine
import io.duotone.Duotone
import io.duotone.DuotoneOptions
import io.duotone.OpenScope
import io.duotone.ScopeOptions
import io.duotone.Task
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.checkMayBlock
import io.duotone.coroutines.scope.FailureGoesTo
import io.duotone.spi.Failures
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import java.util.concurrent.Executor
import java.util.concurrent.RejectedExecutionException
import kotlin.coroutines.CoroutineContext

/** The Java face of a runtime; one for each, kept by the runtime itself. */
internal class JavaRuntime(val kotlin: DuotoneRuntime) : Duotone {
    private val commands = Executor { command ->
        if (!kotlin.pool.submit(command)) {
            throw RejectedExecutionException("the runtime '${options().name()}' is closed: it runs no more commands")
        }
    }

    /** What all coroutines of the runtime have in their context, besides their job. */
    val context: CoroutineContext = kotlin.rootScope.coroutineContext.minusKey(Job)

    override fun options(): DuotoneOptions = kotlin.options

    override fun executor(): Executor = commands

    override fun <T> spawn(coroutine: Coroutine<T>): Task<T> {
        kotlin.checkOpen()
        return StageJob(this, kotlin.rootScope.coroutineContext, FailureGoesTo.PARENT, coroutine).spawn()
    }

    override fun open(options: ScopeOptions): OpenScope {
        kotlin.checkOpen()
        val scope = OpenStageJob(this, kotlin.rootScope.coroutineContext, options)
        return scope.open().also { kotlin.completeIfClosing(scope) }
    }

    @OptIn(InternalCoroutinesApi::class)
    override fun <T> block(coroutine: Coroutine<T>): T {
        checkMayBlock("Duotone.block")
        kotlin.checkOpen()
        val main = StageJob(this, kotlin.rootScope.coroutineContext, FailureGoesTo.CALLER, coroutine)
        val task = main.spawn()
        kotlin.awaitEnd(main)
        main.getCompletionExceptionOrNull()?.let { throw Failures.rethrow(it) }
        return task.join()
    }

    override fun isClosed(): Boolean = kotlin.isClosed

    override fun close() {
        kotlin.close()
    }

    override fun toString(): String = kotlin.toString()
}
