package io.duotone.coroutines.engine.blocking

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater

/**
 * One call on a thread of the [BlockingPool]: the subclass says what to do ([call]) and receives how it ended, by exactly one of
 * [returned], [threw] and [dropped].
 *
 * ```
 *  QUEUED -----> RUNNING -----> DONE
 *     |
 *     +--------> DROPPED
 * ```
 * No-ops: cancel of DONE and DROPPED. Cancelling a RUNNING call does not change the state: it interrupts the thread, once, and the call
 * ends when its code ends.
 *
 * | field                | who writes        | who reads | guard or memory mode                                             |
 * |----------------------|-------------------|-----------|------------------------------------------------------------------|
 * | state                | pool thread; drop | any       | volatile; CAS from QUEUED, to DONE under the monitor of the call |
 * | runner               | pool thread       | cancel    | monitor: the thread to interrupt, while it runs this call        |
 * | isInterrupted        | cancel            | any       | volatile, written under the monitor                              |
 * | pool                 | submit            | drop      | volatile: written before submit reads state, read after drop's CAS |
 * | prev, next, isLinked | the pool          | the pool  | the pool's lock                                                  |
 *
 * An interrupt can only hit its own call: it is sent under the monitor and only while [runner] is set. The pool thread unsets [runner]
 * under the same monitor, clears its interrupt flag after that, and once more before it sets [runner] for the next call. The monitor is
 * held over [Thread.interrupt], which may run the closing code of an interruptible channel: that the pool thread waits for it is the point.
 */
internal abstract class BlockingCall<T> {
    @Volatile
    private var state = QUEUED
    private var runner: Thread? = null

    /** Whether [cancel] has interrupted this call. It may still end as if nothing had happened: its code decides. */
    @Volatile
    var isInterrupted: Boolean = false
        private set

    @Volatile
    var pool: BlockingPool? = null
    var prev: BlockingCall<*>? = null
    var next: BlockingCall<*>? = null
    var isLinked: Boolean = false

    val isDone: Boolean get() = state >= DONE

    /** The blocking code. Runs on a pool thread, with the interrupt flag clear. */
    protected abstract fun call(): T

    /** [call] returned [value]. Called on the pool thread after the call has left it; should be quick. */
    protected abstract fun returned(value: T)

    /** [call] threw [failure]. Called on the pool thread after the call has left it; should be quick. */
    protected abstract fun threw(failure: Throwable)

    /** The call was cancelled before it began. Called on the thread that cancelled it or shut the pool down; should be quick. */
    protected abstract fun dropped()

    /** Any thread. What is queued is dropped at once; what runs is interrupted, and reports when its code has ended. */
    fun cancel(): BlockingCancel {
        if (drop()) return BlockingCancel.DROPPED
        synchronized(this) {
            val thread = runner ?: return BlockingCancel.TOO_LATE
            if (!isInterrupted) {
                isInterrupted = true
                thread.interrupt()
            }
            return BlockingCancel.INTERRUPTED
        }
    }

    /** Where the call stands; null when it does not run. */
    fun stackOrNull(): Array<StackTraceElement>? = synchronized(this) { runner?.stackTrace }

    /** Takes the call back when it has not begun, without a report; false when it is too late for that. */
    fun withdraw(): Boolean = STATE.compareAndSet(this, QUEUED, DROPPED)

    /** Drops the call when it has not begun, and reports so; false when it is too late for that. */
    fun drop(): Boolean {
        if (!withdraw()) return false
        pool?.unlink(this)
        dropped()
        return true
    }

    /** Pool thread: runs the call, unless it has been dropped, and reports. Never throws what [call] throws. */
    fun runOn(thread: Thread) {
        if (!begin(thread)) return
        var failure: Throwable? = null
        var value: T? = null
        try {
            value = call()
        } catch (thrown: Throwable) {
            failure = thrown
        }
        end()
        if (failure != null) {
            threw(failure)
        } else {
            @Suppress("UNCHECKED_CAST")
            returned(value as T)
        }
    }

    private fun begin(thread: Thread): Boolean = synchronized(this) {
        if (!STATE.compareAndSet(this, QUEUED, RUNNING)) return false
        // A stray one from before: nobody can have sent one for this call yet.
        Thread.interrupted()
        runner = thread
        true
    }

    private fun end() {
        synchronized(this) {
            runner = null
            state = DONE
        }
        // Ours, or one the code has left behind: either way it is not meant for the report.
        Thread.interrupted()
    }

    private companion object {
        const val QUEUED = 0
        const val RUNNING = 1
        const val DONE = 2
        const val DROPPED = 3

        val STATE: AtomicIntegerFieldUpdater<BlockingCall<*>> = AtomicIntegerFieldUpdater.newUpdater(BlockingCall::class.java, "state")
    }
}

/** What [BlockingCall.cancel] achieved. */
internal enum class BlockingCancel {
    /** It had not begun and never will. */
    DROPPED,

    /** It runs and has been interrupted; it reports its end when its code has ended. */
    INTERRUPTED,

    /** It had ended. */
    TOO_LATE,
}
