package io.duotone.coroutines

import io.duotone.CancelReason
import io.duotone.DuotoneOptions
import io.duotone.ErrorShape
import io.duotone.ScopePolicy
import io.duotone.TaskCancelledException
import io.duotone.coroutines.context.currentElements
import io.duotone.coroutines.engine.blocking.BlockingPool
import io.duotone.coroutines.engine.platform.EngineThread
import io.duotone.coroutines.engine.platform.Platform
import io.duotone.coroutines.engine.platform.SystemPlatform
import io.duotone.coroutines.engine.platform.toNanosAtMost
import io.duotone.coroutines.engine.scheduler.ConfinedDispatcher
import io.duotone.coroutines.engine.scheduler.Shutdown
import io.duotone.coroutines.engine.scheduler.Worker
import io.duotone.coroutines.engine.scheduler.WorkerPool
import io.duotone.coroutines.engine.scheduler.runtimeDispatcherOrNull
import io.duotone.coroutines.scope.FailureGoesTo
import io.duotone.coroutines.scope.OpenJob
import io.duotone.coroutines.scope.OpenScopeJob
import io.duotone.coroutines.scope.PendingCalls
import io.duotone.coroutines.scope.TaskCoroutine
import io.duotone.spi.Failures
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.newCoroutineContext
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds

/**
 * A runtime: workers, timers, poller and blocking pool in one. Any number may live in a process (row C16); each is closed by
 * [close]. Its [dispatcher] is an ordinary dispatcher, on which all of kotlinx.coroutines runs unchanged.
 *
 * **Threads**: all members may be used from any thread, except that [block] and [close] are refused on a worker with
 * [IllegalStateException], because they would wait for the very thread they stand on; [close] on all threads of its runtime.
 *
 * ```
 *         close begins              all steps of Shutdown done
 *   OPEN --------------> CLOSING ------------------------------> CLOSED
 * ```
 * No-ops: close in CLOSING waits for CLOSED; close in CLOSED.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | state | the first to close | any thread | atomic, volatile |
 * | closed | the first to close | later closers | latch |
 * | otherFace, pendingCalls | see their classes | | |
 */
public class DuotoneRuntime internal constructor(public val options: DuotoneOptions, internal val platform: Platform) : AutoCloseable {
    /** Starts a runtime with these options. */
    @JvmOverloads
    public constructor(options: DuotoneOptions = DuotoneOptions.defaults()) : this(options, SystemPlatform())

    private val uncaught = UncaughtFailures(options)
    internal val pool = WorkerPool(platform, this, options.name(), options.threads()) { uncaught.report("a command of the executor", it) }
    internal val blockingPool = BlockingPool(
        name = options.name(),
        maxThreads = options.blockingThreads(),
        idleNanos = options.blockingIdle().toNanosAtMost(),
        threads = { task, name -> platform.thread(name, this, task) },
        clock = platform::nanoTime,
    )

    /** Threads for `async` bodies where the JDK has no virtual ones. */
    internal val awaitPool = BlockingPool(
        name = options.name(),
        maxThreads = options.awaitThreads(),
        idleNanos = options.blockingIdle().toNanosAtMost(),
        threads = { task, name -> platform.thread(name, this, task) },
        clock = platform::nanoTime,
        role = "async",
        whenFull =
        "all ${options.awaitThreads()} threads for async bodies are busy: raise awaitThreads, write this coroutine in the stage tone, " +
            "or run on JDK 21 or later, where bodies have virtual threads",
    )
    private val roots = SupervisorJob()
    private val state = AtomicInteger(OPEN)
    private val closed = CountDownLatch(1)
    internal val otherFace = OtherFace()
    internal val pendingCalls = PendingCalls(pool, roots, ::isClosed)

    /** Runs coroutines on this runtime. It also implements kotlinx's `Delay`: timers of coroutines on it are the runtime's own. */
    public val dispatcher: CoroutineDispatcher get() = pool.dispatcher

    /**
     * A view of [dispatcher] for code that shares state without locks: coroutines on it take turns, one at a time and in the order in
     * which they became ready, on whichever worker is free (row C15). A turn ends where the coroutine suspends. Each call gives a view of
     * its own; two views do not exclude each other.
     *
     * ```kotlin
     * withContext(runtime.confined()) { repeat(1000) { launch { counter++ } } }
     * ```
     * **Threads**: what was done in one turn happens-before the next. A block on the blocking pool is no part of a turn.
     */
    public fun confined(): CoroutineDispatcher = ConfinedDispatcher(pool.dispatcher)

