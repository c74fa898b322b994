package io.duotone.coroutines.facade

import io.duotone.AsyncIterator
import io.duotone.BlockingFunction
import io.duotone.Both
import io.duotone.CancelReason
import io.duotone.ContextKey
import io.duotone.Coroutine
import io.duotone.Cycle
import io.duotone.Duotone
import io.duotone.LimitedScope
import io.duotone.OpenScope
import io.duotone.Outcome
import io.duotone.Scope
import io.duotone.ScopeOptions
import io.duotone.Task
import io.duotone.TaskCancelledException
import io.duotone.TaskInfo
import io.duotone.TaskOptions
import io.duotone.Three
import io.duotone.Timed
import io.duotone.coroutines.TaskScope
import io.duotone.coroutines.blocking.mapBlocking
import io.duotone.coroutines.context.contextValues
import io.duotone.coroutines.context.elements
import io.duotone.coroutines.discard
import io.duotone.coroutines.engine.platform.deadlineAfter
import io.duotone.coroutines.engine.platform.toNanosAtMost
import io.duotone.coroutines.engine.scheduler.ConfinedDispatcher
import io.duotone.coroutines.failAt
import io.duotone.coroutines.innermostScope
import io.duotone.coroutines.mapConcurrently
import io.duotone.coroutines.race
import io.duotone.coroutines.repeatTimeout
import io.duotone.coroutines.scope.FailureGoesTo
import io.duotone.coroutines.scope.ScopeJob
import io.duotone.coroutines.scope.deadlineIn
import io.duotone.coroutines.scope.tasksIn
import io.duotone.coroutines.scope.timeUntil
import io.duotone.coroutines.taskOptions
import io.duotone.coroutines.withReason
import io.duotone.spi.Context
import io.duotone.spi.ContextTarget
import io.duotone.spi.ContextValues
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.job
import kotlinx.coroutines.newCoroutineContext
import kotlinx.coroutines.withTimeoutOrNull
import java.time.Duration
import java.util.Objects
import java.util.Optional
import java.util.concurrent.Callable
import java.util.function.Function
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.coroutineContext
import kotlin.time.toJavaDuration
import kotlin.time.toKotlinDuration
import io.duotone.coroutines.time.Cycle as KotlinCycle

