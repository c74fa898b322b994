package io.duotone.coroutines.engine.scheduler

import io.duotone.coroutines.engine.reactor.ReadyList
import io.duotone.coroutines.engine.timer.DueSink

/**
 * One thread that watches for workers which do not come back from a task. Each tick, while any worker is busy:
 *
 * - it asks every worker that has not done so since the last tick to look at timers, I/O and work from outside before its next task
 *   (row C30);
 * - for a worker that has finished no task since the last tick, it does what that worker cannot: moves its latest wake-up and its due
 *   timers to the injection queue and waits in its poller, instead of merely sleeping, until the next tick;
 * - for every worker, it tells the groups whose members that worker has finished (see [FinishedCounts]).
 *
 * A tick is a millisecond; a wake-up of the monitor each millisecond takes some 3 % from a worker on the same core, so ticks are longer
 * once tasks have been short for long: a worker is slow that neither slept nor looked around by itself in a tick, and ran no more than
 * [FEW_TASKS] for each millisecond of it. While all workers are parked the monitor is too, so an idle runtime uses no processor time.
 *
 * ```
 *             CALM_AFTER_TICKS without a slow worker
 *   TICKING ----------------------------------------> CALM
 *     | ^  <----------------------------------------  | ^
 *     | |           a tick with a slow worker         | |
 *     | |                                             | |
 *     v |                                             v |
 *   RESTING      all parked for a whole tick, until  RESTING
 *                        a worker wakes up
 * ```
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | resting | the monitor (true); workers (false) | same | volatile; pairs with the counts of [IdleWorkers] |
 * | stopped | stop | the monitor | volatile |
 * | seen, seenLooks, calmTicks, ready, turn, stuck | the monitor | the monitor | owner only |
 */
internal class Monitor(private val pool: WorkerPool, name: String) : Runnable {
    private val platform = pool.platform
    val thread: Thread = platform.thread("$name-monitor", null, this)
    private val seen = LongArray(pool.workers.size)
    private val seenLooks = LongArray(pool.workers.size)
    private var calmTicks = 0
    private val ready = ReadyList()
    private val dueSink = DueSink { pool.submitLast(it) }
    private var turn = 0
    private var stuck: Worker? = null

    @Volatile
    private var resting = false

    @Volatile
    private var stopped = false

    override fun run() {
        while (!stopped) {
            try {
                if (isQuiet()) rest() else watch()
            } catch (failure: Throwable) {
                // From a selector, or the dispatcher of somebody who was resumed.
                pool.uncaught(failure)
                pause(TICK_NANOS)
            }
        }
    }

    private fun pause(nanos: Long) {
        platform.park(nanos)
        // Nobody has a reason to interrupt the monitor; left in place, an interrupt would make every pause return at once.
        Thread.interrupted()
    }

    /** Nobody runs, and nobody has run since the last tick: a short pause between two requests is not worth going to rest for. */
    private fun isQuiet() = pool.idle.allParked && pool.workers.all { seen[it.index] == it.progress }

    private fun rest() {
        resting = true
        // Pairs with workerAwake: it leaves the idle set first, then reads `resting`.
        while (resting && !stopped && pool.idle.allParked) pause(Long.MAX_VALUE)
        resting = false
    }

    private fun watch() {
        val isCalm = calmTicks == CALM_AFTER_TICKS
        val tick = if (isCalm) CALM_TICK_NANOS else TICK_NANOS
        waitOneTick(tick)
        stuck = null
        if (!isCalm) calmTicks++
        val workers = pool.workers
        val first = turn
        val few = FEW_TASKS * (tick / TICK_NANOS)
        for (i in workers.indices) lookAt(workers[(first + i) % workers.size], few)
    }

    private fun lookAt(worker: Worker, few: Long) {
        val looks = worker.looksUnasked
        val progress = worker.progress
        if (looks == seenLooks[worker.index] && !worker.parker.isParked) {
            val tasks = progress - seen[worker.index]
            if (tasks <= few) calmTicks = 0
            if (tasks == 0L) relieve(worker) else worker.askForRound()
        }
        worker.tellFinished()
        seenLooks[worker.index] = looks
        seen[worker.index] = progress
    }

    /** Not less than a tick, whatever ends a poll before: a worker that has done nothing for a moment is not stuck. */
    private fun waitOneTick(nanos: Long) {
        val stuck = stuck
        val end = platform.nanoTime() + nanos
        while (!stopped) {
            val left = end - platform.nanoTime()
            if (left <= 0) return
            if (stuck == null || !isStuck(stuck) || !pollFor(stuck, left)) pause(end - platform.nanoTime())
        }
    }

    private fun isStuck(worker: Worker) = !worker.parker.isParked && seen[worker.index] == worker.progress

    /** Whether that brought anything. A channel that is queued already ends every poll at once, and brings nothing. */
    private fun pollFor(worker: Worker, nanos: Long): Boolean {
        if (!worker.poller.tryPoll(nanos, ready) || ready.size == 0) return false
        ready.resumeAll()
        return true
    }

    private fun relieve(worker: Worker) {
        // Where there is nobody else it would only lose its turn.
        if (pool.workers.size > 1) worker.giveUpLatest()?.let(pool::submitLast)
        worker.timers.tryCollectDue(platform.nanoTime(), dueSink)
        if (!worker.queue.isEmpty) pool.wakeOneIfWanted()
        if (stuck == null && worker.poller.isActive) {
            // Several of them take turns.
            stuck = worker
            turn = worker.index + 1
        }
    }

    /** Called by a worker that has just left the idle set. */
    fun workerAwake() {
        if (resting) {
            resting = false
            platform.unpark(thread)
        }
    }

    fun stop() {
        stopped = true
        platform.unpark(thread)
    }

    private companion object {
        const val TICK_NANOS = 1_000_000L
        const val CALM_TICK_NANOS = 4_000_000L
        const val CALM_AFTER_TICKS = 1000
        const val FEW_TASKS = 8L
    }
}
