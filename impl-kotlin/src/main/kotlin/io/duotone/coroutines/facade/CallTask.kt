package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Task
import io.duotone.TaskCancelledException
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.context.LazyJobContext
import io.duotone.coroutines.context.currentElements
import io.duotone.coroutines.discard
import io.duotone.coroutines.scope.Hearable
import io.duotone.coroutines.scope.Unheard
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableJob
import kotlinx.coroutines.Job
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater
import kotlin.coroutines.Continuation
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED

/**
 * A call of a suspend function from Java: the task is itself the completion of the coroutine, and its context. So a call that does not
 * suspend makes this one object. The job that lets a cancellation reach the coroutine is made at the first look-up, which is the first
 * wait that can be cancelled; a function that takes the context apart gets one too.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | job | the first look-up, by CAS | any thread | volatile |
 * | hasEnded | the end of the coroutine | whoever looks up the job first | volatile |
 *
 * Cancelling completes the task first and then reads `job`; a look-up stores the job first and then asks whether the task is cancelled.
 * So one of the two cancels the job. When the coroutine ends it completes the task, or says in `hasEnded` that it has ended where a
 * cancelled task does not tell, and then completes the job that it finds; a look-up stores the job first and then asks for both. So one of
 * the two completes the job, or both do, of which the second does nothing.
 */
internal open class CallTask<T>(protected val face: JavaRuntime, name: String? = null) :
    Task<T>(face.executor(), name),
    Continuation<T>,
    LazyJobContext {
    @Volatile
    private var job: CompletableJob? = null

    /** Set where [isDone] does not tell, since a task can be cancelled while its coroutine goes on. */
    @Volatile
    private var hasEnded = false

    final override val context: CoroutineContext get() = this

    /** The context without the job. */
    protected open val base: CoroutineContext get() = face.context

    final override val isJobActive: Boolean get() = !isDone

    /** Calls a suspend function with this as its continuation, on the calling thread up to its first wait. */
    inline fun begin(call: (Continuation<T>) -> Any?): Task<T> {
        val result = try {
            call(this)
        } catch (failure: Throwable) {
            threw(failure)
            return this
        }
        if (result !== COROUTINE_SUSPENDED) {
            @Suppress("UNCHECKED_CAST")
            returned(result as T)
        } else {
            suspended()
        }
        return this
    }

    override fun resumeWith(result: Result<T>) {
        val failure = result.exceptionOrNull()
        if (failure != null) {
            threw(failure)
        } else {
            @Suppress("UNCHECKED_CAST")
            returned(result.getOrNull() as T)
        }
    }

    /** Completes the task with what the suspend function returned. */
    protected open fun completeWith(result: T): Boolean = succeed(result)

    /** The function waits, or has done so: it may even have ended by now. */
    open fun suspended() {}

    fun returned(value: T) {
        if (!completeWith(value)) {
            hasEnded = true
            face.kotlin.discard(value)
        }
        job?.complete()
    }

    fun threw(failure: Throwable) {
        hasEnded = true
        val taken = fail(failure)
        if (failure !is CancellationException) failed(failure, taken)
        job?.complete()
    }

    /** Whoever may look after a failure that reaches nobody; [taken] is false when the task was cancelled before. */
    protected open fun failed(failure: Throwable, taken: Boolean) {}

    override fun onCancel(reason: CancelReason) {
        job?.cancel(TaskCancelledException(reason))
    }

    // The context: the job, and the base.

    protected fun job(): Job = job ?: makeJob()

    /** A job for the coroutine, which is completed when it ends, or at once when it is not taken. */
    protected open fun newJob(): CompletableJob = Job()

    private fun makeJob(): Job {
        val made = newJob()
        if (!JOB.compareAndSet(this, null, made)) {
            made.complete()
            return checkNotNull(job)
        }
        if (isDone) adjust(made)
        return made
    }

    /** The task was done before it had this job. */
    private fun adjust(job: CompletableJob) {
        if (isCancelled) cancelReason()?.let { job.cancel(TaskCancelledException(it)) }
        if (hasEnded || !isCancelled) job.complete()
    }

    private fun materialised(): CoroutineContext = base + job()

    @Suppress("UNCHECKED_CAST")
    final override fun <E : CoroutineContext.Element> get(key: CoroutineContext.Key<E>): E? = when {
        key === ContinuationInterceptor -> face.kotlin.dispatcher as E
        key === Job -> job() as E
        else -> base[key]
    }

    final override fun <R> fold(initial: R, operation: (R, CoroutineContext.Element) -> R): R =
        operation(base.fold(initial, operation), job())

    final override fun minusKey(key: CoroutineContext.Key<*>): CoroutineContext = when {
        key === Job -> base
        get(key) == null -> this
        else -> materialised().minusKey(key)
    }

    final override fun plus(context: CoroutineContext): CoroutineContext =
        if (context === EmptyCoroutineContext) this else materialised() + context

    private companion object {
        val JOB: AtomicReferenceFieldUpdater<CallTask<*>, CompletableJob?> =
            AtomicReferenceFieldUpdater.newUpdater(CallTask::class.java, CompletableJob::class.java, "job")
    }
}

/**
 * A call that is a task of the runtime itself: a failure that nobody hears of is reported (row C18). It goes on, after its first wait, with
 * the context values of its caller; up to that it has them anyway. From its first wait on the runtime knows of it, and does not close
 * before it has ended (row C1).
 */
internal class RuntimeCallTask<T>(face: JavaRuntime, name: String?) :
    CallTask<T>(face, name),
    Hearable {
    override val base: CoroutineContext = face.context + currentElements()

    override val runtime: DuotoneRuntime get() = face.kotlin

    override fun newJob(): CompletableJob = runtime.pendingCalls.begin(name())

    override fun suspended() {
        job()
    }

    override val isAwaited: Boolean get() = isHeard

    override fun reportUncaught(failure: Throwable) {
        runtime.reportUncaught(name() ?: "a call of a suspend function", failure)
    }

    override fun failed(failure: Throwable, taken: Boolean) {
        if (taken) Unheard(this, failure).start() else reportUncaught(failure)
    }
}

/** A call of a suspend function that returns nothing, which is `null` in Java. */
internal class VoidCallTask(runtime: JavaRuntime) : CallTask<Any?>(runtime) {
    override fun completeWith(result: Any?): Boolean = succeed(null)
}

/** The task as its caller knows it. */
@Suppress("UNCHECKED_CAST")
internal fun Task<Any?>.asVoid(): Task<Void?> = this as Task<Void?>
