package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Task
import io.duotone.coroutines.BodyThread
import io.duotone.coroutines.engine.blocking.BlockingCall
import io.duotone.coroutines.engine.scheduler.shutdownCancellation
import io.duotone.coroutines.scope.FailureGoesTo
import io.duotone.spi.Context
import io.duotone.spi.ContextValues
import kotlinx.coroutines.InternalCoroutinesApi
import java.io.InterruptedIOException
import java.nio.channels.ClosedByInterruptException
import java.util.concurrent.Callable
import java.util.concurrent.RejectedExecutionException
import kotlin.coroutines.CoroutineContext

/**
 * Work that blocks a thread: a call on the blocking pool, or the body of an `async` (rows T16, T17, C11). Cancelling it interrupts the
 * thread, once; the task is cancelled at once, the job ends when the thread has left the work.
 */
@OptIn(InternalCoroutinesApi::class)
internal class ThreadJob<T>(
    runtime: JavaRuntime,
    parent: CoroutineContext,
    failureGoesTo: FailureGoesTo,
    private var work: Callable<out T>?,
    isOfBody: Boolean = false,
    values: ContextValues,
    private val runsIn: Context? = null,
) : TaskJob<T>(runtime, parent, failureGoesTo, isOfBody = isOfBody, values = values) {
    private val thread = BodyThread(runtime.kotlin)
    private val call = Call()

    fun onBlockingPool(): Task<T> = begin { runtime.blockingPool.submit(call) }

    fun onThreadOfItsOwn(): Task<T> = begin {
        val platform = runtime.platform
        val virtual = platform.virtualThread("${runtime.options.name()}-async") { call.runOn(Thread.currentThread()) }
        if (virtual != null) virtual.start() else runtime.awaitPool.submit(call)
    }

    private inline fun begin(submit: () -> Unit): Task<T> {
        if (!attach()) return task
        try {
            submit()
        } catch (refused: RejectedExecutionException) {
            call.refused()
            throw refused
        }
        return task
    }

    override fun stackOrNull(): Array<StackTraceElement>? = call.stackOrNull()

    override fun stop(reason: CancelReason) {
        thread.reason = reason
        call.cancel()
    }

    private inner class Call : BlockingCall<T>() {
        override fun call(): T {
            val body = checkNotNull(work)
            // The holder of the task may keep it for long.
            work = null
            return thread.run { (runsIn ?: scope).within { body.call() } }
        }

        override fun returned(value: T) {
            ended(Result.success(value))
        }

        override fun threw(failure: Throwable) {
            ended(Result.failure(if (isCancelled && failure.isInterruption()) getCancellationException() else failure))
        }

        override fun dropped() {
            ended(Result.failure(getCancellationException()))
        }

        /** There will be no thread. The caller is told by the exception, so that nobody else must be. */
        fun refused() {
            if (withdraw()) cancelCoroutine(shutdownCancellation()).also { dropped() }
        }
    }

    private companion object {
        /** What code throws that an interrupt has reached. */
        fun Throwable.isInterruption(): Boolean = generateSequence(this) { it.cause }.take(CAUSES).any {
            it is InterruptedException || it is InterruptedIOException || it is ClosedByInterruptException
        }

        const val CAUSES = 16
    }
}
