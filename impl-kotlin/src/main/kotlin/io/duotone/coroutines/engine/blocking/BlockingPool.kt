package io.duotone.coroutines.engine.blocking

import io.duotone.spi.Context
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.locks.LockSupport
import java.util.concurrent.locks.ReentrantLock
import java.util.function.LongSupplier
import kotlin.concurrent.withLock

/** Makes the threads of a [BlockingPool]: a daemon thread, not yet started, that will run the given task under the given name. */
internal fun interface BlockingThreadFactory {
    fun newThread(task: Runnable, name: String): Thread
}

/** A moment's view of a [BlockingPool]. */
internal data class BlockingStatistics(val threads: Int, val idle: Int, val queued: Int, val started: Long)

/**
 * An elastic pool for calls that block (rows T16 to T18, C11, C12): a call goes to an idle thread, the one idle for the shortest time, or
 * else to a new thread while there are fewer than [maxThreads], or else to the end of an unbounded queue. A thread idle for [idleNanos]
 * ends. With [whenFull] there is no queue: a call above [maxThreads] is refused in these words.
 *
 * `ThreadPoolExecutor` does not fit: with an unbounded queue it starts threads up to its core size whether or not others are idle, beyond
 * that never, and it cannot tell a running call from the next one on the same thread when interrupting.
 *
 * | field                    | who writes | who reads | guard or memory mode                                          |
 * |--------------------------|------------|-----------|---------------------------------------------------------------|
 * | first, last, queued      | any        | any       | lock: the queue, linked through the calls                     |
 * | idle                     | any        | any       | lock: threads waiting for a call, the latest at the end       |
 * | workers                  | any        | any       | lock: all threads counted, starting ones included             |
 * | leaving                  | workers    | shutdown  | lock: threads in their last instructions, or gone             |
 * | closed                   | shutdown   | any       | lock                                                          |
 * | Worker.handed            | any        | worker    | volatile, written under the lock while the worker is idle     |
 * | Worker.current           | worker     | shutdown  | lock                                                          |
 *
 * Lock order: the lock is a leaf. No thread is started and no code of a call runs under it.
 */
