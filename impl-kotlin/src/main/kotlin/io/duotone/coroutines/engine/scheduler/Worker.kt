package io.duotone.coroutines.engine.scheduler

import io.duotone.coroutines.engine.platform.EngineThread
import io.duotone.coroutines.engine.platform.NO_DEADLINE
import io.duotone.coroutines.engine.platform.Padded
import io.duotone.coroutines.engine.queue.LocalQueue
import io.duotone.coroutines.engine.queue.asTask
import io.duotone.coroutines.engine.reactor.Poller
import io.duotone.coroutines.engine.reactor.ReadyList
import io.duotone.coroutines.engine.reactor.SelectorPoller
import io.duotone.coroutines.engine.timer.DueSink
import io.duotone.coroutines.engine.timer.TimerHeap
import io.duotone.spi.Context
import java.lang.invoke.MethodHandles
import java.lang.invoke.VarHandle

/**
 * One worker: a thread with its own queue, timers and poller.
 *
 * Where the next task comes from, in order: the slot of the latest wake-up, the own queue, work from outside, due timers and I/O,
 * other workers' queues. Every [TASKS_PER_ROUND] tasks, and when the monitor asks for it because these take long, timers, I/O and work from
 * outside come first, so that no flood of ready tasks can starve them (row C30). But a worker that has not yet run what its last poll brought
 * polls in passing every [POLL_ANYWAY_NANOS] only: what it found would mostly be the same channels.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | latest | the worker (set); worker, monitor (take) | same | volatile, taken by getAndSet |
 * | queue, timers, poller | see their classes | | |
 * | ticks, looks | the worker | the monitor | opaque: only compared with an older value, pairs with nothing |
 * | roundDue | the monitor (true); the worker (false) | the worker | volatile |
 * | finished | see its class | | |
 * | timedTick, timeOfTurn, searching, streak, budget, lastPoll, polledUpTo, pollDue, polls, ready, random | the worker | the worker | owner only |
 */
