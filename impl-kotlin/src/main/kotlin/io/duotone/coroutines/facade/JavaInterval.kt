package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Interval
import io.duotone.Task
import io.duotone.coroutines.engine.scheduler.shutdownCancellation
import io.duotone.coroutines.time.Tick
import io.duotone.coroutines.time.TickWait
import java.time.Duration
import kotlin.time.toJavaDuration
import kotlin.time.toKotlinDuration
import io.duotone.coroutines.time.Interval as KotlinInterval

/** The Java face of an interval; one for each, kept by the interval itself. */
internal class JavaInterval(val kotlin: KotlinInterval) : Interval {
    override fun period(): Duration = kotlin.period.toJavaDuration()

    override fun tick(): Task<Long> = TickTask(kotlin).also(kotlin::begin)

    override fun reset() {
        kotlin.reset()
    }

    override fun reset(at: Duration) {
        kotlin.reset(at.toKotlinDuration())
    }

    override fun toString(): String = kotlin.toString()
}

/** A wait for a tick: a task, no coroutine. */
private class TickTask(private val interval: KotlinInterval) :
    Task<Long>(interval.runtime.javaFace.executor(), null),
    TickWait {
    override val isWanted: Boolean get() = !isDone

    override fun complete(tick: Tick) {
        if (!succeed(tick.missed)) interval.giveBack(tick)
    }

    override fun refuse(failure: Throwable) {
        fail(failure)
    }

    override fun runtimeClosed() {
        fail(shutdownCancellation())
    }

    override fun onCancel(reason: CancelReason) {
        interval.withdraw(this)
    }
}
