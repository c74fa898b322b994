package io.duotone.coroutines.scope

import io.duotone.coroutines.engine.scheduler.FinishedCounter
import io.duotone.coroutines.engine.scheduler.Worker
import java.util.concurrent.atomic.AtomicInteger

/**
 * How many members of a group have not finished. The members of a large group are counted by their workers and told in batches; a
 * small one is told of each, since its end should not wait for that of a batch.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | unfinished | finishing members, in batches; whoever starts them | same | atomic; publishes what members did |
 */
internal abstract class MemberCount(private val members: Int) : FinishedCounter {
    // One more than the members: whoever starts them counts itself down once all will start.
    private val unfinished = AtomicInteger(members + 1)

    /** All members have finished and all have been queued. Called once, by the last. */
    protected abstract fun ended()

    /** A member has finished. */
    fun finishedOne() {
        val worker = if (members > TOLD_ONE_BY_ONE) Worker.currentOrNull() else null
        if (worker != null) worker.countFinished(this) else finished(1)
    }

    final override fun finished(members: Int) {
        if (unfinished.addAndGet(-members) == 0) ended()
    }

    /** Whoever starts the members has seen to it that all will start; true when all have finished and nobody was told. */
    fun allQueued(): Boolean = unfinished.decrementAndGet() == 0

    private companion object {
        const val TOLD_ONE_BY_ONE = 256
    }
}