/** The Java face of a coroutine scope: of a [TaskJob], which has one of its own, or of any other. */
internal open class JavaScope(
    val runtime: JavaRuntime,
    private val scope: CoroutineScope,
    values: ContextValues = scope.coroutineContext.contextValues(),
) : Context(values),
    Scope {
    val job: Job = requireNotNull(scope.coroutineContext[Job]) { "a scope without a Job cannot join or cancel anything: $scope" }

    /** Where children run: where the scope does, unless that is elsewhere than on our workers. */
    private val dispatcher: CoroutineDispatcher = runtime.dispatcherOf(scope.coroutineContext)

    /** What children begin with. */
    private val context: CoroutineContext = scope.coroutineContext.let {
        if (it[ContinuationInterceptor] === dispatcher) it else it + dispatcher
    }

    private val turns: ConfinedDispatcher? get() = dispatcher as? ConfinedDispatcher

    override fun scopeOrNull(): Scope = this

    // Context values (rows T63, C28).

    /** What a view of the scope adds, whatever the spawning code has. */
    protected open val added: ContextValues get() = ContextValues.NONE

    private fun valuesOfChild(): ContextValues {
        val spawner = current()
        val own = values()
        return added.over(if (spawner == null || spawner === this) own else spawner.values().over(own))
    }

    /** Makes a child with the values of this scope, over them those of the code that spawns it, over them those that a view adds. */
    @OptIn(ExperimentalCoroutinesApi::class)
    inline fun <J> inherited(make: (CoroutineContext, ContextValues) -> J): J {
        val values = valuesOfChild()
        val elements = if (values === values()) EmptyCoroutineContext else values.elements()
        if (!values.setsThread()) return make(context + elements, values)
        // For elements of a kind that wants to be copied for each child.
        val copied = CoroutineScope(context).newCoroutineContext(elements)
        return make(copied, copied.contextValues())
    }

    override fun <V : Any> with(key: ContextKey<V>, value: V?): Scope {
        Objects.requireNonNull(key, "key")
        return view(key, value, added.with(key, value))
    }

    /** For code that has the value itself: whatever else that gives to the work it starts wins over this. */
    override fun <T : Any> withValue(key: ContextTarget<T>, value: T?): Context =
        view(key, value, if (added.has(key)) added.with(key, value) else added)

    private fun <T : Any> view(key: ContextTarget<T>, value: T?, added: ContextValues): View {
        val element = ContextValues.NONE.with(key, value).elements()
        return View(runtime, CoroutineScope(scope.coroutineContext + element), values().with(key, value), added)
    }

    override fun <V : Any> get(key: ContextKey<V>): V? = values().get(key)

    private class View(runtime: JavaRuntime, scope: CoroutineScope, values: ContextValues, override val added: ContextValues) :
        JavaScope(runtime, scope, values)

    override fun runtime(): Duotone = runtime

    override fun name(): String? = (job as? TaskScope)?.name

    override fun <T> spawn(coroutine: Coroutine<T>): Task<T> = spawn(TaskOptions.defaults(), coroutine)

    override fun <T> spawn(options: TaskOptions, coroutine: Coroutine<T>): Task<T> = job(options, coroutine).spawn()

    override fun <T> trySpawn(options: TaskOptions, coroutine: Coroutine<T>): Optional<Task<T>> =
        Optional.ofNullable(job(options, coroutine).trySpawn())

    private fun <T> job(role: TaskOptions, coroutine: Coroutine<T>): StageJob<T> {
        Objects.requireNonNull(coroutine, "coroutine")
        if (role.isMaster || role.isBackground) scopeJob("master and no background tasks")
        return inherited { context, values -> StageJob(runtime, context, FailureGoesTo.PARENT, coroutine, role, values = values) }
    }

    override fun <T> fork(options: ScopeOptions, body: Coroutine<T>): Task<T> {
        Objects.requireNonNull(body, "body")
        return inherited { context, values ->
            StageJob(runtime, context, FailureGoesTo.TASK, body, options = options, values = values)
        }.spawn()
    }

    override fun open(options: ScopeOptions): OpenScope = inherited { context, _ -> OpenStageJob(runtime, context, options) }.open()

    override fun tasks(): List<TaskInfo> = tasksIn(job)

    override fun timeoutAfter(timeout: Duration) {
        scopeJob("timeout").timeoutAfter(timeout.toKotlinDuration())
    }

    override fun clearTimeout() {
        scopeJob("timeout").timeoutAfter(kotlin.time.Duration.INFINITE)
    }

    override fun timeoutAt(deadline: Duration) {
        scopeJob("timeout").timeoutAt(deadline.toKotlinDuration())
    }

    override fun deadline(): Optional<Duration> = Optional.ofNullable(deadlineOrNull()?.toJavaDuration())

    override fun timeLeft(): Optional<Duration> =
        Optional.ofNullable(deadlineOrNull()?.let { runtime.kotlin.timeUntil(it).toJavaDuration() })

    private fun deadlineOrNull(): kotlin.time.Duration? = innermostScope(job)?.deadlineIn(runtime.kotlin)

    private fun scopeJob(what: String): ScopeJob<*> = checkNotNull(job as? ScopeJob<*>) {
        "$scope is a scope of kotlinx, which has no $what: use taskScope in Kotlin"
    }

    override fun <A, B> spawn(first: Coroutine<A>, second: Coroutine<B>): Task<Both<A, B>> = group<Any?, Both<A, B>>(
        arrayOf<Any?>(first, second)
    ) {
        @Suppress("UNCHECKED_CAST")
        Both(it[0] as A, it[1] as B)
    }

    override fun <A, B, C> spawn(first: Coroutine<A>, second: Coroutine<B>, third: Coroutine<C>): Task<Three<A, B, C>> =
        group<Any?, Three<A, B, C>>(arrayOf<Any?>(first, second, third)) {
            @Suppress("UNCHECKED_CAST")
            Three(it[0] as A, it[1] as B, it[2] as C)
        }

    override fun <T> spawn(coroutines: Collection<Coroutine<out T>>): Task<List<T>> = group<T, List<T>>(coroutines.toTypedArray<Any?>()) {
        it
    }

    /** The array becomes the group's own, which stores values in it. */
    private fun <T, R> group(coroutines: Array<Any?>, resultOf: (List<T>) -> R): Task<R> {
        for (coroutine in coroutines) Objects.requireNonNull(coroutine, "coroutine")
        return inherited { context, values -> GroupJob(runtime, context, coroutines, values, resultOf) }.spawn()
    }

    override fun <T> spawnBlocking(call: Callable<out T>): Task<T> = inherited { context, values ->
        ThreadJob<T>(runtime, context, FailureGoesTo.PARENT, call, values = values)
    }.onBlockingPool()

    override fun limited(limit: Int): LimitedScope = JavaLimitedScope(this, limit)

    /** As the others; [ended] is called when the task has ended, its cleanup included. */
    fun <T> spawn(options: TaskOptions, coroutine: Coroutine<T>, ended: () -> Unit): Task<T> {
        val job = job(options, coroutine)
        return job.spawn().also { job.invokeOnCompletion { ended() } }
    }

    fun <T> spawnBlocking(call: Callable<out T>, ended: () -> Unit): Task<T> {
        val job = inherited { context, values -> ThreadJob<T>(runtime, context, FailureGoesTo.PARENT, call, values = values) }
        return job.onBlockingPool().also { job.invokeOnCompletion { ended() } }
    }

    /** The body is told this scope, and so it finds no other. */
    fun <T> runBody(body: Callable<T>): Task<T> {
        check(turns == null) {
            "an async body has a thread of its own, which takes no turns: write what a confined scope starts in the stage tone, " +
                "or start the body in a scope that is not confined"
        }
        return inherited { context, values ->
            val runsIn = if (values === values()) this else of(values, this)
            ThreadJob<T>(runtime, context, FailureGoesTo.TASK, body, isOfBody = true, values = values, runsIn = runsIn)
        }.onThreadOfItsOwn()
    }

    /** Calls a suspend function in this scope, at once; its failure is the task's alone. */
    fun <T> call(name: String?, block: suspend () -> T): Task<T> = inherited { context, values ->
        CallJob<T>(runtime, context, taskOptions(name), isOfBody = true, values)
    }.begin { block() }

    // Work that is done by a suspend function, on a worker; a failure that nobody waits for is reported.
    private fun <T> work(block: suspend (JavaScope) -> T): Task<T> = inherited { context, values ->
        CallJob<T>(runtime, context, TaskOptions.defaults(), isOfBody = false, values)
    }.begin { own ->
        toWorker(runtime.kotlin)
        block(own)
    }

    override fun <T> isolate(options: ScopeOptions, body: Coroutine<T>): Task<Outcome<T>> = work {
        io.duotone.coroutines.isolate(options) { body.startHere(this) }.fold({ Outcome.Success(it) }, { Outcome.Failure(it) })
    }

    override fun <T> failAt(deadline: Duration, body: Coroutine<T>): Task<T> = work {
        failAt(deadline.toKotlinDuration()) {
            body.startHere(this)
        }
    }

    override fun <T> moveOnAfter(timeout: Duration, body: Coroutine<T>): Task<Timed<T>> = work {
        // The timeout is one of kotlinx, of which those inside would not know.
        innermostScope(coroutineContext.job)?.foreignDeadline = runtime.kotlin.platform.deadlineAfter(timeout.toNanosAtMost())
        var late: T? = null
        withTimeoutOrNull(timeout.toKotlinDuration()) { Timed.inTime(body.await().also { late = it }) }
            ?: Timed.out<T>().also { runtime.kotlin.discard(late) }
    }

    override fun repeat(iteration: Coroutine<Boolean>): Task<Void?> {
        Objects.requireNonNull(iteration, "iteration")
        return work { own ->
            while (iteration.startHere(own)) continue
            null
        }
    }

    override fun repeatTimeout(timeout: Duration, iteration: Coroutine<Boolean>): Task<Void?> = work {
        repeatTimeout(timeout.toKotlinDuration()) { iteration.await() }
        null
    }

    override fun <T> race(coroutines: Collection<Coroutine<out T>>): Task<T> {
        val racers = coroutines.map<Coroutine<out T>, suspend TaskScope.() -> T> { racer -> { racer.startHere(this) } }
        return work { race(racers) }
    }

    override fun <T> asCompleted(coroutines: Collection<Coroutine<out T>>): AsyncIterator<Outcome<T>> {
        val all = coroutines.map { Objects.requireNonNull(it, "coroutine") }
        return CompletedIterator<T>(runtime, all.size).start(this, all)
    }

    override fun <A, B> map(elements: Collection<A>, limit: Int, transform: Function<in A, out Coroutine<out B>>): Task<List<B>> =
        work { own -> elements.toList().mapConcurrently(limit) { own.within { transform.apply(it) }.await() } }

    override fun <A, B> mapBlocking(elements: Collection<A>, limit: Int, transform: BlockingFunction<in A, out B>): Task<List<B>> =
        work { own -> elements.toList().mapBlocking<A, B>(limit) { own.within { transform.apply(it) } } }

    override fun sleep(duration: Duration): Task<Void?> = cancelledOrNull() ?: SleepTask.start(runtime, turns, duration)

    override fun yieldNow(): Task<Void?> = cancelledOrNull() ?: YieldTask.start(runtime, turns)

    override fun skipPollCycle(): Task<Void?> = cancelledOrNull() ?: PollCycleTask.start(runtime, turns)

    override fun confined(): Scope = View(runtime, CoroutineScope(scope.coroutineContext + runtime.kotlin.confined()), values(), added)

    override fun cycle(period: Duration): Cycle = cycleOf(period, null)

    override fun cycle(name: String, period: Duration): Cycle = cycleOf(period, name)

    private fun cycleOf(period: Duration, name: String?): Cycle {
        val scope = scopeJob("cycle")
        return inherited { context, _ -> KotlinCycle.start(scope, context, period.toKotlinDuration(), name) }.asJava()
    }

    override fun cancel(reason: CancelReason): Boolean {
        Objects.requireNonNull(reason, "reason")
        if (job is ScopeJob<*>) return job.cancel(reason)
        if (!job.isActive) return false
        job.cancel(TaskCancelledException(reason))
        return true
    }

    override fun isActive(): Boolean = job.isActive

    /** The scope that a Kotlin caller may launch in. */
    fun forKotlin(): CoroutineScope = scope

    /** For what starts no work that the scope must wait for: null when it may start, a cancelled task when the scope has been cancelled. */
    @OptIn(InternalCoroutinesApi::class)
    private fun cancelledOrNull(): Task<Void?>? {
        if (job.isActive) return null
        check(!job.isCompleted || (job as? ScopeJob<*>)?.tellsItsEnd == false) { ScopeJob.SCOPE_ENDED }
        return Task.failed(job.getCancellationException().withReason())
    }

    override fun equals(other: Any?): Boolean = other is JavaScope && other.scope === scope

    override fun hashCode(): Int = System.identityHashCode(scope)

    override fun toString(): String = "Scope($scope)"
}
