@file:JvmName("Cycles")

package io.duotone.coroutines.time

import io.duotone.CancelReason
import io.duotone.MissedTicks
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.OtherFace
import io.duotone.coroutines.TaskScope
import io.duotone.coroutines.nameContext
import io.duotone.coroutines.resultOf
import io.duotone.coroutines.scope.FailureGoesTo
import io.duotone.coroutines.scope.ScopeJob
import io.duotone.coroutines.scope.TaskCoroutine
import io.duotone.coroutines.scope.timeUntil
import io.duotone.coroutines.taskOptions
import io.duotone.coroutines.taskScope
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.job
import kotlinx.coroutines.newCoroutineContext
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.time.Duration

/**
 * Calls [function] again and again, [period] after the last time (rows S46, C24), until this scope has nothing else to wait for or
 * [Cycle.cancel] is called; see [Cycle].
 *
 * **Errors**: [IllegalArgumentException] when the period is not positive; [IllegalStateException] when the scope has ended.
 *
 * @param period from the end of a run to the beginning of the next; more than zero, nanosecond resolution
 * @param name for reports of failures, reasons, dumps and logs
 */
public fun TaskScope.cycle(period: Duration, name: String? = null, function: suspend TaskScope.() -> Unit): Cycle =
    cycle(period, name).also { it.append(function) }

/** As [cycle] with a function, but with none yet: see [Cycle.append]. */
@OptIn(ExperimentalCoroutinesApi::class)
public fun TaskScope.cycle(period: Duration, name: String? = null): Cycle =
    Cycle.start(coroutineContext.job as ScopeJob<*>, newCoroutineContext(EmptyCoroutineContext), period, name)

/**
 * Work that is done again and again in a scope (rows S46, C24): made by [cycle]. In each run the functions are called one after the other,
 * each in a scope of its own, in the order in which they were added; the next run begins one period after the last has ended, so runs never
 * overlap. The first begins one period after the cycle was made.
 *
 * ```kotlin
 * val heartbeat = cycle(10.seconds, "heartbeat") { connection.ping() }
 * ```
 * A cycle never ends by itself, so it is a background task: its scope does not wait for it, but cancels it when all else has ended.
 *
 * **Cancellation**: of the scope, or by [cancel], ends the cycle and cancels the run under way; its cleanup is waited for by the scope. A
 * function that is cancelled by itself ends there, and the others go on.
 *
 * **Errors**: the failure of a function goes to the uncaught handler with the name of the cycle; the other functions and the next runs go on.
 *
 * **Threads**: all members may be used from any thread, from a function of the cycle too. Once the cycle has ended they have no effect.
 *
 * ```
 *             the period is over, callNow
 *   WAITING -------------------------------> RUNNING      reschedule, setPeriod: move the wait, or what follows the run
 *      ^                                        |
 *      +----------- the last has ended ---------+
 * ```
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | period, since, next, rescheduled, isRunning | the run; whoever changes them | same | this |
 * | functions | whoever appends, removes | the run | its own |
 * | job | start, before the cycle is handed out | any thread | plain |
 * | otherFace | see its class | | |
 */
public class Cycle private constructor(private val runtime: DuotoneRuntime, period: Duration, private val name: String?) {
    private class Function(val key: Any, val call: suspend () -> Unit)

    private val functions = CopyOnWriteArrayList<Function>()
    private var since = runtime.time
    private var rescheduled: Duration? = null
    private var next = since + period
    private var isRunning = false
    private val ticks = runtime.interval(period, next, MissedTicks.DELAY)
    private lateinit var job: ScopeJob<*>
    internal val otherFace = OtherFace()

    /**
     * The time from the end of a run to the beginning of the next; more than zero. To set it changes also the period that has begun: when
     * as much of it has passed, the next run begins at once. A run that was [rescheduled][reschedule] stays where it is.
     *
     * **Errors**: [IllegalArgumentException] unless it is more than zero.
     */
    public var period: Duration = period
        get() = synchronized(this) { field }
        set(value) {
            positive(value, "cycle")
            synchronized(this) {
                field = value
                if (!isRunning) moveTo(rescheduled ?: (since + value))
            }
        }

    /** Whether there will be further runs: false once the cycle was cancelled or its scope has ended. */
    public val isActive: Boolean get() = job.isActive

    /** The time until the next run begins: zero during a run, [Duration.INFINITE] when the cycle has ended. */
    public val timeLeft: Duration
        get() = synchronized(this) {
            when {
                !isActive -> Duration.INFINITE
                isRunning -> Duration.ZERO
                else -> runtime.timeUntil(next)
            }
        }

    /** Ends the cycle and cancels the run under way. Returns whether this call did it. */
    public fun cancel(): Boolean = job.cancel(CANCELLED)

    /** Begins a run at once. While one is under way, another follows right after it. */
    public fun callNow() {
        reschedule(Duration.ZERO)
    }

    /**
     * The next run begins [delay] from now instead, or after the run under way if that takes longer; those after it follow with the period.
     *
     * @param delay zero or less: as [callNow]; nanosecond resolution
     */
    public fun reschedule(delay: Duration): Unit = synchronized(this) {
        val at = runtime.time + delay.coerceAtLeast(Duration.ZERO)
        rescheduled = at
        if (!isRunning) moveTo(at)
    }

    private fun moveTo(at: Duration) {
        next = at
        ticks.reset(at)
    }

    /** Adds a function, called after the others; from the next run on. One that is added twice is called twice. */
    public fun append(function: suspend TaskScope.() -> Unit) {
        add(function) { taskScope(name, body = function) }
    }

    /** Takes a function out, once; also of the run under way, unless that has come to it. Returns whether it was there. */
    public fun remove(function: suspend TaskScope.() -> Unit): Boolean = take(function)

    /** The form of [append] for a function that the other face knows as [key]. */
    internal fun add(key: Any, call: suspend () -> Unit) {
        functions += Function(key, call)
    }

    internal fun take(key: Any): Boolean {
        while (true) {
            val found = functions.firstOrNull { it.key == key } ?: return false
            if (functions.remove(found)) return true
        }
    }

    private suspend fun run() {
        while (true) {
            ticks.tick()
            if (!begins()) continue
            for (function in functions) if (function in functions) call(function)
            ended()
        }
    }

    /** False when the run was moved to a later time in the very moment. */
    private fun begins(): Boolean = synchronized(this) {
        isRunning = runtime.time >= next
        if (isRunning) rescheduled = null
        isRunning
    }

    private fun ended(): Unit = synchronized(this) {
        isRunning = false
        since = runtime.time
        moveTo(rescheduled ?: (since + period))
    }

    private suspend fun call(function: Function) {
        val failure = resultOf { function.call() }.exceptionOrNull() ?: return
        if (failure !is CancellationException) runtime.reportUncaught(shownName, failure)
    }

    private val shownName: String get() = name ?: "a cycle without a name"

    override fun toString(): String = "$shownName (${if (isActive) "next run in $timeLeft" else "ended"})"

    internal companion object {
        private val CANCELLED = CancelReason.cancelled("the cycle was cancelled")

        /** A cycle of [scope], which runs with [context]: that of the scope, and what a view of it adds. */
        fun start(scope: ScopeJob<*>, context: CoroutineContext, period: Duration, name: String?): Cycle {
            positive(period, "cycle")
            val cycle = Cycle(scope.runtime, period, name)
            val role = taskOptions(name).background()
            val task = TaskCoroutine<Unit>(scope.runtime, context + nameContext(name), FailureGoesTo.PARENT, role)
            cycle.job = task
            task.spawn { cycle.run() }
            return cycle
        }
    }
}
