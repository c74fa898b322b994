package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Task
import io.duotone.coroutines.engine.platform.deadlineAfter
import io.duotone.coroutines.engine.platform.toNanosAtMost
import io.duotone.coroutines.engine.scheduler.ConfinedDispatcher
import io.duotone.coroutines.engine.scheduler.PollCycle
import io.duotone.coroutines.engine.scheduler.RuntimeTimer
import io.duotone.coroutines.engine.scheduler.shutdownCancellation
import io.duotone.coroutines.engine.timer.TimerEntry
import java.time.Duration
import java.util.concurrent.Executor

/** A sleep: a task and its timer, no coroutine. */
internal class SleepTask private constructor(private val runtime: JavaRuntime, private val turns: ConfinedDispatcher?) :
    Task<Void?>(turns?.executor ?: runtime.executor(), null) {
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
        if (turns == null) succeed(null) else turns.executor.execute { succeed(null) }
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
        fun start(runtime: JavaRuntime, turns: ConfinedDispatcher?, duration: Duration): Task<Void?> {
            val task = SleepTask(runtime, turns)
            if (duration.isOver) task.succeed(null) else task.begin(duration.toNanosAtMost())
            return task
        }
    }
}

/** A yield: the task is itself what is queued. */
internal class YieldTask private constructor(executor: Executor) :
    Task<Void?>(executor, null),
    Runnable {

    override fun run() {
        succeed(null)
    }

    private fun refused(): Boolean = fail(shutdownCancellation())

    companion object {
        fun start(runtime: JavaRuntime, turns: ConfinedDispatcher?): Task<Void?> {
            val task = YieldTask(turns?.executor ?: runtime.executor())
            if (turns != null) {
                turns.executor.execute(task)
            } else if (!runtime.kotlin.pool.submitLast(task)) {
                task.refused()
            }
            return task
        }
    }
}

/** Waits for the next look of a worker at timers and I/O. */
internal class PollCycleTask private constructor(runtime: JavaRuntime, private val turns: ConfinedDispatcher?) :
    Task<Void?>(turns?.executor ?: runtime.executor(), null) {
    private val cycle = object : PollCycle(runtime.kotlin.pool) {
        override fun passed() {
            if (turns == null) succeed(null) else turns.executor.execute { succeed(null) }
        }

        override fun refused() {
            fail(shutdownCancellation())
        }
    }

    companion object {
        fun start(runtime: JavaRuntime, turns: ConfinedDispatcher?): Task<Void?> =
            PollCycleTask(runtime, turns).also { it.cycle.begin() }
    }
}
