@file:JvmName("Intervals")

package io.duotone.coroutines.time

import io.duotone.ConcurrentOperationException
import io.duotone.MissedTicks
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.OtherFace
import io.duotone.coroutines.context.checkpoint
import io.duotone.coroutines.engine.scheduler.RuntimeTimer
import io.duotone.coroutines.engine.timer.TimerEntry
import io.duotone.coroutines.runtimeOf
import io.duotone.coroutines.scope.asDeadline
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.FlowCollector
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlin.coroutines.coroutineContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds

/**
 * Ticks at a steady pace on the clock of the calling coroutine's runtime (rows T31, C24).
 *
 * **Cancellation**: looked at first. **Errors**: [IllegalArgumentException] when the period is not positive.
 *
 * @param period from one tick to the next; more than zero, nanosecond resolution
 * @param at when the first tick is due, on the [clock of the runtime][DuotoneRuntime.time]; that of a time already past is late. Null: at
 * once
 * @param missed what happens to late ticks and those after them
 */
public suspend fun interval(period: Duration, at: Duration? = null, missed: MissedTicks = MissedTicks.DELAY): Interval {
    coroutineContext.ensureActive()
    return runtimeOf(coroutineContext).interval(period, at, missed)
}

/** As [interval] in a coroutine, on the clock of this runtime. */
public fun DuotoneRuntime.interval(period: Duration, at: Duration? = null, missed: MissedTicks = MissedTicks.DELAY): Interval =
    Interval(this, TickSchedule(positive(period, "interval"), (at ?: time).asDeadline(), missed))

/**
 * Ticks at a steady pace (rows T31, C24): made by [interval], endless, and nothing to close. There is a timer only while somebody waits for
 * a tick.
 *
 * ```kotlin
 * val everySecond = interval(1.seconds)
 * while (true) {
 *     everySecond.tick()
 *     measure()
 * }
 * ```
 * **Threads**: all members may be used from any thread, but only one tick can be waited for at a time.
 *
 * | field | written by | read by | guard |
 * |---|---|---|---|
 * | schedule | whoever takes a tick, gives one back, resets | same | this |
 * | waiting, timer | whoever begins, ends or moves a wait | same | this |
 * | otherFace | see its class | | |
 */
public class Interval internal constructor(internal val runtime: DuotoneRuntime, private val schedule: TickSchedule) {
    private var waiting: TickWait? = null
    private var timer: Timer? = null
    internal val otherFace = OtherFace()

    /** The time between two ticks; more than zero. */
    public val period: Duration = schedule.period.nanoseconds

    /**
     * Waits for the next tick. A tick that is late fires at once; [MissedTicks] says what comes after it.
     *
     * **Cancellation**: takes the timer out and loses no tick: the next call waits for the same one.
     *
     * **Errors**: [ConcurrentOperationException] while another tick of this interval is waited for, which goes on; a cancellation of kind
     * [SHUTDOWN][io.duotone.CancelReason.Kind.SHUTDOWN] when the runtime is closed.
     *
     * @return how many further ticks were missed when this one fired: zero when it was late by less than a period. With
     * [BURST][MissedTicks.BURST] they follow, else they are dropped
     */
    public suspend fun tick(): Long {
        checkpoint()
        return suspendCancellableCoroutine { waiter ->
            val wait = SuspendedTick(this, waiter)
            begin(wait)
            waiter.invokeOnCancellation(wait)
        }
    }

    /** The ticks as a flow without end, of what [tick] returns. It has one collector at a time: they are the ticks of this interval. */
    public fun asFlow(): Flow<Long> = Ticks()

    /** A flow by itself and not by `flow { }`, which looks for cancellation once more when the tick has fired: it would be lost. */
    private inner class Ticks : Flow<Long> {
        override suspend fun collect(collector: FlowCollector<Long>) {
            while (true) collector.emit(tick())
        }
    }

    /**
     * Begins anew with a first tick at [at], on the [clock of the runtime][DuotoneRuntime.time]; null: at once. A tick that is waited for
     * moves there too. Nanosecond resolution.
     */
    public fun reset(at: Duration? = null) {
        changing {
            schedule.restart((at ?: runtime.time).asDeadline())
            if (waiting != null) startTimer()
        }
    }

    // For both faces: a wait ends by exactly one of complete, refuse, runtimeClosed and its own cancellation.

    /** Takes the next tick for [wait], at once or when it is due. */
    internal fun begin(wait: TickWait) {
        var tick: Tick? = null
        var isRefused = false
        changing {
            // One that was cancelled is over for whoever cancelled it, though it may be still on its way out.
            isRefused = waiting?.isWanted == true
            if (!isRefused) {
                stopTimer()
                tick = takeIfDue()
                waiting = wait.takeIf { tick == null }
                if (tick == null) startTimer()
            }
        }
        if (isRefused) wait.refuse(refusal()) else tick?.let(wait::complete)
    }

    private fun takeIfDue(): Tick? {
        val now = runtime.platform.nanoTime()
        return if (now < schedule.deadline) null else schedule.take(now, hasWaited = false)
    }

    private fun refusal() = ConcurrentOperationException("cannot tick: another tick is waited for on $this; give each its own interval")

    /** The wait was cancelled. */
    internal fun withdraw(wait: TickWait): Unit = synchronized(this) {
        if (waiting !== wait) return
        waiting = null
        stopTimer()
    }

    /** The tick came for somebody who was cancelled at that moment: it is there for the next. */
    internal fun giveBack(tick: Tick) {
        changing {
            schedule.giveBack(tick)
            if (waiting != null) startTimer()
        }
    }

    private fun due(fired: Timer) {
        var tick: Tick? = null
        val wait = synchronized(this) {
            if (timer !== fired) return
            tick = schedule.take(runtime.platform.nanoTime(), hasWaited = true)
            leave()
        }
        tick?.let { wait?.complete(it) }
    }

    private fun closed(dropped: Timer) {
        val wait = synchronized(this) {
            if (timer !== dropped) return
            leave()
        }
        wait?.runtimeClosed()
    }

    private fun leave(): TickWait? = waiting.also {
        waiting = null
        timer = null
    }

    /** A runtime that is closed takes no timer; what comes of that is outside of the lock. */
    private inline fun changing(change: () -> Unit) {
        val started = synchronized(this) {
            change()
            timer
        }
        if (started?.isCancelled == true) closed(started)
    }

    private fun startTimer() {
        stopTimer()
        timer = Timer(this).also { runtime.pool.schedule(it, schedule.deadline) }
    }

    private fun stopTimer() {
        timer?.cancel()
        timer = null
    }

    override fun toString(): String = synchronized(this) {
        "Interval(every $period, next at ${schedule.deadline.nanoseconds}${if (waiting == null) "" else ", waited for"})"
    }

    /**
     * | field | written by | read by | mode |
     * |---|---|---|---|
     * | interval | the one that cancels (null) | the one that runs or drops it | plain: only one of these happens, by the entry's state |
     */
    private class Timer(private var interval: Interval?) :
        TimerEntry(),
        RuntimeTimer {
        override fun run() {
            interval?.due(this)
        }

        override fun runtimeClosed() {
            interval?.closed(this)
        }

        override fun onCancelled() {
            interval = null
        }
    }
}

/** [period] in nanoseconds. [what] has it. */
internal fun positive(period: Duration, what: String): Long {
    require(period.isPositive()) {
        "the period of the $what must be more than zero, but is $period: to let others run between two rounds without a pause use yield"
    }
    return period.inWholeNanoseconds
}
