@file:JvmName("BlockingCalls")

package io.duotone.coroutines.blocking

import io.duotone.CancelReason
import io.duotone.TaskCancelledException
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.engine.blocking.BlockingCall
import io.duotone.coroutines.engine.platform.setOnThread
import io.duotone.coroutines.mapConcurrently
import io.duotone.coroutines.runtimeOf
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.ensureActive
import kotlin.coroutines.Continuation
import kotlin.coroutines.coroutineContext
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED
import kotlin.coroutines.intrinsics.intercepted
import kotlin.coroutines.intrinsics.suspendCoroutineUninterceptedOrReturn
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException

/**
 * Runs [block] on the blocking pool of the runtime and gives its value (rows T16-T18, C11, C12).
 *
 * **Cancellation**: a call still queued is dropped at once; one that runs gets its thread interrupted, and the caller goes on only when
 * the thread has left [block]. What [block] returned or threw is then dropped in favour of the cancellation.
 *
 * **Errors**: what [block] throws, as it is; [java.util.concurrent.RejectedExecutionException] when the runtime is closed.
 *
 * **Threads**: [block] runs on a thread of the pool, where blocking is fine, with the thread context elements of the caller set there, the
 * values of [ContextKey][io.duotone.ContextKey]s among them (row T63). What the caller did before happens-before [block], and that
 * before whatever follows the call.
 */
public suspend fun <T> blocking(block: () -> T): T {
    val context = coroutineContext
    context.ensureActive()
    val outcome = runCatching {
        suspendCoroutineUninterceptedOrReturn<T> { caller ->
            val call = SuspendedCall(block, caller.intercepted())
            call.start(runtimeOf(context), context[Job])
            COROUTINE_SUSPENDED
        }
    }
    // Also in place of a failure: the InterruptedException of an interrupted block would make the cancelled task a failed one.
    context.ensureActive()
    return outcome.getOrThrow()
}

/**
 * Calls [transform], which may block, for each element on the blocking pool, and gives the results in the order of the elements (row T20).
 * Everything else is as for [mapConcurrently].
 */
public suspend fun <A, B> Iterable<A>.mapBlocking(limit: Int = Int.MAX_VALUE, transform: (A) -> B): List<B> =
    mapConcurrently(limit) { element -> blocking { transform(element) } }

/** A blocking call with a coroutine waiting for its end. */
private class SuspendedCall<T>(private val block: () -> T, private val caller: Continuation<T>) : BlockingCall<T>() {
    fun start(runtime: DuotoneRuntime, job: Job?) {
        runtime.blockingPool.submit(this)
        watch(job)
    }

    /** The caller is not resumed by a cancellation, only by the end of the call: that is what makes it wait for the thread. */
    @OptIn(InternalCoroutinesApi::class)
    private fun watch(job: Job?) {
        val handle = job?.invokeOnCompletion(onCancelling = true) { cause -> if (cause != null) cancel() } ?: return
        onEnd = handle::dispose
        if (isDone) handle.dispose()
    }

    @Volatile
    private var onEnd: (() -> Unit)? = null

    override fun call(): T = caller.context.setOnThread(block)

    override fun returned(value: T) {
        onEnd?.invoke()
        caller.resume(value)
    }

    override fun threw(failure: Throwable) {
        onEnd?.invoke()
        caller.resumeWithException(failure)
    }

    /** By the cancellation of the caller, which then sees its own reason, or by the end of the runtime. */
    override fun dropped() {
        onEnd?.invoke()
        val reason = CancelReason.of(CancelReason.Kind.SHUTDOWN, "its runtime was closed before the blocking call began")
        caller.resumeWithException(TaskCancelledException(reason))
    }
}
