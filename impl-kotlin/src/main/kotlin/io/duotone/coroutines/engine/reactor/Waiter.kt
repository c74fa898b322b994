package io.duotone.coroutines.engine.reactor

import io.duotone.coroutines.engine.platform.hasThreadContextElements
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.DisposableHandle
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlin.coroutines.Continuation
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException

/** The coroutine that waits in a [ReadinessSlot]. Whoever took it out of the slot calls one of these functions, once. */
internal sealed class Waiter {
    /** Runs the coroutine on the calling thread, a worker of the slot's runtime, if it belongs there. */
    abstract fun resumeHere(dispatcher: CoroutineDispatcher)

    abstract fun resume()

    abstract fun fail(failure: Throwable)
}

/** A wait of any coroutine: one that runs elsewhere, or with thread context elements. */
internal class CancellableWaiter(private val slot: ReadinessSlot, private val continuation: CancellableContinuation<Unit>) :
    Waiter(),
    (Throwable?) -> Unit {
    @OptIn(ExperimentalCoroutinesApi::class)
    override fun resumeHere(dispatcher: CoroutineDispatcher) {
        with(continuation) { dispatcher.resumeUndispatched(Unit) }
    }

    override fun resume() {
        continuation.resume(Unit)
    }

    override fun fail(failure: Throwable) {
        continuation.resumeWithException(failure)
    }

    /** When the wait has been cancelled. */
    override fun invoke(cause: Throwable?) {
        slot.withdraw(this)
    }
}

/**
 * The waits of a coroutine that runs on the workers of the slot's runtime and on nothing else: one object for all of them. It is resumed as
 * it is, since the worker which resumes it is where it would be dispatched to; and its job knows this object from the first wait on. So a
 * wait costs neither a continuation of its own, nor a dispatched one, nor a place in the job's list.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | continuation | the coroutine, before it waits; whoever took it out (null) | whoever took it out | published by the slot |
 * | watching | the coroutine, once | the coroutine that waits next, closer | volatile |
 *
 * Pairing of cancellation: the coroutine puts itself into the slot, then asks whether its job is active; the job leaves that state, then
 * calls [invoke], which looks into the slot. One of the two takes it out, and resumes what is there: it may be a later wait of the same job.
 */
internal class DirectWaiter private constructor(
    private val slot: ReadinessSlot,
    val context: CoroutineContext,
    private val dispatcher: CoroutineDispatcher,
) : Waiter(),
    (Throwable?) -> Unit {
    private val job = context[Job]
    private var continuation: Continuation<Unit>? = null

    @Volatile
    private var watching: DisposableHandle? = null

    val isCancelled: Boolean get() = job != null && !job.isActive

    fun enters(continuation: Continuation<Unit>) {
        this.continuation = continuation
    }

    @OptIn(InternalCoroutinesApi::class)
    fun cancellation(): Throwable = checkNotNull(job).getCancellationException()

    override fun resumeHere(dispatcher: CoroutineDispatcher) {
        taken().resume(Unit)
    }

    override fun resume() {
        val continuation = taken()
        // Cancelled on its way back, a wait has not succeeded: the caller shall not take what it waited for.
        dispatch { if (isCancelled) continuation.resumeWithException(cancellation()) else continuation.resume(Unit) }
    }

    override fun fail(failure: Throwable) {
        val continuation = taken()
        dispatch { continuation.resumeWithException(failure) }
    }

    private fun taken(): Continuation<Unit> = checkNotNull(continuation).also { continuation = null }

    private fun dispatch(goOn: Runnable) {
        dispatcher.dispatch(context, goOn)
    }

    @OptIn(InternalCoroutinesApi::class)
    fun watchJob() {
        watching = job?.invokeOnCompletion(onCancelling = true, handler = this)
    }

    /** When another coroutine waits here, or nobody will: a job may outlive its channels, and shall not collect them. */
    fun forgetJob() {
        watching?.dispose()
    }

    /** When the job is cancelled, or has completed: then the slot need not keep its context. */
    override fun invoke(cause: Throwable?) {
        if (slot.withdraw(this)) fail(cancellation())
        slot.forget(this)
    }

    companion object {
        /** For the coroutine with [context], or null when it must wait the other way. */
        fun of(slot: ReadinessSlot, context: CoroutineContext, dispatcher: CoroutineDispatcher?): DirectWaiter? {
            if (dispatcher == null || context[ContinuationInterceptor] !== dispatcher) return null
            return if (context.hasThreadContextElements) null else DirectWaiter(slot, context, dispatcher)
        }
    }
}
