package io.duotone.coroutines.engine.scheduler

import io.duotone.coroutines.engine.platform.Padded
import java.lang.invoke.MethodHandles
import java.lang.invoke.VarHandle

/** What learns in batches how many of its members have finished. Called on a worker, or by the monitor for one. */
internal fun interface FinishedCounter {
    fun finished(members: Int)
}

/**
 * Finished members not yet told to their group. With a counter that all workers share, telling each one by itself costs more
 * than running it. Told when the group changes, when the worker runs out of ready work, every [BATCH], and by the monitor each
 * tick: a worker that is kept busy by others, or does not come back from a task, holds up no group.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | group | the worker | the worker, the monitor | volatile |
 * | done | the worker | the worker, the monitor | release after group and after what the member wrote; acquire in [tell] |
 * | told | whoever tells | same | CAS from the value read before `done` |
 *
 * Both counts only grow. Each range of finished members is told once, by whoever moves `told` over it; and to the right group: the
 * worker changes the group only when `told` has reached `done`. So one who reads `told`, then a `done` beyond it, then `group`, either
 * has the group of that range, or finds that `told` has been moved.
 */
internal class FinishedCounts : Padded() {
    @Volatile
    private var group: FinishedCounter? = null
    private var done = 0

    @Volatile
    private var told = 0

    /** The worker only. */
    fun add(group: FinishedCounter) {
        if (this.group !== group) {
            tell()
            this.group = group
        }
        val now = done + 1
        DONE.setRelease(this, now)
        if (now % BATCH == 0) tell()
    }

    /** The worker only: tells, and lets go of the group. */
    fun flush() {
        if (group == null) return
        tell()
        group = null
    }

    /** Tells the group of all that have finished by now. Any thread. */
    fun tell() {
        while (true) {
            val before = told
            val now = DONE.getAcquire(this) as Int
            val group = group
            if (now == before || group == null) return
            if (TOLD.compareAndSet(this, before, now)) {
                group.finished(now - before)
                return
            }
        }
    }

    private companion object {
        const val BATCH = 4096

        val DONE: VarHandle = intField("done")
        val TOLD: VarHandle = intField("told")

        fun intField(name: String): VarHandle = MethodHandles
            .privateLookupIn(FinishedCounts::class.java, MethodHandles.lookup())
            .findVarHandle(FinishedCounts::class.java, name, Int::class.javaPrimitiveType)
    }
}
