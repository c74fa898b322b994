@file:OptIn(InternalCoroutinesApi::class)

package io.duotone.coroutines.scope

import io.duotone.CancelReason
import io.duotone.ErrorShape
import io.duotone.ScopeOptions
import io.duotone.ScopePolicy
import io.duotone.TaskCancelledException
import io.duotone.TaskOptions
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.OpenTaskScope
import io.duotone.coroutines.TaskScope
import io.duotone.coroutines.discard
import io.duotone.coroutines.engine.platform.NO_DEADLINE
import io.duotone.coroutines.innermostScope
import io.duotone.coroutines.nameContext
import io.duotone.coroutines.reason
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
import kotlin.coroutines.jvm.internal.CoroutineStackFrame
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
 * | failures, firstOrigin | the first to fail | any thread; the thread that finishes | written under this; failures is volatile |
 * | dropped, hasFailed, hasSucceeded, isWayDecided, isCancelRequested | whoever fails; the first child to succeed | same | this |
 * | isDecided | the thread that finishes | whoever fails, sets a timeout | written under this; volatile |
 * | told | the last inside to end with a failure | the thread on which the body ended | volatile; of two that fail at once one may lose its name |
 * | isSealed | whoever joins | whoever attaches | volatile |
 * | joining | whoever joins, or was asked to | same | atomic; lets one thread join at a time, and publishes from one to the next |
 * | isFinished | whoever joins | same | plain, see joining |
 * | isSettled | whoever joins; the thread on which the job ended | same | plain, published by the job's state |
 * | hasStarted | whoever attaches it | the thread on which the job ended | plain, published by what starts it |
 * | failureGoesTo | the first to fail | whoever asks later | volatile |
 * | expiry, overdue | see Expiry, Overdue | | |
 * | foreignDeadline | whoever runs the body | any thread | volatile |
 *
 * Pairing of attaching: a child is attached, then looks at the parent's isSealed and closed; whoever joins sets isSealed, then looks for
 * children, and whoever closes sets closed, then cancels the children. So a child that is seen by neither sees the flag itself.
 */
