package io.duotone.coroutines.engine.scheduler

import kotlinx.coroutines.yield

/**
 * The cooperative budget: how many operations that could have suspended, but did not, one task may do in a row. Without it a
 * connection that always has bytes waiting would keep its worker for ever (row C30).
 */
internal object Budget {
    const val FULL = 128

    /** Spends one unit on the calling worker. False when none is left and the caller should let others run. */
    fun spend(): Boolean {
        val worker = Worker.currentOrNull() ?: return true
        return --worker.budget > 0
    }

    /** Lets others run; the next turn of the task starts with a full budget. Throws if the task has been cancelled. */
    suspend fun letOthersRun() {
        yield()
    }
}
