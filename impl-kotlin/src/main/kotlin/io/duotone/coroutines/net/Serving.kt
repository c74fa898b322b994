package io.duotone.coroutines.net

import io.duotone.CancelReason
import io.duotone.TaskCancelledException
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.engine.timer.TimerEntry
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import java.io.IOException
import java.nio.channels.ClosedChannelException
import kotlin.coroutines.coroutineContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toKotlinDuration

/**
 * One [TcpListener.serve]: the accept loop, the handlers, and their end.
 *
 * The handlers stand under a job of their own that is no child of the serving coroutine, because the cancellation of that one must
 * not reach them before they had their time to drain. Nobody outside can tell the difference: the serving coroutine does not end
 * before they have.
 *
 * The end, in order:
 *
 * 1. the listener is closed;
 * 2. [drainHandlers]: those that run may go on for the drain time;
 * 3. [cancelHandlers]: those left are cancelled, and their cleanup is awaited.
 */
internal class Serving(
    private val listener: TcpListener,
    private val runtime: DuotoneRuntime,
    private val handler: suspend CoroutineScope.(TcpStream) -> Unit,
) {
    private val handlers = SupervisorJob()

    suspend fun run(drain: Duration) {
        val context = coroutineContext
        val scope = CoroutineScope(context.minusKey(Job) + handlers)
        val shutdownWatch = watchForShutdown(context[Job])
        var reason = CancelReason.cancelled("$listener was closed, and the drain time of $drain has passed")
        try {
            acceptAll(scope)
        } catch (cancellation: CancellationException) {
            reason = CancelReason.of(cancellation)
            throw cancellation
        } finally {
            listener.close()
            withContext(NonCancellable) {
                if (!drainHandlers(drain)) cancelHandlers(reason)
            }
            shutdownWatch?.dispose()
        }
    }

    private suspend fun acceptAll(scope: CoroutineScope) {
        var lastFailure: Long? = null
        while (true) {
            val stream = try {
                listener.next(Duration.INFINITE)
            } catch (_: ClosedChannelException) {
                return
            } catch (failure: IOException) {
                val now = runtime.platform.nanoTime()
                // A server at its limit accepts one now and then: that is still the same trouble.
                val isNew = lastFailure == null || (now - lastFailure).nanoseconds > SAME_TROUBLE
                if (isNew) runtime.reportUncaught("$listener, which tries again every $PAUSE", failure)
                lastFailure = now
                delay(PAUSE)
                continue
            }
            start(scope, stream)
        }
    }

    /** Atomic: also a handler that is cancelled before its first step runs as far as closing its stream. */
    @OptIn(DelicateCoroutinesApi::class)
    private fun start(scope: CoroutineScope, stream: TcpStream) {
        scope.launch(start = CoroutineStart.ATOMIC) {
            try {
                ensureActive()
                coroutineScope { handler(stream) }
            } catch (cancellation: CancellationException) {
                throw cancellation
            } catch (failure: Throwable) {
                runtime.reportUncaught("the handler of $stream", failure)
            } finally {
                stream.close()
            }
        }
    }

    private suspend fun drainHandlers(drain: Duration): Boolean {
        handlers.complete()
        return withTimeoutOrNull(drain) { handlers.join() } != null
    }

    private suspend fun cancelHandlers(reason: CancelReason) {
        handlers.cancel(TaskCancelledException(reason))
        handlers.join()
    }

    /** A runtime that closes gives everything its grace time and no more: the handlers must be cancelled while some of it is left. */
    @OptIn(InternalCoroutinesApi::class)
    private fun watchForShutdown(job: Job?) = job?.invokeOnCompletion(onCancelling = true) { cause ->
        val reason = (cause as? CancellationException)?.let(CancelReason::of)
        if (reason?.kind == CancelReason.Kind.SHUTDOWN) {
            val patience = runtime.options.shutdownGrace().toKotlinDuration() * SHARE_OF_GRACE
            runtime.pool.schedule(ShutdownLimit(handlers, reason), WaitTimer.deadlineAfter(runtime.pool, patience))
        }
    }

    private class ShutdownLimit(private val handlers: Job, private val reason: CancelReason) : TimerEntry() {
        override fun run() {
            handlers.cancel(TaskCancelledException(reason))
        }
    }

    private companion object {
        val PAUSE = 100.milliseconds
        val SAME_TROUBLE = 10.seconds
        const val SHARE_OF_GRACE = 0.8
    }
}
