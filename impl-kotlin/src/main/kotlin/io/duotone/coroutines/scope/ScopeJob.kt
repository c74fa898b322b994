@file:OptIn(InternalCoroutinesApi::class)

package io.duotone.coroutines.scope

import io.duotone.CancelReason
import io.duotone.ErrorShape
import io.duotone.ScopeOptions
import io.duotone.ScopePolicy
import io.duotone.TaskCancelledException
import io.duotone.TaskOptions
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.TaskScope
import io.duotone.coroutines.discard
import io.duotone.coroutines.innermostScope
import io.duotone.coroutines.nameContext
import io.duotone.coroutines.scopeOptions
import io.duotone.coroutines.siblingFailed
import io.duotone.coroutines.taskOptions
import io.duotone.coroutines.withReason
import kotlinx.coroutines.AbstractCoroutine
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.newCoroutineContext
import java.util.concurrent.TimeoutException
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater
import kotlin.coroutines.Continuation
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED
import kotlin.coroutines.intrinsics.startCoroutineUninterceptedOrReturn
import kotlin.time.Duration
import kotlin.time.toJavaDuration
import kotlin.time.toKotlinDuration

/** What became of a task that was to be attached to its scope. */
internal enum class Attached { STARTS, IS_CANCELLED, SCOPE_ENDED }

/** Whom the failure of a task concerns, besides its dependents. */
internal enum class FailureGoesTo {
    /** Its scope, which does what its policy says. */
    PARENT,

    /** Nobody else; the uncaught handler when there is no dependent (row C18). */
    TASK,

    /** Somebody who waits for the job itself and throws it. */
    CALLER,
}

/**
 * A scope in either language: the job that children are attached to, ours and those of kotlinx, and the body that runs in it. All
 * rules of scopes are here: what a failure does (row C2), who is waited for, and what comes of it.
 *
 * ```
 *              ended          nobody left but background tasks,         nobody left
 *   BODY RUNS -------> JOINS -----------------------------------> SEALED ----------> the job's own end
 *                       ^       which are then cancelled            |
 *                       +------- somebody was attached meanwhile ---+
 * ```
 * Failures do not go into the job as they come: they are kept here, the job is cancelled with the reason that body and children shall see,
 * and what comes of them all is put into the job at the end. So they are in one place, whatever the policy makes of them.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | result | the thread on which the body ended, once | whoever joins, closes | written under this; volatile |
 * | closed | whoever closes first | whoever attaches, joins | written under this; volatile |
 * | failures | the first to fail | any thread | written under this; volatile |
 * | isSealed | whoever joins | whoever attaches | volatile |
 * | joining | whoever joins, or was asked to | same | atomic; lets one thread join at a time, and publishes from one to the next |
 * | isFinished | whoever joins | same | plain, see joining |
 * | settled | whoever joins; the thread on which the job ended | same | plain, published by the job's state |
 * | failureGoesTo | the first to fail | whoever asks later | volatile |
 * | expiry, overdue | see Expiry, Overdue | | |
 *
 * Pairing of attaching: a child is attached, then looks at the parent's isSealed and closed; whoever joins sets isSealed, then looks for
 * children, and whoever closes sets closed, then cancels the children. So a child that is seen by neither sees the flag itself.
 */
