package io.duotone.coroutines.facade

import io.duotone.AsyncIterator
import io.duotone.BlockingFunction
import io.duotone.Both
import io.duotone.CancelReason
import io.duotone.Coroutine
import io.duotone.Duotone
import io.duotone.Outcome
import io.duotone.Scope
import io.duotone.ScopeOptions
import io.duotone.Task
import io.duotone.TaskCancelledException
import io.duotone.TaskOptions
import io.duotone.Three
import io.duotone.Timed
import io.duotone.coroutines.TaskScope
import io.duotone.coroutines.blocking.mapBlocking
import io.duotone.coroutines.mapConcurrently
import io.duotone.coroutines.race
import io.duotone.coroutines.repeatTimeout
import io.duotone.coroutines.scope.FailureGoesTo
import io.duotone.coroutines.scope.ScopeJob
import io.duotone.coroutines.taskOptions
import io.duotone.coroutines.withReason
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.withTimeoutOrNull
import java.time.Duration
import java.util.Objects
import java.util.Optional
import java.util.concurrent.Callable
import java.util.function.Function
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.time.toKotlinDuration

/** The Java face of a coroutine scope: of a [TaskJob], which has one of its own, or of any other. */
internal class JavaScope(val runtime: JavaRuntime, private val scope: CoroutineScope) : Scope {
    val job: Job = requireNotNull(scope.coroutineContext[Job]) { "a scope without a Job cannot join or cancel anything: $scope" }

    /** What children begin with: on our workers, also where the scope itself runs elsewhere. */
    private val context: CoroutineContext = scope.coroutineContext.let {
        val dispatcher = runtime.kotlin.dispatcher
        if (it[ContinuationInterceptor] === dispatcher) it else it + dispatcher
    }

    override fun runtime(): Duotone = runtime

    override fun name(): String? = (scope as? TaskScope)?.name

    override fun <T> spawn(coroutine: Coroutine<T>): Task<T> = spawn(TaskOptions.defaults(), coroutine)

    override fun <T> spawn(options: TaskOptions, coroutine: Coroutine<T>): Task<T> = job(options, coroutine).spawn()

    override fun <T> trySpawn(coroutine: Coroutine<T>): Optional<Task<T>> =
        Optional.ofNullable(job(TaskOptions.defaults(), coroutine).trySpawn())

    private fun <T> job(role: TaskOptions, coroutine: Coroutine<T>): StageJob<T> {
        Objects.requireNonNull(coroutine, "coroutine")
        return StageJob(runtime, context, FailureGoesTo.PARENT, coroutine, role)
    }

    override fun <T> fork(options: ScopeOptions, body: Coroutine<T>): Task<T> {
        Objects.requireNonNull(body, "body")
        return StageJob(runtime, context, FailureGoesTo.TASK, body, options = options).spawn()
    }

    override fun timeoutAfter(timeout: Duration) {
        scopeJob("timeout").timeoutAfter(timeout.toKotlinDuration())
    }

    override fun clearTimeout() {
        scopeJob("timeout").timeoutAfter(kotlin.time.Duration.INFINITE)
    }

    private fun scopeJob(what: String): ScopeJob<*> = checkNotNull(scope as? ScopeJob<*>) {
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
        return GroupJob(runtime, context, coroutines, resultOf).spawn()
    }

    override fun <T> spawnBlocking(call: Callable<out T>): Task<T> = ThreadJob<T>(
        runtime,
        context,
        FailureGoesTo.PARENT,
        call
    ).onBlockingPool()

    fun <T> runBody(body: Callable<T>): Task<T> = ThreadJob<T>(
        runtime,
        context,
        FailureGoesTo.TASK,
        body,
        isOfBody = true
    ).onThreadOfItsOwn()

    /** Calls a suspend function in this scope, at once; its failure is the task's alone. */
    fun <T> call(name: String?, block: suspend () -> T): Task<T> =
        CallJob<T>(runtime, context, taskOptions(name), isOfBody = true).begin(block)

    // Work that is done by a suspend function, on a worker; a failure that nobody waits for is reported.
    private fun <T> work(block: suspend () -> T): Task<T> =
        CallJob<T>(runtime, context, TaskOptions.defaults(), isOfBody = false).begin(block)

    override fun <T> isolate(body: Coroutine<T>): Task<Outcome<T>> = work {
        io.duotone.coroutines.isolate { body.await() }.fold({ Outcome.Success(it) }, { Outcome.Failure(it) })
    }

    override fun <T> moveOnAfter(timeout: Duration, body: Coroutine<T>): Task<Timed<T>> = work {
        withTimeoutOrNull(timeout.toKotlinDuration()) { Timed.inTime(body.await()) } ?: Timed.out()
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
        work { elements.toList().mapConcurrently(limit) { transform.apply(it).await() } }

    override fun <A, B> mapBlocking(elements: Collection<A>, limit: Int, transform: BlockingFunction<in A, out B>): Task<List<B>> =
        work { elements.toList().mapBlocking<A, B>(limit) { transform.apply(it) } }

    override fun sleep(duration: Duration): Task<Void?> = cancelledOrNull() ?: SleepTask.start(runtime, duration)

    override fun yieldNow(): Task<Void?> = cancelledOrNull() ?: YieldTask.start(runtime)

    override fun cancel(reason: CancelReason): Boolean {
        Objects.requireNonNull(reason, "reason")
        if (!job.isActive) return false
        val cancellation = TaskCancelledException(reason)
        job.cancel(cancellation)
        return true
    }

    override fun isActive(): Boolean = job.isActive

    /** The scope that a Kotlin caller may launch in. */
    fun forKotlin(): CoroutineScope = scope

    /** For what starts no work that the scope must wait for: null when it may start, a cancelled task when the scope has been cancelled. */
    @OptIn(InternalCoroutinesApi::class)
    private fun cancelledOrNull(): Task<Void?>? {
        if (job.isActive) return null
        check(!job.isCompleted) { ScopeJob.SCOPE_ENDED }
        return Task.failed(job.getCancellationException().withReason())
    }

    override fun equals(other: Any?): Boolean = other is JavaScope && other.scope === scope

    override fun hashCode(): Int = System.identityHashCode(scope)

    override fun toString(): String = "Scope($scope)"
}
