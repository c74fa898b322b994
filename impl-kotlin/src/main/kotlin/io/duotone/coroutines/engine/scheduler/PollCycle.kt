package io.duotone.coroutines.engine.scheduler

/**
 * Waits for the next look at timers and I/O of the worker that it runs on, behind all that was ready then and all that this look makes
 * ready. It is a task that queues itself anew until that has happened; on the worker of a thief it waits for the thief's.
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | worker, seen, hasSeen | the worker it runs on | the next one | plain, published by the queue |
 */
internal abstract class PollCycle(private val pool: WorkerPool) : Runnable {
    private var worker: Worker? = null
    private var seen = 0L
    private var hasSeen = false

    /** The worker has looked; called on it. */
    protected abstract fun passed()

    /** Its runtime has been closed. */
    protected abstract fun refused()

    fun begin() {
        val worker = Worker.currentOf(pool)
        if (worker != null) {
            waitFor(worker)
        } else if (!pool.submitLast(this)) {
            refused()
        }
    }

    private fun waitFor(next: Worker) {
        worker = next
        seen = next.polls
        next.askForPoll()
        next.submitLast(this)
    }

    final override fun run() {
        val current = Worker.currentOf(pool)
        when {
            // Surrendered at shutdown: whoever runs it now has no I/O to look at.
            current == null -> refused()

            hasSeen -> passed()

            // Once more to the end of the queue: what the look made ready went there behind this.
            current === worker && current.polls != seen -> {
                hasSeen = true
                current.submitLast(this)
            }

            else -> waitFor(current)
        }
    }
}