internal abstract class ScopeJob<T>(
    val runtime: DuotoneRuntime,
    parent: CoroutineContext,
    final override val name: String?,
    @Volatile private var failureGoesTo: FailureGoesTo,
    val options: ScopeOptions = ScopeOptions.defaults(),
    val role: TaskOptions = TaskOptions.defaults(),
) : AbstractCoroutine<T>(parent, initParentJob = false, active = true),
    TaskScope {
    private val parentJob: Job? = parent[Job]
    private val parentScope: ScopeJob<*>? get() = parentJob as? ScopeJob<*>

    @Volatile
    private var result: Result<T>? = null

    @Volatile
    private var closed: CancelReason? = null

    @Volatile
    private var failures: Failures? = null

    @Volatile
    private var isSealed = false

    @Volatile
    private var joining = 0
    private var isFinished = false
    private var isSettled = false

    @Volatile
    private var expiry: Expiry? = null

    @Volatile
    private var overdue: Overdue? = null

    // What a kind of scope decides for itself.

    /** Ends the work that runs, early; the job is cancelled already. Called at any time, more than once, and must not throw. */
    protected open fun stop(reason: CancelReason) {}

    /** Somebody waits for the outcome of this very task, or has seen it. */
    open val isAwaited: Boolean get() = false

    /** What has come of it all, once: a value, a failure or a [TaskCancelledException]. False when the task had another outcome already. */
    protected abstract fun settle(outcome: Result<T>): Boolean

    /** Whether children must be looked for, when the body has ended. */
    protected open val mayHaveChildren: Boolean get() = true

    /** The scope that this belongs to, for a report. */
    val awaitedBy: String get() = parentJob?.let { parentScope?.toString() ?: it.toString() } ?: "nobody"

    /** Where the work stands, for a report that it does not end; null when there is no telling. */
    open fun stackOrNull(): Array<StackTraceElement>? = null

    // Beginning.

    /**
     * Makes this a child of its scope. False when the scope has been cancelled or closed: then the task is cancelled and nothing must start.
     *
     * **Errors**: [IllegalStateException] when the scope has ended.
     */
    protected fun attach(): Boolean {
        val attached = tryAttach()
        check(attached != Attached.SCOPE_ENDED) { SCOPE_ENDED }
        return attached == Attached.STARTS
    }

    /** As [attach], without the exception: nothing must start unless it says so. */
    protected fun tryAttach(): Attached {
        initParentJob(parentJob)
        val isTooLate = parentScope?.isSealed == true
        if (isTooLate) cancelCoroutine(CancellationException(SCOPE_ENDED))
        parentScope?.closed?.let { cancelCoroutine(TaskCancelledException(it)) }
        if (isActive) {
            options.timeout()?.let { timeoutAfter(it.toKotlinDuration()) }
            return Attached.STARTS
        }
        if (!isCompleted) resumeWith(Result.failure(getCancellationException()))
        return if (isTooLate || hasParentEnded()) Attached.SCOPE_ENDED else Attached.IS_CANCELLED
    }

    private fun hasParentEnded(): Boolean {
        val parent = parentJob ?: return false
        return parent.isCompleted || !(parent.isCancelled || parentScope?.closed != null)
    }

    // Failing, closing, cancelling.

    /** A failure of the scope itself: of its body, of its timeout, or of a child by its policy. */
    private fun fail(failure: Throwable, reason: CancelReason, origin: String?) {
        val isFirst = note(failure)
        cancelCoroutine(TaskCancelledException(reason))
        if (isFirst && goesTo() == FailureGoesTo.PARENT) tellParent(failure, origin ?: name)
    }

    /** Keeps the failure for the end; whether it is the first. */
    private fun note(failure: Throwable): Boolean = synchronized(this) {
        val isFirst = failures == null
        (failures ?: Failures().also { failures = it }).add(failure)
        isFirst
    }

    /** At once, and not only when the cleanup here is over. */
    private fun tellParent(failure: Throwable, origin: String?) {
        val scope = parentScope
        if (scope != null) scope.childFailed(failure, origin) else (parentJob as? AbstractCoroutine<*>)?.childCancelled(failure)
    }

    /** For the failure of a part of this scope that is no job: kept for the end, while the rest goes on. */
    protected fun memberFailed(failure: Throwable) {
        note(failure)
    }

    protected fun failureOrNull(): Throwable? = failures?.orNull()

    /** A failure that came when the task was over already: whether the scope has taken care of it. */
    protected fun giveToScope(failure: Throwable): Boolean = parentScope?.childFailed(failure, name) == true

    /** Whether the failure has been taken care of: if not, the child has to see to it. */
    private fun childFailed(failure: Throwable, origin: String?): Boolean {
        if (failures?.contains(failure) == true) return true
        if (isSealed) return false
        when (options.policy()) {
            ScopePolicy.FAIL_FAST -> fail(failure, siblingFailed(failure, origin), origin)
            ScopePolicy.SUPERVISE -> return false
            ScopePolicy.COLLECT -> note(failure)
            ScopePolicy.FIRST_SUCCESS -> if (closed != null) return false else note(failure)
        }
        return true
    }

    final override fun childCancelled(cause: Throwable): Boolean = cause is CancellationException || childFailed(cause, null)

    private fun childSucceeded(child: String?) {
        if (options.policy() != ScopePolicy.FIRST_SUCCESS || isCancelled) return
        closeAnd(CancelReason(CancelReason.Kind.SCOPE_CLOSED, "another task of the scope succeeded first", child)) { failures = null }
    }

    /** Cancels the children and lets no other begin, without harm to the scope's own outcome: that is up to the body. */
    fun close(reason: CancelReason) {
        closeAnd(reason) {}
    }

    private inline fun closeAnd(reason: CancelReason, underLock: () -> Unit) {
        synchronized(this) {
            if (closed != null) return
            closed = reason
            underLock()
        }
        val cancellation = TaskCancelledException(reason)
        for (child in children) if (!child.isBodyOf(this)) child.cancel(cancellation)
    }

    private fun Job.isBodyOf(scope: ScopeJob<*>) = this is ScopeJob<*> && failureGoesTo == FailureGoesTo.CALLER && parentJob === scope

    /** Decided once, so that the parent and the uncaught handler see the same. */
    private fun goesTo(): FailureGoesTo {
        val isOwnAffair = role.isContained || (isAwaited && parentScope?.options?.awaitedContained() == true)
        if (failureGoesTo == FailureGoesTo.PARENT && isOwnAffair) failureGoesTo = FailureGoesTo.TASK
        return failureGoesTo
    }

    final override val isScopedCoroutine: Boolean get() = failureGoesTo != FailureGoesTo.PARENT

    final override fun onCancelling(cause: Throwable?) {
        if (cause !is CancellationException) return
        val cancellation = cause.withReason()
        stop(cancellation.reason())
        role.cancelTimeout()?.let { limit -> overdue = Overdue(this, limit.toKotlinDuration()).also { it.start() } }
    }

    final override fun cancel(reason: CancelReason): Boolean {
        if (!isActive) return false
        cancel(TaskCancelledException(reason))
        return true
    }

    // Children of Kotlin.

    final override fun <T> spawn(
        name: String?,
        contained: Boolean,
        master: Boolean,
        background: Boolean,
        cancelTimeout: Duration?,
        block: suspend TaskScope.() -> T,
    ): Deferred<T> {
        var role = taskOptions(name)
        if (contained) role = role.contained()
        if (master) role = role.master()
        if (background) role = role.background()
        if (cancelTimeout != null) role = role.cancelTimeout(cancelTimeout.toJavaDuration())
        return TaskCoroutine<T>(runtime, contextOfChild(name), FailureGoesTo.PARENT, role).spawn(block)
    }

    final override fun <T> trySpawn(name: String?, block: suspend TaskScope.() -> T): Deferred<T>? =
        TaskCoroutine<T>(runtime, contextOfChild(name), FailureGoesTo.PARENT, taskOptions(name)).trySpawn(block)

    /** As [spawn], but begins on the calling thread, before it returns. */
    fun <T> spawnHere(block: suspend TaskScope.() -> T): Deferred<T> =
        TaskCoroutine<T>(runtime, contextOfChild(null), FailureGoesTo.PARENT, TaskOptions.defaults()).start(block)

    final override fun <T> fork(
        name: String?,
        policy: ScopePolicy,
        errors: ErrorShape,
        timeout: Duration,
        awaitedContained: Boolean,
        block: suspend TaskScope.() -> T,
    ): Deferred<T> {
        val options = scopeOptions(name, policy, errors, timeout, awaitedContained)
        return TaskCoroutine<T>(runtime, contextOfChild(name), FailureGoesTo.TASK, TaskOptions.defaults(), options).spawn(block)
    }

    @OptIn(ExperimentalCoroutinesApi::class)
    private fun contextOfChild(name: String?): CoroutineContext = (this as CoroutineScope).newCoroutineContext(nameContext(name))

    // The timeout.

    final override fun timeoutAfter(timeout: Duration) {
        synchronized(this) { expiry ?: Expiry(this).also { expiry = it } }.moveTo(timeout)
        // Pairs with the end, which sets isSealed and then ends what it finds.
        if (isSealed || isCompleted) {
            expiry?.end()
            error(SCOPE_ENDED)
        }
    }

    final override val timeLeft: Duration
        get() {
            val own = expiry?.timeLeft() ?: Duration.INFINITE
            return innermostScope(parentJob)?.timeLeft?.coerceAtMost(own) ?: own
        }

    /** Called by a worker. */
    fun timedOut(after: Duration) {
        if (isSealed) return
        val message = "${name ?: "a scope without a name"} timed out after $after"
        fail(TimeoutException(message), CancelReason(CancelReason.Kind.TIMEOUT, message, name), name)
    }

    // The body, where it is a suspend function.

    /** Tells the scope when its body has ended. */
    protected inner class Body : Continuation<T> {
        override val context: CoroutineContext get() = this@ScopeJob.context

        override fun resumeWith(result: Result<T>) {
            ended(result)
        }
    }

    /** Begins on the calling thread. */
    protected fun beginBody(block: suspend TaskScope.() -> T) {
        val returned = runCatching { block.startCoroutineUninterceptedOrReturn(this, Body()) }
        @Suppress("UNCHECKED_CAST")
        if (returned.getOrNull() !== COROUTINE_SUSPENDED) ended(returned as Result<T>)
    }

    // Ending.

    /** The body has ended, once; the scope then waits for the children. */
    protected fun ended(result: Result<T>) {
        synchronized(this) { this.result = result }
        val failure = result.exceptionOrNull()
        when {
            failure == null || failures?.contains(failure) == true -> Unit
            failure is CancellationException -> cancelCoroutine(failure)
            else -> fail(failure, siblingFailed(failure, name), name)
        }
        if (mayHaveChildren) joinChildren() else finish()
    }

    /** Goes on as far as that is possible now. Called again whenever a child has ended that was waited for. */
    private fun joinChildren() {
        if (JOINING.getAndIncrement(this) != 0) return
        var asked = 1
        do {
            if (!isFinished) joinNext()
            asked = JOINING.addAndGet(this, -asked)
        } while (asked != 0)
    }

    private fun joinNext() {
        val next = nextToJoin()
        if (next != null) {
            next.invokeOnCompletion { joinChildren() }
            return
        }
        isSealed = true
        if (children.any { !it.isCompleted }) {
            isSealed = false
            JOINING.incrementAndGet(this)
        } else {
            isFinished = true
            finish()
        }
    }

    private fun nextToJoin(): Job? {
        val awaited = children.firstOrNull { !it.isCompleted && !(it is ScopeJob<*> && it.role.isBackground) }
        if (awaited == null) {
            val background = children.firstOrNull { !it.isCompleted } ?: return null
            close(BACKGROUND_ENDS)
            return background
        }
        // Launched by means of kotlinx after all others were cancelled.
        closed?.let { if (awaited.isActive) awaited.cancel(TaskCancelledException(it)) }
        return awaited
    }

    private fun finish() {
        val result = checkNotNull(result)
        val failure = failures?.orNull(options.errors(), toString())
        val outcome = if (failure == null) result else Result.failure(failure)
        // Before the job ends: the parent shall not be over before whoever holds this task knows.
        if (outcome.isSuccess && !isCancelled) {
            isSettled = true
            settle(outcome)
        }
        resumeWith(outcome)
    }

    final override fun onCompleted(value: T) {
        if (!isSettled) settle(Result.success(value))
        if (failureGoesTo != FailureGoesTo.CALLER) parentScope?.childSucceeded(name)
        over()
    }

    final override fun onCancelled(cause: Throwable, handled: Boolean) {
        if (!isSettled) {
            result?.onSuccess { runtime.discard(it) }
            if (cause is CancellationException) settle(Result.failure(cause.withReason())) else failed(cause, handled)
        }
        over()
    }

    private fun failed(cause: Throwable, handled: Boolean) {
        val taken = settle(Result.failure(cause))
        val concernsOthers = handled && goesTo() != FailureGoesTo.TASK
        when {
            concernsOthers -> Unit
            taken -> Unheard(this, cause).start()
            else -> reportUncaught(cause)
        }
    }

    /** Reports a failure of this task that nobody can receive any more. */
    fun reportUncaught(failure: Throwable) {
        runtime.reportUncaught(name ?: "a task without a name", failure)
    }

    private fun over() {
        expiry?.end()
        overdue?.cancel()
        if (role.isMaster) {
            parentScope?.close(CancelReason(CancelReason.Kind.SCOPE_CLOSED, "the master task of the scope has ended", name))
        }
    }

    override fun toString(): String {
        val state = when {
            isCompleted -> "ended"
            isCancelled -> "cancelled"
            else -> "active"
        }
        return "${name ?: "a task without a name"} ($state)"
    }

    companion object {
        const val SCOPE_ENDED: String = "the scope has ended: spawn before its body and its tasks end, " +
            "or use Duotone.spawn (in Kotlin DuotoneRuntime.spawn) for work that outlives it"

        private val BACKGROUND_ENDS = CancelReason.of(CancelReason.Kind.SCOPE_CLOSED, "all that the scope waits for has ended")

        private val JOINING: AtomicIntegerFieldUpdater<ScopeJob<*>> =
            AtomicIntegerFieldUpdater.newUpdater(ScopeJob::class.java, "joining")
    }
}
