package io.duotone.coroutines.facade

import io.duotone.Coroutine
import io.duotone.Duotone
import io.duotone.DuotoneOptions
import io.duotone.Interval
import io.duotone.MissedTicks
import io.duotone.OpenScope
import io.duotone.ScopeOptions
import io.duotone.Task
import io.duotone.TaskGroup
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.checkMayBlock
import io.duotone.coroutines.engine.scheduler.runtimeDispatcherOrNull
import io.duotone.coroutines.scope.FailureGoesTo
import io.duotone.coroutines.sync.rateLimiter
import io.duotone.coroutines.time.interval
import io.duotone.spi.Failures
import io.duotone.sync.RateLimiter
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import java.time.Duration
import java.util.concurrent.Executor
import java.util.concurrent.RejectedExecutionException
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.time.toJavaDuration
import kotlin.time.toKotlinDuration

/** The Java face of a runtime; one for each, kept by the runtime itself. */
internal class JavaRuntime(val kotlin: DuotoneRuntime) : Duotone {
    private val commands = Executor { command ->
        if (!kotlin.pool.submit(command)) {
            throw RejectedExecutionException("the runtime '${options().name()}' is closed: it runs no more commands")
        }
    }

    /** What all coroutines of the runtime have in their context, besides their job. */
    val context: CoroutineContext = kotlin.rootScope.coroutineContext.minusKey(Job)

    /** What there was nothing to wait for; one for all, since it says nothing else. */
    val done: Task<Void?> = DoneTask(this, null)

    /** Where the work of this context runs: on our workers, and one at a time where it does so already. */
    fun dispatcherOf(context: CoroutineContext): CoroutineDispatcher {
        val interceptor = context[ContinuationInterceptor]
        val isOurs = interceptor.runtimeDispatcherOrNull() === kotlin.dispatcher
        return if (isOurs) interceptor as CoroutineDispatcher else kotlin.dispatcher
    }
    private val root = JavaScope(this, kotlin.rootScope)

    override fun options(): DuotoneOptions = kotlin.options

    override fun executor(): Executor = commands

    override fun <T> spawn(coroutine: Coroutine<T>): Task<T> {
        kotlin.checkOpen()
        return root.inherited { context, values -> StageJob(this, context, FailureGoesTo.PARENT, coroutine, values = values) }.spawn()
    }

    override fun open(options: ScopeOptions): OpenScope {
        kotlin.checkOpen()
        val scope = root.inherited { context, _ -> OpenStageJob(this, context, options) }
        return scope.open().also { kotlin.completeIfClosing(scope) }
    }

    @OptIn(InternalCoroutinesApi::class)
    override fun <T> block(coroutine: Coroutine<T>): T {
        checkMayBlock("Duotone.block")
        kotlin.checkOpen()
        val main = root.inherited { context, values -> StageJob(this, context, FailureGoesTo.CALLER, coroutine, values = values) }
        val task = main.spawn()
        kotlin.awaitEnd(main)
        main.getCompletionExceptionOrNull()?.let { throw Failures.rethrow(it) }
        return task.join()
    }

    override fun time(): Duration = kotlin.time.toJavaDuration()

    override fun interval(period: Duration, at: Duration, missed: MissedTicks): Interval =
        kotlin.interval(period.toKotlinDuration(), at.toKotlinDuration(), missed).asJava()

    override fun rateLimiter(permits: Int, per: Duration, burst: Int): RateLimiter =
        kotlin.rateLimiter(permits, per.toKotlinDuration(), burst).asJava()

    override fun <T> taskGroup(): TaskGroup<T> = JavaTaskGroup(this)

    override fun isClosed(): Boolean = kotlin.isClosed

    override fun close() {
        kotlin.close()
    }

    override fun toString(): String = kotlin.toString()
}