internal class Worker(private val pool: WorkerPool, val index: Int, name: String) :
    Padded(),
    Runnable {
    private val platform = pool.platform
    val queue = LocalQueue(pool.injection)
    val timers = TimerHeap()
    val poller: Poller = SelectorPoller(platform, Runnable { wakeForInterest() })
    val parker = Parker(platform, poller)
    val thread: Thread = platform.thread(name, this, this)

    // Any, and read by asTask: a check against an interface is what costs here.
    @Volatile
    private var latest: Any? = null

    private var ticks = 0L
    private var looks = 0L

    @Volatile
    private var roundDue = false

    private var timedTick = -1L
    private var timeOfTurn = 0L

    private var searching = false
    private var streak = 0
    private var lastPoll = 0L
    private var polledUpTo = 0
    private var pollDue = false
    private val ready = ReadyList()
    private val dueSink = DueSink { queue.push(it) }
    private var random = platform.seed() or 1L
    private val finished = FinishedCounts()

    /** How many more operations the running task may do before it must let others run; see [Budget]. Owner only. */
    @JvmField
    var budget = 0

    /** How often somebody who asked for a look at I/O has got it; see [PollCycle]. Owner only. */
    var polls = 0L
        private set

    /** Whether the calling thread is this worker's. */
    val isCurrent: Boolean get() = Thread.currentThread() === thread

    /** Whose pool this is. */
    val poolOwner: Any get() = pool.owner

    /** For the monitor: does not change while one task keeps the worker, or while the worker sleeps. */
    val progress: Long get() = TICKS.getOpaque(this) as Long

    /** For the monitor: changes when the worker looks beyond its own queue unasked. */
    val looksUnasked: Long get() = LOOKS.getOpaque(this) as Long

    // ------------------------------------------------------------ submitting, on this worker's thread

    /** Queues [task] as the latest wake-up: it runs next, and what held that place goes to the tail of the queue. */
    fun submit(task: Runnable) {
        val displaced = asTask(LATEST.getAndSet(this, task))
        if (displaced != null) submitLast(displaced)
    }

    /**
     * Queues [task] behind all that is ready now. When it is the only one, nobody is woken for it: it is the next to run here, as a wake-up
     * is. That matters to coroutines that yield to nobody, and to a lock that is handed on: another worker would take it from this one
     * each time.
     */
    fun submitLast(task: Runnable) {
        queue.push(task)
        wakeForQueue(first = null)
    }

    /** Counts one finished member of a group; the count reaches the group in batches. */
    fun countFinished(group: FinishedCounter) {
        finished.add(group)
    }

    /**
     * For a task that consists of several: gives the next of them a full budget. False when the worker has other things to look at
     * first, so that the rest should be queued.
     */
    fun mayRunOn(): Boolean {
        budget = Budget.FULL
        return !roundDue
    }

    /** For a task that waits for it: looks at timers and I/O before the next task, however short a time ago it did so. */
    fun askForPoll() {
        pollDue = true
        roundDue = true
    }

    /** The time at the first question in this turn: asking again, for each of many, costs nothing. */
    fun timeOfTurn(): Long {
        if (timedTick != ticks) {
            timedTick = ticks
            timeOfTurn = platform.nanoTime()
        }
        return timeOfTurn
    }

    // ------------------------------------------------------------ the run loop

    override fun run() {
        var runs = true
        while (runs) {
            try {
                runs = turn()
            } catch (failure: Throwable) {
                // Not from a task: from a selector, or the dispatcher of somebody who was resumed. A worker outlives both.
                pool.uncaught(failure)
            }
        }
        finished.flush()
    }

    /** Runs one task, or sleeps when there is none; false when there is none and the pool has stopped. */
    private fun turn(): Boolean {
        val task = next()
        if (task != null) {
            runTask(task)
        } else {
            if (pool.mayStop) return false
            sleep()
        }
        return true
    }

    private fun runTask(task: Runnable) {
        TICKS.setOpaque(this, ticks + 1)
        budget = Budget.FULL
        if (searching) stopSearching()
        try {
            task.run()
        } catch (failure: Throwable) {
            pool.uncaught(failure)
        }
        Context.clear()
        // An interrupt meant for a task must not close the channels or break the sleep of those after it.
        if (thread.isInterrupted) Thread.interrupted()
    }

    private fun stopSearching() {
        searching = false
        if (pool.idle.endSearch()) pool.wakeOneIfWanted()
    }

    private fun next(): Runnable? {
        val unasked = ticks % TASKS_PER_ROUND == 0L
        if (unasked) LOOKS.setOpaque(this, looks + 1)
        if (unasked || roundDue) {
            roundDue = false
            round()?.let { return it }
        }
        return nextLocal() ?: pool.injection.popInto(queue, pool.shareOfInjection()) ?: afterLocal()
    }

    private fun nextLocal(): Runnable? {
        if (streak < LATEST_IN_A_ROW) {
            takeLatest()?.let {
                streak++
                return it
            }
        }
        streak = 0
        return queue.pop() ?: takeLatest()
    }

    private fun takeLatest(): Runnable? {
        if (latest == null) return null
        return asTask(LATEST.getAndSet(this, NOTHING))
    }

    /** Looks at everything that is not in the own queue; returns one task from outside to run first. */
    private fun round(): Runnable? {
        if (timers.earliest != NO_DEADLINE || poller.isActive) {
            val now = platform.nanoTime()
            collectTimers(now)
            if (mayPollInPassing(now)) {
                lastPoll = now
                pollNow()
            }
        }
        if (pollDue) {
            pollDue = false
            polls++
        }
        val first = pool.injection.popInto(queue, pool.shareOfInjection())
        wakeForQueue(first)
        return first
    }

    private fun mayPollInPassing(now: Long): Boolean {
        if (!poller.isActive) return false
        return pollDue || now - lastPoll >= if (queue.hasPassed(polledUpTo)) POLL_APART_NANOS else POLL_ANYWAY_NANOS
    }

    /** Some of those due: the rest is not brought into the cache before its turn, and tasks that are ready go on in between. */
    private fun collectTimers(now: Long) {
        if (timers.earliest > now) return
        val limit = if (queue.size < TIMERS_AT_A_TIME) TIMERS_AT_A_TIME else TIMERS_AMONG_MANY_TASKS
        timers.collectDue(now, dueSink, limit)
    }

    /** Wakes somebody for what is in the queue, unless that is one task and the next to run here; [first] runs before, if there is one. */
    private fun wakeForQueue(first: Runnable?) {
        val runsNext = if (first == null && latest == null) 1 else 0
        if (queue.size > runsNext) pool.wakeOneIfWanted()
    }

    /** A look in passing: those that the last poll woke may be on their way back to their next wait. */
    private fun pollNow() {
        ready.narrows = false
        try {
            poller.poll(0L, ready)
        } finally {
            ready.narrows = true
        }
        submitReady()
    }

    /** One runs next, as any wake-up does; several run in the order in which they came. */
    private fun submitReady() {
        if (ready.size == 1) {
            ready.drainTo(::submit)
        } else if (ready.size > 1) {
            ready.drainTo(queue::push)
            polledUpTo = queue.end
        }
    }

    /** The own queue is empty: what finished groups and due timers make ready, then other workers. */
    private fun afterLocal(): Runnable? {
        finished.flush()
        if (timers.earliest != NO_DEADLINE) {
            collectTimers(platform.nanoTime())
            wakeForQueue(first = null)
        }
        return nextLocal() ?: steal()
    }

    private fun steal(): Runnable? {
        if (pool.workers.size == 1) return null
        if (!searching) {
            if (!pool.idle.tryStartSearch()) return null
            searching = true
        }
        return takeFromOthers(STEAL_WORTHWHILE) ?: run {
            repeat(SPINS_BEFORE_SMALL_STEAL) { Thread.onSpinWait() }
            takeFromOthers(1)
        }
    }

    /** One task from outside or of a worker that has [atLeast] so many, with others along. */
    private fun takeFromOthers(atLeast: Int): Runnable? {
        val workers = pool.workers
        val start = nextRandom(workers.size)
        for (i in workers.indices) {
            val victim = workers[(start + i) % workers.size]
            if (victim !== this && victim.queue.size >= atLeast) victim.queue.stealInto(queue)?.let { return it }
        }
        return pool.injection.popInto(queue, pool.shareOfInjection())
    }

    private fun nextRandom(bound: Int): Int {
        var x = random
        x = x xor (x shl 13)
        x = x xor (x ushr 7)
        x = x xor (x shl 17)
        random = x
        return ((x ushr 33) % bound).toInt()
    }

    private fun sleep() {
        queue.clearStolen()
        val mustLook = pool.idle.park(this, searching)
        searching = false
        try {
            if (!mustLook || !pool.hasQueuedWork()) awaitWake()
        } finally {
            // A worker that keeps waking up without finding a task is no worker that does not come back from one.
            TICKS.setOpaque(this, ticks + 1)
            LOOKS.setOpaque(this, looks + 1)
            searching = pool.idle.unpark(this)
            pool.monitor.workerAwake()
        }
        if (ready.size > 0) {
            lastPoll = platform.nanoTime()
            submitReady()
            wakeForQueue(first = null)
        }
    }

    /**
     * All that can end this sleep is looked at before it begins, and whoever changes one of these things afterwards calls
     * [Parker.wake], which keeps even a sleep that has not quite begun from beginning.
     */
    private fun awaitWake() {
        val nanos = timers.earliest.let { if (it == NO_DEADLINE) it else it - platform.nanoTime() }
        if (nanos > 0 && !pool.mayStop) parker.sleep(nanos, ready)
        // An interrupt meant for a task that has ended would keep every sleep after it from beginning.
        Thread.interrupted()
    }

    // ------------------------------------------------------------ called by other threads

    /** The monitor: makes the worker look at timers, I/O and work from outside before its next task. */
    fun askForRound() {
        roundDue = true
    }

    /** The monitor: hands the latest wake-up of a worker that does not come back to the others. */
    fun giveUpLatest(): Runnable? = takeLatest()

    /** Shutdown: takes what is ready away from a worker that does not come back. */
    fun surrender(into: MutableList<Runnable>) {
        takeLatest()?.let(into::add)
        val hands = LocalQueue(pool.injection)
        while (true) {
            into += queue.stealInto(hands) ?: break
            hands.drainTo(into::add)
        }
    }

    /** The monitor: tells groups of members that this worker has finished and counted. */
    fun tellFinished() {
        finished.tell()
    }

    /** Whoever added a timer that is now the earliest. The worker reads its deadline before it is seen to be parked: see [Parker]. */
    fun wakeForTimer() {
        if (!isCurrent) parker.wake()
    }

    /** Whoever changed what the poller waits for. */
    fun wakeForInterest() {
        if (!isCurrent) parker.wakeIfParked()
    }

    override fun toString(): String = "${thread.name}: $parker, ${queue.size} queued, ${timers.size} timers"

    internal companion object {
        private const val TASKS_PER_ROUND = 61L
        private const val LATEST_IN_A_ROW = 32

        // A thief as fast as its victim would take every task or two from it, which costs both of them more than it brings. So it waits
        // for more, 1 to 3 us on the machines of today.
        private const val STEAL_WORTHWHILE = 32
        private const val SPINS_BEFORE_SMALL_STEAL = 64
        private const val POLL_APART_NANOS = 1_000_000L
        private const val POLL_ANYWAY_NANOS = 10_000_000L
        private const val TIMERS_AT_A_TIME = 64
        private const val TIMERS_AMONG_MANY_TASKS = 16

        private val NOTHING: Any? = null
        private val LATEST: VarHandle
        private val TICKS: VarHandle
        private val LOOKS: VarHandle

        init {
            val lookup = MethodHandles.privateLookupIn(Worker::class.java, MethodHandles.lookup())
            LATEST = lookup.findVarHandle(Worker::class.java, "latest", Any::class.java)
            TICKS = lookup.findVarHandle(Worker::class.java, "ticks", Long::class.javaPrimitiveType)
            LOOKS = lookup.findVarHandle(Worker::class.java, "looks", Long::class.javaPrimitiveType)
        }

        /** The worker on whose thread the caller runs, of whatever pool; null elsewhere. */
        fun currentOrNull(): Worker? = (Thread.currentThread() as? EngineThread)?.owner as? Worker

        /** Whether the caller runs on a worker of this pool; then that worker. */
        fun currentOf(pool: WorkerPool): Worker? = currentOrNull()?.takeIf { it.pool === pool }
    }
}
