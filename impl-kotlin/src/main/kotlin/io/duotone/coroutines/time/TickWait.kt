package io.duotone.coroutines.time

import io.duotone.coroutines.context.isJobActive
import io.duotone.coroutines.engine.scheduler.shutdownCancellation
import kotlinx.coroutines.CancellableContinuation
import kotlin.coroutines.resumeWithException

/** Somebody who waits for a tick, in either language. All is called outside of the lock of the interval. */
internal interface TickWait {
    /** Whether it has neither ended nor been cancelled. */
    val isWanted: Boolean

    /** The tick has come. A wait that was cancelled meanwhile gives it back. */
    fun complete(tick: Tick)

    fun refuse(failure: Throwable)

    fun runtimeClosed()
}

/** A coroutine that waits. */
internal class SuspendedTick(private val interval: Interval, private val waiter: CancellableContinuation<Long>) :
    TickWait,
    (Throwable?) -> Unit {
    override val isWanted: Boolean get() = waiter.isActive && waiter.context.isJobActive

    override fun complete(tick: Tick) {
        waiter.resume(tick.missed) { _, _, _ -> interval.giveBack(tick) }
    }

    override fun refuse(failure: Throwable) {
        waiter.resumeWithException(failure)
    }

    override fun runtimeClosed() {
        waiter.cancel(shutdownCancellation())
    }

    /** The waiter was cancelled. */
    override fun invoke(cause: Throwable?) {
        interval.withdraw(this)
    }
}