    /**
     * Runs coroutines on the threads of the blocking pool, where they may block and wait in turn (row S43):
     *
     * ```kotlin
     * withContext(runtime.blockingDispatcher) { while (true) handle(device.readBlocking().also { progress.send(it) }) }
     * ```
     * For a single blocking call [blocking][io.duotone.coroutines.blocking.blocking] is lighter, and is interrupted when it is cancelled.
     * Here a cancellation acts where the coroutine waits, and interrupts nothing.
     */
    public val blockingDispatcher: CoroutineDispatcher = BlockingDispatcher(this, pool.dispatcher)

    /** The scope of the tasks of the runtime itself; they live until they end or the runtime closes. */
    internal val rootScope = object : CoroutineScope {
        override val coroutineContext: CoroutineContext = roots + dispatcher + uncaught
    }

    init {
        try {
            pool.start()
        } catch (failure: Throwable) {
            pool.stop()
            throw failure
        }
    }

    /** Whether [close] has begun. */
    public val isClosed: Boolean get() = state.get() != OPEN

    /**
     * The time since this runtime was started (row T28). Monotonic, nanosecond resolution, and nothing to do with the time of day: only
     * values of the same runtime can be compared.
     */
    public val time: Duration get() = platform.nanoTime().nanoseconds

    /**
     * Starts a task of the runtime itself, outside of any scope. It lives until it ends, is cancelled, or the runtime closes
     * (row C1). Hot: it is queued at once.
     *
     * **Errors**: [IllegalStateException] when the runtime is closed. A failure that nobody awaits by then goes to the uncaught handler
     * (row C18).
     */
    public fun <T> spawn(name: String? = null, block: suspend TaskScope.() -> T): Deferred<T> {
        checkOpen()
        return rootTask<T>(name, FailureGoesTo.PARENT).spawn(block)
    }

    /**
     * Opens a scope outside of any other, which stays open until it is completed or cancelled, or the runtime closes (rows R3, R12). A runtime
     * that joins what runs when it closes, see [DuotoneOptions.atExit], completes it. The parameters are those of [taskScope].
     *
     * **Errors**: [IllegalStateException] when the runtime is closed.
     */
    @OptIn(ExperimentalCoroutinesApi::class)
    public fun open(
        name: String? = null,
        policy: ScopePolicy = ScopePolicy.FAIL_FAST,
        errors: ErrorShape = ErrorShape.FIRST,
        timeout: Duration = Duration.INFINITE,
        awaitedContained: Boolean = false,
    ): OpenTaskScope {
        checkOpen()
        val options = scopeOptions(name, policy, errors, timeout, awaitedContained)
        val scope = OpenScopeJob(this, rootScope.newCoroutineContext(nameContext(name) + currentElements()), options)
        return scope.open().also { completeIfClosing(scope) }
    }

    /** For a scope opened while the runtime closes: whoever closes sets the state, then looks for those that are open. */
    internal fun completeIfClosing(scope: OpenJob) {
        if (isClosed && options.atExit() == DuotoneOptions.AtExit.JOIN) scope.complete()
    }

    @OptIn(ExperimentalCoroutinesApi::class)
    private fun <T> rootTask(name: String?, failureGoesTo: FailureGoesTo): TaskCoroutine<T> =
        TaskCoroutine(this, rootScope.newCoroutineContext(nameContext(name) + currentElements()), failureGoesTo, taskOptions(name))

    /**
     * Runs [block] in a scope of its own and blocks the calling thread until the scope has ended (row T15).
     *
     * **Cancellation**: interrupting the calling thread cancels the scope with the reason
     * [INTERRUPTED][CancelReason.Kind.INTERRUPTED]; the interrupt flag stays set.
     *
     * **Errors**: what [block] or a child of the scope failed with; [IllegalStateException] on a worker of any Duotone runtime (use
     * `taskScope` there), and when the runtime is closed.
     */
    public fun <T> block(block: suspend TaskScope.() -> T): T {
        checkMayBlock("DuotoneRuntime.block")
        checkOpen()
        return blockOn(rootTask<T>(null, FailureGoesTo.CALLER).spawn(block))
    }

    @OptIn(ExperimentalCoroutinesApi::class)
    private fun <T> blockOn(main: Deferred<T>): T {
        awaitEnd(main)
        main.getCompletionExceptionOrNull()?.let(Failures::appendCaller)
        return main.getCompleted()
    }

    /** Blocks until [main] has ended. An interrupt cancels it, and the flag stays set. */
    internal fun awaitEnd(main: Job) {
        val ended = CountDownLatch(1)
        main.invokeOnCompletion { ended.countDown() }
        var interrupted = false
        while (true) {
            try {
                ended.await()
                break
            } catch (_: InterruptedException) {
                interrupted = true
                val reason = CancelReason.of(
                    CancelReason.Kind.INTERRUPTED,
                    "the thread '${Thread.currentThread().name}' that waits for it was interrupted"
                )
                main.cancel(TaskCancelledException(reason))
            }
        }
        if (interrupted) Thread.currentThread().interrupt()
    }

