package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Task
import io.duotone.TaskCancelledException
import io.duotone.coroutines.engine.platform.deadlineAfter
import io.duotone.coroutines.engine.platform.toNanosAtMost
import io.duotone.coroutines.engine.scheduler.RuntimeTimer
import io.duotone.coroutines.engine.timer.TimerEntry
import java.time.Duration

/** A sleep: a task and its timer, no coroutine. */
internal class SleepTask private constructor(private val runtime: JavaRuntime) : Task<Void?>(runtime.executor(), null) {
    private val timer = Timer(this)

    override fun onCancel(reason: CancelReason) {
        timer.cancel()
    }

    private fun begin(nanos: Long) {
        val pool = runtime.kotlin.pool
        pool.schedule(timer, pool.platform.deadlineAfter(nanos))
        if (timer.isCancelled) closed()
    }

    private fun closed() {
        fail(shutdownCancellation())
    }

    private fun wake() {
        succeed(null)
    }

    /**
     * | field | written by | read by | mode |
     * |---|---|---|---|
     * | task | the one that cancels (null) | the one that runs or drops it | plain: only one of these happens, by the entry's state |
     */
    private class Timer(private var task: SleepTask?) :
        TimerEntry(),
        RuntimeTimer {

        override fun run() {
            task?.wake()
        }

        override fun onCancelled() {
            task = null
        }

        override fun runtimeClosed() {
            task?.closed()
        }
    }

    companion object {
        fun start(runtime: JavaRuntime, duration: Duration): Task<Void?> {
            val task = SleepTask(runtime)
            if (duration.isZero || duration.isNegative) task.wake() else task.begin(duration.toNanosAtMost())
            return task
        }
    }
}

/** A yield: the task is itself what is queued. */
internal class YieldTask private constructor(runtime: JavaRuntime) :
    Task<Void?>(runtime.executor(), null),
    Runnable {

    override fun run() {
        succeed(null)
    }

    private fun refused(): Boolean = fail(shutdownCancellation())

    companion object {
        fun start(runtime: JavaRuntime): Task<Void?> {
            val task = YieldTask(runtime)
            if (!runtime.kotlin.pool.submitLast(task)) task.refused()
            return task
        }
    }
}

internal fun shutdownCancellation() = TaskCancelledException(CancelReason.of(CancelReason.Kind.SHUTDOWN, "its runtime has been closed"))
