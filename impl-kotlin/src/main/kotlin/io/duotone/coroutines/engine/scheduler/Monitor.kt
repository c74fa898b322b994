package io.duotone.coroutines.engine.scheduler

import io.duotone.coroutines.engine.reactor.ReadyList
import io.duotone.coroutines.engine.timer.DueSink

/**
 * One thread that watches for workers which do not come back from a task. Each millisecond, while any worker is busy:
 *
 * - it asks every worker that makes progress to look at timers, I/O and work from outside before its next task (row C30);
 * - for a worker that has made none since the last tick, it does what that worker cannot: moves its latest wake-up and its due
 *   timers to the injection queue and waits in its poller, instead of merely sleeping, until the next tick;
 * - for every worker, it tells the groups whose members that worker has finished (see [FinishedCounts]).
 *
 * While all workers are parked the monitor is too, so an idle runtime uses no processor time.
 *
 * ```
 *                all parked for a whole tick
 *   WATCHING ---------------------------------> RESTING
 *      ^                                           |
 *      +-------------------------------------------+
 *               a worker wakes up
 * ```
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | resting | the monitor (true); workers (false) | same | volatile; pairs with the counts of [IdleWorkers] |
 * | stopped | stop | the monitor | volatile |
 * | seen, ready, turn, stuck | the monitor | the monitor | owner only |
 */
internal class Monitor(private val pool: WorkerPool, name: String) : Runnable {
    private val platform = pool.platform
    val thread: Thread = platform.thread("$name-monitor", null, this)
    private val seen = LongArray(pool.workers.size)
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
        waitOneTick()
        stuck = chooseStuck()
        for (worker in pool.workers) {
            if (isStuck(worker)) relieve(worker) else worker.askForRound()
            worker.tellFinished()
            seen[worker.index] = worker.progress
        }
    }

    /** Not less than a tick, whatever ends a poll before: a worker that has done nothing for a moment is not stuck. */
    private fun waitOneTick() {
        val stuck = stuck
        val end = platform.nanoTime() + TICK_NANOS
        while (!stopped) {
            val left = end - platform.nanoTime()
            if (left <= 0) return
            if (stuck == null || !isStuck(stuck) || !pollFor(stuck, left)) pause(left)
        }
    }

    private fun isStuck(worker: Worker) = !worker.parker.isParked && seen[worker.index] == worker.progress

    /** One worker that was stuck for this tick and has channels; they take turns when there are several. */
    private fun chooseStuck(): Worker? {
        val workers = pool.workers
        for (i in workers.indices) {
            val worker = workers[(turn + i) % workers.size]
            if (worker.poller.isActive && isStuck(worker)) {
                turn = worker.index + 1
                return worker
            }
        }
        return null
    }

    private fun pollFor(worker: Worker, nanos: Long): Boolean {
        if (!worker.poller.tryPoll(nanos, ready)) return false
        ready.resumeAll()
        return true
    }

    private fun relieve(worker: Worker) {
        worker.giveUpLatest()?.let(pool::submitLast)
        worker.timers.tryCollectDue(platform.nanoTime(), dueSink)
        if (!worker.queue.isEmpty) pool.wakeOneIfWanted()
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
    }
}
