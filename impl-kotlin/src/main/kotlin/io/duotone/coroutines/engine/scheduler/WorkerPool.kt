package io.duotone.coroutines.engine.scheduler

import io.duotone.coroutines.engine.platform.Platform
import io.duotone.coroutines.engine.platform.deadlineAfter
import io.duotone.coroutines.engine.queue.InjectionQueue
import io.duotone.coroutines.engine.reactor.Poller
import io.duotone.coroutines.engine.reactor.PollerSource
import io.duotone.coroutines.engine.timer.TimerEntry
import java.lang.invoke.VarHandle
import java.util.concurrent.atomic.AtomicInteger

/**
 * The workers of one runtime and what they share.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | injection, idle | see their classes | | |
 * | mayStop | stop | workers | volatile |
 * | roundRobin | threads from outside | same | atomic |
 */
internal class WorkerPool(
    val platform: Platform,
    /** What the layer above wants to find again from a worker or a context: its runtime. */
    val owner: Any,
    name: String,
    size: Int,
    private val onUncaught: (Throwable) -> Unit,
) : PollerSource {
    val injection = InjectionQueue()
    val idle = IdleWorkers(size)
    val workers: Array<Worker> = Array(size) { Worker(this, it, "$name-worker-$it") }
    val monitor = Monitor(this, name)
    override val dispatcher = RuntimeDispatcher(this)
    private val roundRobin = AtomicInteger()

    /** Set by [stop]: a worker that finds nothing to do ends instead of sleeping. */
    @Volatile
    var mayStop = false
        private set

    fun start() {
        workers.forEach { it.thread.start() }
        monitor.thread.start()
    }

    /** Queues [task] from any thread; false when the pool has stopped and nobody would run it. */
    fun submit(task: Runnable): Boolean {
        val worker = Worker.currentOf(this)
        if (worker != null) {
            worker.submit(task)
            return true
        }
        return inject(task)
    }

    /** As [submit], behind all that is ready now. */
    fun submitLast(task: Runnable): Boolean {
        val worker = Worker.currentOf(this)
        if (worker != null) {
            worker.submitLast(task)
            return true
        }
        return inject(task)
    }

    private fun inject(task: Runnable): Boolean {
        if (!injection.push(task)) return false
        wakeOneIfWanted()
        return true
    }

    /**
     * Starts [entry] at [deadline] on the calling worker, or from outside on one after the other. When the timers are closed it is
     * cancelled instead.
     */
    fun schedule(entry: TimerEntry, deadline: Long) {
        val worker = Worker.currentOf(this) ?: anyWorker()
        if (worker.timers.add(entry, deadline)) worker.wakeForTimer()
    }

    override fun poller(): Poller {
        val own = (Worker.currentOf(this) ?: anyWorker()).poller
        // A server that has run out of descriptors goes on with the pollers that are open.
        return if (own.tryOpen()) own else workers.map(Worker::poller).firstOrNull(Poller::tryOpen) ?: own
    }

    /** The time, on a worker that of its turn: for what may be off by as long as the running task has kept its worker. */
    fun timeOfTurn(): Long = Worker.currentOf(this)?.timeOfTurn() ?: platform.nanoTime()

    private fun anyWorker(): Worker = workers[(roundRobin.getAndIncrement() and Int.MAX_VALUE) % workers.size]

    /** Called after work was published: wakes a sleeper, unless somebody is searching or all are awake. */
    fun wakeOneIfWanted() {
        if (workers.size == 1 && Worker.currentOf(this) != null) return
        VarHandle.fullFence() // pairs with IdleWorkers.park: the work first, then the question who sleeps
        if (idle.wantsWake) idle.pickToWake()?.parker?.wake()
    }

    /** How much of the injection queue one worker takes at a time: its share, so that the others find some too. */
    fun shareOfInjection(): Int = minOf(injection.size / workers.size + 1, MAX_SHARE)

    fun hasQueuedWork(): Boolean = injection.size > 0 || workers.any { !it.queue.isEmpty }

    fun uncaught(failure: Throwable) {
        onUncaught(failure)
    }

    /** Lets the workers end once they find nothing more to do. */
    fun stop() {
        mayStop = true
        workers.forEach { it.parker.wake() }
        monitor.stop()
    }

    /** Waits up to [nanos] for the workers and the monitor to end; whether all have. */
    fun awaitStopped(nanos: Long): Boolean {
        val deadline = platform.deadlineAfter(nanos)
        return (workers.map(Worker::thread) + monitor.thread).all { thread ->
            val millis = (deadline - platform.nanoTime()) / NANOS_PER_MILLI + 1
            if (millis > 0) thread.join(millis)
            !thread.isAlive
        }
    }

    /**
     * Refuses new work and returns what nobody has run: what came too late, and what lies behind a task that a worker does not come
     * back from. Such a worker keeps only what its task makes ready after this, and runs that when it comes back.
     */
    fun drain(): List<Runnable> {
        val late = ArrayList<Runnable>()
        injection.close()
        injection.drainTo(late::add)
        for (worker in workers) if (worker.thread.isAlive) worker.surrender(late)
        return late
    }

    /** Drops all timers: those who sleep are cancelled. Timers that come later are refused. */
    fun closeTimers() {
        workers.forEach { worker -> worker.timers.close { (it as? RuntimeTimer)?.runtimeClosed() } }
    }

    fun closePollers() {
        workers.forEach { it.poller.close() }
    }

    private companion object {
        const val MAX_SHARE = 64
        const val NANOS_PER_MILLI = 1_000_000L
    }
}