internal class BlockingPool(
    private val name: String,
    private val maxThreads: Int,
    private val idleNanos: Long,
    private val threads: BlockingThreadFactory,
    private val clock: LongSupplier,
    private val role: String = "blocking",
    private val whenFull: String? = null,
) {
    private val lock = ReentrantLock()
    private val ended = lock.newCondition()
    private val workers = LinkedHashSet<Worker>()
    private val leaving = ArrayList<Thread>()
    private val idle = ArrayList<Worker>()
    private var first: BlockingCall<*>? = null
    private var last: BlockingCall<*>? = null
    private var queued = 0
    private var started = 0L
    private var closed = false

    init {
        require(maxThreads >= 1) { "maxThreads must be at least 1, but is $maxThreads" }
        require(idleNanos >= 0) { "idleNanos must not be negative, but is $idleNanos" }
    }

    /**
     * Any thread: runs [job] on a pool thread. What it throws goes to that thread's uncaught exception handler. Throws
     * [RejectedExecutionException] after [shutdown].
     */
    fun execute(job: Runnable): Unit = submit(JobCall(job))

    /**
     * Any thread: runs [call] on a pool thread; a call is submitted once. Throws [RejectedExecutionException] after [shutdown], or when the
     * first thread cannot be started.
     */
    fun submit(call: BlockingCall<*>) {
        val taker: Worker
        val isNew: Boolean
        lock.withLock {
            if (closed) throw RejectedExecutionException("the runtime $name is closed, it takes no more blocking calls")
            check(call.pool == null) { "a blocking call can be submitted only once" }
            call.pool = this
            if (call.isDone) return
            if (idle.isNotEmpty()) {
                taker = idle.removeLast()
                isNew = false
            } else if (workers.size < maxThreads) {
                taker = Worker(++started)
                workers.add(taker)
                isNew = true
            } else {
                if (whenFull != null) {
                    call.pool = null
                    throw RejectedExecutionException(whenFull)
                }
                enqueue(call)
                return
            }
            taker.current = call
            taker.handed = call
        }
        if (isNew) start(taker, call) else LockSupport.unpark(taker.thread)
    }

    private fun start(worker: Worker, call: BlockingCall<*>) {
        try {
            val thread = threads.newThread(worker, "$name-$role-${worker.number}")
            worker.thread = thread
            thread.start()
        } catch (failure: Throwable) {
            val orphaned = lock.withLock {
                workers.remove(worker)
                if (workers.isEmpty()) ended.signalAll()
                // Those that run will come for it.
                val others = workers.isNotEmpty() && !closed && whenFull == null
                if (others) enqueue(call)
                !others
            }
            // When it has been cancelled meanwhile it has had its report.
            if (orphaned && call.withdraw()) throw RejectedExecutionException("$name could not start a thread for a blocking call", failure)
        }
    }

    fun statistics(): BlockingStatistics = lock.withLock { BlockingStatistics(workers.size, idle.size, queued, started) }

    /**
     * Steps 1 to 3 of the shutdown, harmless when repeated; [awaitTermination] is step 4, and [stuck] the report when that is not enough.
     *
     * 1. [refuseNew]: no call is taken from now on, idle threads end.
     * 2. [dropQueued]: what waits is dropped and reports so.
     * 3. [interruptRunning]: what runs is interrupted.
     */
    fun shutdown() {
        refuseNew()
        dropQueued()
        interruptRunning()
    }

    private fun refuseNew() {
        val leaving = lock.withLock {
            closed = true
            val all = idle.toList()
            idle.clear()
            all
        }
        for (worker in leaving) LockSupport.unpark(worker.thread)
    }

    private fun dropQueued() {
        while (true) {
            val call = lock.withLock { dequeue() } ?: return
            call.drop()
        }
    }

    private fun interruptRunning() {
        val running = lock.withLock { workers.mapNotNull { it.current } }
        for (call in running) call.cancel()
    }

    /** Waits up to [nanos] for the last thread to end after [shutdown]; whether it has. */
    fun awaitTermination(nanos: Long): Boolean {
        val until = clock.asLong + nanos
        val last = lock.withLock {
            var left = nanos
            while (workers.isNotEmpty()) {
                if (left <= 0) return false
                left = ended.awaitNanos(left)
            }
            leaving.filter { it.isAlive }
        }
        // No longer counted, but not yet gone: the caller may look whether we left a thread behind.
        for (thread in last) TimeUnit.NANOSECONDS.timedJoin(thread, until - clock.asLong)
        return last.none { it.isAlive }
    }

    /** The threads that still run a call, each by its name and what it is doing. */
    fun stuck(): Map<String, List<StackTraceElement>> {
        val running = lock.withLock { workers.filter { it.current != null }.mapNotNull { it.thread } }
        return running.associate { it.name to it.stackTrace.asList() }
    }

    /** Called by a call that was dropped, which may be anywhere by now. */
    fun unlink(call: BlockingCall<*>): Unit = lock.withLock {
        if (!call.isLinked) return
        val before = call.prev
        val after = call.next
        if (before == null) first = after else before.next = after
        if (after == null) last = before else after.prev = before
        call.prev = null
        call.next = null
        call.isLinked = false
        queued -= 1
    }

    private fun enqueue(call: BlockingCall<*>) {
        // Dropped before it was linked: then its unlink has been or will be a no-op. Dropped after this: then its unlink waits for the
        // lock.
        if (call.isDone) return
        val before = last
        call.prev = before
        call.isLinked = true
        if (before == null) first = call else before.next = call
        last = call
        queued += 1
    }

    private fun dequeue(): BlockingCall<*>? {
        val call = first ?: return null
        unlink(call)
        return call
    }

    private inner class Worker(val number: Long) : Runnable {
        @Volatile
        var thread: Thread? = null

        @Volatile
        var handed: BlockingCall<*>? = null
        var current: BlockingCall<*>? = null

        override fun run() {
            val self = Thread.currentThread()
            thread = self
            try {
                var call = takeHanded()
                while (call != null) {
                    runReporting(call, self)
                    call = nextOrPark()
                }
            } finally {
                leave()
            }
        }

        private fun runReporting(call: BlockingCall<*>, self: Thread) {
            try {
                call.runOn(self)
                Context.clear()
            } catch (failure: Throwable) {
                // A hook that throws is a mistake of its author; the thread goes on.
                self.uncaughtExceptionHandler.uncaughtException(self, failure)
            }
        }

        /** The next call of the queue, or the one handed over while parked; null when it is time to end. */
        private fun nextOrPark(): BlockingCall<*>? {
            lock.withLock {
                current = null
                if (closed) return null
                val queuedCall = dequeue()
                if (queuedCall != null) {
                    current = queuedCall
                    return queuedCall
                }
                idle.add(this)
            }
            return awaitHanded()
        }

        private fun awaitHanded(): BlockingCall<*>? {
            val until = clock.asLong + idleNanos
            while (true) {
                takeHanded()?.let { return it }
                val left = until - clock.asLong
                // Interrupts are for calls, and there is none: a stray one would make parking return at once, for ever.
                Thread.interrupted()
                if (left > 0) {
                    LockSupport.parkNanos(this@BlockingPool, left)
                }
                if (left <= 0 || isLeaving()) return lastChance()
            }
        }

        private fun isLeaving(): Boolean = handed == null && lock.withLock { closed }

        /** Not idle any more: either somebody has just handed a call over, or nobody will. */
        private fun lastChance(): BlockingCall<*>? = lock.withLock {
            idle.remove(this)
            takeHanded()
        }

        private fun takeHanded(): BlockingCall<*>? {
            val call = handed
            if (call != null) handed = null
            return call
        }

        private fun leave(): Unit = lock.withLock {
            current = null
            idle.remove(this)
            workers.remove(this)
            leaving.removeIf { !it.isAlive }
            leaving.add(Thread.currentThread())
            if (workers.isEmpty()) ended.signalAll()
        }
    }

    private class JobCall(private val job: Runnable) : BlockingCall<Unit>() {
        override fun call() = job.run()

        override fun returned(value: Unit) {}

        override fun threw(failure: Throwable) {
            val self = Thread.currentThread()
            self.uncaughtExceptionHandler.uncaughtException(self, failure)
        }

        override fun dropped() {}
    }
}