internal abstract class ScopeJob<T>(
    final override val runtime: DuotoneRuntime,
    parent: CoroutineContext,
    final override val name: String?,
    @Volatile private var failureGoesTo: FailureGoesTo,
    val options: ScopeOptions = ScopeOptions.defaults(),
    val role: TaskOptions = TaskOptions.defaults(),
) : AbstractCoroutine<T>(parent, initParentJob = false, active = true),
    TaskScope,
    Hearable {
    private val isSpawned = failureGoesTo == FailureGoesTo.PARENT
    private val parentJob: Job? = parent[Job]
    private val parentScope: ScopeJob<*>? get() = parentJob as? ScopeJob<*>

    @Volatile
    private var result: Result<T>? = null

    @Volatile
    private var closed: CancelReason? = null

    @Volatile
    private var failures: Failures? = null

    private var firstOrigin: String? = null

    @Volatile
    private var told: Told? = null

    private var isWayDecided = false
    private var hasFailed = false
    private var hasSucceeded = false
    private var isCancelRequested = false
    private var dropped: Failures? = null

    @Volatile
    private var isDecided = false

    @Volatile
    private var isSealed = false

    @Volatile
    private var joining = 0
    private var isFinished = false
    private var isSettled = false
    private var hasStarted = false

    @Volatile
    private var expiry: Expiry? = null

    @Volatile
    private var overdue: Overdue? = null

    // What a kind of scope decides for itself.

    /** Ends the work that runs, early; the job is cancelled already. Called at any time, more than once, and must not throw. */
    protected open fun stop(reason: CancelReason) {}

    override val isAwaited: Boolean get() = false

    /** What has come of it all, once: a value, a failure or a cancellation. False when the task had another outcome already. */
    protected abstract fun settle(outcome: Result<T>): Boolean

    /** Whether [settle] is told of a value before the job ends, and so before the parent can be over. */
    protected open val settlesEarly: Boolean get() = false

    /** The scope that this belongs to, for a report. */
    val awaitedBy: String get() = parentJob?.let { parentScope?.toString() ?: it.toString() } ?: "nobody"

    /** A part of the parent's body, which waits for it, and no task: it goes on when the scope closes. */
    open val isOfBody: Boolean get() = failureGoesTo == FailureGoesTo.CALLER

    /** What came of the body, once it has ended; null also when it never began. */
    protected val bodyResult: Result<T>? get() = result

    /** Whether starting work here after the end is a mistake of the caller, who can know of it. */
    open val tellsItsEnd: Boolean get() = true

    /** The time by the clock of the turn in which it was made. */
    val startedAt: Long = runtime.pool.timeOfTurn()

    val hasBodyEnded: Boolean get() = result != null

    /** Where the work stands, for a report that it does not end; null when there is no telling. */
    open fun stackOrNull(): Array<StackTraceElement>? = children.firstNotNullOfOrNull { (it as? ScopeJob<*>)?.stackOrNull() }

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
        if (!isOfBody) parentScope?.closed?.let { cancelCoroutine(TaskCancelledException(it)) }
        if (isActive) {
            hasStarted = true
            options.timeout()?.let { timeoutAfter(it.toKotlinDuration()) }
            return Attached.STARTS
        }
        if (!isCompleted) resumeWith(Result.failure(getCancellationException()))
        val hasEnded = (isTooLate || hasParentEnded()) && parentScope?.tellsItsEnd != false
        return if (hasEnded) Attached.SCOPE_ENDED else Attached.IS_CANCELLED
    }

    private fun hasParentEnded(): Boolean {
        val parent = parentJob ?: return false
        return parent.isCompleted || !(parent.isCancelled || parentScope?.closed != null)
    }

    // Failing, closing, cancelling.

    /** A failure of the scope itself: of its body, of its timeout, or of a child by its policy. False when it comes too late. */
    private fun fail(failure: Throwable, origin: String?, reason: CancelReason? = null): Boolean {
        val noted = note(failure, origin, isOwn = true)
        if (noted == Noted.TOO_LATE) return false
        if (!isCancelled) cancelCoroutine(TaskCancelledException(reason ?: siblingFailed(failure, origin)))
        if (noted != Noted.MORE && goesTo() == FailureGoesTo.PARENT) tellParent(failure, origin ?: name)
        return true
    }

    /** The outcome of something inside, and the task in which it began: our body may come to throw it. */
    private class Told(val failure: Throwable, val origin: String?)

    private fun originOf(failure: Throwable): String? = told?.takeIf { it.failure === failure }?.origin

    private enum class Noted { FIRST, MORE, KNOWN, TOO_LATE }

    /** Keeps the failure for the end. After a first success only those of the scope itself. */
    private fun note(failure: Throwable, origin: String?, isOwn: Boolean): Noted = synchronized(this) {
        if (isOwn && !isDecided) hasFailed = true
        val kept = failures
        when {
            kept?.contains(failure) == true || dropped?.contains(failure) == true -> return Noted.KNOWN
            isDecided || (hasSucceeded && !isOwn) -> return Noted.TOO_LATE
        }
        if (kept == null) firstOrigin = origin
        (kept ?: Failures().also { failures = it }).add(failure)
        if (kept == null) Noted.FIRST else Noted.MORE
    }

    /** At once, and not only when the cleanup here is over. */
    private fun tellParent(failure: Throwable, origin: String?) {
        val scope = parentScope
        if (scope != null) scope.childFailed(failure, origin) else (parentJob as? AbstractCoroutine<*>)?.childCancelled(failure)
    }

    /** For the failure of a part of this scope that is no job: kept for the end, while the rest goes on. */
    protected fun memberFailed(failure: Throwable) {
        note(failure, null, isOwn = false)
    }

    /** Then nobody may look any more at the tasks that are parts of its body. */
    private val isCleanupOfParent: Boolean get() = parentScope?.isCancelled == true

    /** Whether the failure has been taken care of: if not, the child has to see to it. */
    private fun childFailed(failure: Throwable, origin: String?): Boolean {
        if (failures?.contains(failure) == true) return true
        return when (options.policy()) {
            ScopePolicy.FAIL_FAST -> fail(failure, origin)
            ScopePolicy.SUPERVISE -> false
            ScopePolicy.COLLECT, ScopePolicy.FIRST_SUCCESS -> note(failure, origin, isOwn = false) != Noted.TOO_LATE
        }
    }

    final override fun childCancelled(cause: Throwable): Boolean = cause is CancellationException || childFailed(cause, originOf(cause))

    /** Before the child's job ends, so that whoever joins cannot take its siblings' failures for the last word. */
    private fun childSucceeds(child: ScopeJob<*>) {
        if (options.policy() != ScopePolicy.FIRST_SUCCESS) return
        synchronized(this) {
            if (hasSucceeded || hasFailed || isDecided) return
            hasSucceeded = true
            dropped = failures
            failures = null
        }
        close(CancelReason(CancelReason.Kind.SCOPE_CLOSED, "another task of the scope succeeded first", child.name), except = child)
    }

    /** Cancels the children and lets no other begin, without harm to the scope's own outcome: that is up to the body. */
    fun close(reason: CancelReason, except: Job? = null) {
        synchronized(this) {
            if (closed != null) return
            closed = reason
        }
        val cancellation = TaskCancelledException(reason)
        for (child in children) if (child !== except && !isOfBody(child)) child.cancel(cancellation)
    }

    // A scope of kotlinx is a frame of whoever waits for it, and here that is the body.
    private fun isOfBody(child: Job): Boolean = if (child is ScopeJob<*>) child.isOfBody else child is CoroutineStackFrame

    /** Decided once, when the first failure comes, so that the parent, the awaiters and the uncaught handler see the same. */
    private fun goesTo(): FailureGoesTo = synchronized(this) {
        if (failureGoesTo == FailureGoesTo.PARENT && !isWayDecided) {
            val isOwnAffair = role.isContained || (isAwaited && parentScope?.options?.awaitedContained() == true)
            if (isOwnAffair) failureGoesTo = FailureGoesTo.TASK
        }
        isWayDecided = true
        failureGoesTo
    }

    final override val isScopedCoroutine: Boolean get() = failureGoesTo != FailureGoesTo.PARENT

    final override fun onCancelling(cause: Throwable?) {
        if (cause !is CancellationException) return
        val cancellation = cause.withReason()
        stop(cancellation.reason())
        role.cancelTimeout()?.let { limit -> overdue = Overdue(this, limit.toKotlinDuration()).also { it.start() } }
        if (isCompleted) overdue?.cancel()
    }

    final override fun cancel(reason: CancelReason): Boolean {
        synchronized(this) {
            if (isCancelRequested || !isActive) return false
            isCancelRequested = true
        }
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

    final override fun open(
        name: String?,
        policy: ScopePolicy,
        errors: ErrorShape,
        timeout: Duration,
        awaitedContained: Boolean,
    ): OpenTaskScope =
        OpenScopeJob(runtime, contextOfChild(name), scopeOptions(name, policy, errors, timeout, awaitedContained)).open()

    @OptIn(ExperimentalCoroutinesApi::class)
    private fun contextOfChild(name: String?): CoroutineContext = (this as CoroutineScope).newCoroutineContext(nameContext(name))

    // The timeout.

    final override fun timeoutAfter(timeout: Duration): Unit = moveTimeout { it.moveBy(timeout) }

    final override fun timeoutAt(deadline: Duration): Unit = moveTimeout { it.moveTo(deadline.asDeadline()) }

    private inline fun moveTimeout(move: (Expiry) -> Unit) {
        move(synchronized(this) { expiry ?: Expiry(this).also { expiry = it } })
        // Pairs with the end, which sets isDecided and then ends what it finds.
        if (isDecided || isCompleted) {
            expiry?.end()
            check(!tellsItsEnd) { SCOPE_ENDED }
        }
    }

    /** When something else will end what runs in here, which is no timeout of a scope; only to be shown in [deadline]. */
    @Volatile
    var foreignDeadline: Long = NO_DEADLINE

    /** Without the scopes around it. */
    val ownDeadline: Long get() = minOf(expiry?.deadline ?: NO_DEADLINE, foreignDeadline)

    val scopeAround: ScopeJob<*>? get() = innermostScope(parentJob)

    final override val deadline: Duration? get() = deadlineIn(runtime)

    final override val timeLeft: Duration
        get() = deadline?.let(runtime::timeUntil) ?: Duration.INFINITE

    /** Called by a worker. [at] says when. */
    fun timedOut(at: String) {
        // Cleanup has no limit: not when the scope is cancelled, nor when its body has ended and the rest has been told to.
        if (isCancelled || (closed != null && result != null)) return
        val message = "${name ?: "a scope without a name"} timed out $at"
        fail(TimeoutException(message), name, CancelReason(CancelReason.Kind.TIMEOUT, message, name))
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
        when (failure) {
            null -> Unit
            is CancellationException -> cancelCoroutine(failure)
            else -> fail(failure, originOf(failure) ?: name)
        }
        joinChildren()
    }

    /** As [ended], for a body made of members, whose failures are kept already and cancel nobody. */
    protected inline fun membersEnded(result: () -> T) {
        val failure = failures?.orNull()
        this.result = if (failure == null) runCatching(result) else Result.failure(failure)
        joinChildren()
    }

    /** Goes on as far as that is possible now. Called again whenever a child has ended that was waited for. */
    private fun joinChildren() {
        if (JOINING.getAndIncrement(this) == 0) JoinLoop.run(this)
    }

    /** Called by [JoinLoop] alone. */
    fun joinNow() {
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
        var background: Job? = null
        for (child in children) {
            if (child.isCompleted) continue
            if (child !is ScopeJob<*> || !child.role.isBackground) return child.also(::cancelIfClosed)
            if (background == null) background = child
        }
        // A scope that is cancelled has a better reason for them, which is on its way.
        if (background != null && !isCancelled) close(BACKGROUND_ENDS)
        return background
    }

    /** What is launched by means of kotlinx does not look whether the scope is closed, and may have come after all others were cancelled. */
    private fun cancelIfClosed(awaited: Job) {
        val reason = closed ?: return
        if (awaited is ScopeJob<*> || awaited.isCancelled) return
        for (child in children) if (child !is ScopeJob<*> && !isOfBody(child)) child.cancel(TaskCancelledException(reason))
    }

    private fun finish() {
        val result = checkNotNull(result)
        val failure = synchronized(this) {
            isDecided = true
            failures?.orNull(options.errors(), toString())
        }
        if (failure != null) {
            goesTo()
            parentScope?.told = Told(failure, firstOrigin ?: name)
            return resumeWith(Result.failure(failure))
        }
        if (result.isSuccess && !isCancelled) {
            if (settlesEarly) isSettled = settle(result)
            if (isSpawned) parentScope?.childSucceeds(this)
        }
        resumeWith(result)
    }

    final override fun onCompleted(value: T) {
        if (!isSettled) settle(Result.success(value))
        over()
    }

    final override fun onCancelled(cause: Throwable, handled: Boolean) {
        if (!isSettled) {
            result?.onSuccess { runtime.discard(it) }
            if (cause is CancellationException) settle(Result.failure(cause)) else failed(cause, handled)
        }
        over()
    }

    private fun failed(cause: Throwable, handled: Boolean) {
        val taken = settle(Result.failure(cause))
        val goesTo = goesTo()
        when {
            goesTo == FailureGoesTo.PARENT && handled -> Unit
            goesTo == FailureGoesTo.CALLER && taken -> Unit
            isOfBody && isCleanupOfParent && parentScope?.fail(cause, name) == true -> Unit
            taken -> Unheard(this, cause).start()
            else -> reportUncaught(cause)
        }
    }

    /** A failure that came when the task had another outcome already, for which nobody but its dependents would have been there. */
    protected fun reportIfUnheard(failure: Throwable) {
        if (failure !is CancellationException && goesTo() == FailureGoesTo.TASK && isAwaited) reportUncaught(failure)
    }

    /** Reports a failure of this task that nobody can receive any more. */
    final override fun reportUncaught(failure: Throwable) {
        runtime.reportUncaught(name ?: parentScope?.name ?: "a task without a name", failure)
    }

    private fun over() {
        expiry?.end()
        overdue?.cancel()
        if (role.isMaster && hasStarted) {
            parentScope?.close(CancelReason(CancelReason.Kind.SCOPE_CLOSED, "the master task of the scope has ended", name))
        }
    }

    override fun toString(): String {
        val state = when {
            isCompleted -> "ended"
            isCancelled -> "cancelled, ${getCancellationException().reason}"
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