    /**
     * Stops accepting work, cancels what runs (or waits for it, see [DuotoneOptions.atExit]), waits for its cleanup up to
     * [DuotoneOptions.shutdownGrace], then stops all threads. What would not stop is named in a warning. A second close waits for the
     * first and is otherwise harmless. Refused for [shared].
     *
     * **Cancellation**: an interrupt does not end it; the interrupt flag stays set.
     *
     * **Errors**: [IllegalStateException] on a worker, and in a blocking call or an `async` body of this runtime, which close would wait
     * for.
     */
    override fun close() {
        checkMayBlock("DuotoneRuntime.close")
        check(currentOrNull() !== this) {
            "DuotoneRuntime.close on ${Thread.currentThread().name} would wait for itself: close '${options.name()}' from a thread that is not its own"
        }
        check(this !== Shared.runtimeOrNull) { "the shared runtime is never closed: its threads are daemons and end with the process" }
        if (state.compareAndSet(OPEN, CLOSING)) {
            try {
                for (task in roots.children) if (task is OpenJob) completeIfClosing(task)
                pendingCalls.attachAll()
                Shutdown(options, pool, listOf(blockingPool, awaitPool), roots, uncaught::warn).run()
            } finally {
                state.set(CLOSED)
                closed.countDown()
            }
        } else {
            awaitClosed()
        }
    }

    private fun awaitClosed() {
        var interrupted = false
        while (true) {
            try {
                closed.await()
                break
            } catch (_: InterruptedException) {
                interrupted = true
            }
        }
        if (interrupted) Thread.currentThread().interrupt()
    }

    internal fun checkOpen() {
        check(state.get() == OPEN) { "the runtime '${options.name()}' is closed: start work on it before close()" }
    }

    internal fun warn(message: String) {
        uncaught.warn(message)
    }

    internal fun reportUncaught(task: String, failure: Throwable) {
        uncaught.report(task, failure)
    }

    override fun toString(): String = when (state.get()) {
        OPEN -> "DuotoneRuntime(${options.name()}: $dispatcher, $blockingPool)"
        CLOSING -> "DuotoneRuntime(${options.name()}: closing)"
        else -> "DuotoneRuntime(${options.name()}: closed)"
    }

    public companion object {
        private const val OPEN = 0
        private const val CLOSING = 1
        private const val CLOSED = 2

        /** The shared default runtime, started at the first use; it cannot be closed. */
        @JvmStatic
        public val shared: DuotoneRuntime get() = Shared.runtime

        /** The runtime that the calling thread works for, as a worker or for a blocking call; null on any other thread. */
        @JvmStatic
        public fun currentOrNull(): DuotoneRuntime? {
            val owner = (Thread.currentThread() as? EngineThread)?.owner
            return if (owner is Worker) owner.runtime else owner as? DuotoneRuntime ?: BodyThread.currentOrNull()?.runtime
        }
    }
}

private val Worker.runtime: DuotoneRuntime get() = poolOwner as DuotoneRuntime

/** Holder of the shared runtime; its own object, so that asking whether a runtime is the shared one does not start it. */
private object Shared {
    @Volatile
    var runtimeOrNull: DuotoneRuntime? = null

    val runtime: DuotoneRuntime by lazy {
        DuotoneRuntime(DuotoneOptions.defaults()).also { runtimeOrNull = it }
    }
}

/** Throws [IllegalStateException] on a worker, where blocking would stop what the caller waits for (row C16). */
internal fun checkMayBlock(call: String) {
    val worker = Worker.currentOrNull() ?: return
    error(
        "$call would block ${worker.thread.name}, a worker, which may be the one that must finish what it waits for: " +
            "await it instead, chain on it, or move the call to the blocking pool",
    )
}

/** The runtime that a coroutine runs on: that of its dispatcher, else of its thread, else the shared one. */
internal fun runtimeOf(context: CoroutineContext): DuotoneRuntime =
    context[ContinuationInterceptor].let {
        (it as? BlockingDispatcher)?.runtime
            ?: it.runtimeDispatcherOrNull()?.pool?.owner as DuotoneRuntime?
    }
        ?: DuotoneRuntime.currentOrNull()
        ?: DuotoneRuntime.shared

internal fun nameContext(name: String?): CoroutineContext = if (name == null) EmptyCoroutineContext else CoroutineName(name)
