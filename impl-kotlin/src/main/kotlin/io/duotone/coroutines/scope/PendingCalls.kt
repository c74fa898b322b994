package io.duotone.coroutines.scope

import io.duotone.coroutines.engine.scheduler.Worker
import io.duotone.coroutines.engine.scheduler.WorkerPool
import kotlinx.coroutines.Job
import java.lang.invoke.VarHandle

/**
 * The calls that are tasks of the runtime itself and have not ended. They are not yet children of its job [roots]: the list of children is
 * one for all workers, and to enter it and to leave it costs more than all else about the job of a short call. So a worker registers what it
 * calls with itself, and it all becomes children of the runtime's job when that is about to be completed or cancelled.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | ofWorkers[i] | worker i | whoever closes | see its class |
 * | ofOthers | threads that are no workers | same; whoever closes | ofOthers |
 *
 * Pairing of registering and closing: a call is registered, then asks whether the runtime closes; whoever closes says so, then looks for
 * what is registered; each with a full fence in between. So a call that is not seen sees it, and attaches itself. A call that both see is
 * attached by the first. A block that was added after the look was added under the lock of its line, so its owner sees it too. What is
 * attached when the runtime's job has ended is cancelled at once.
 */
internal class PendingCalls(private val pool: WorkerPool, private val roots: Job, private val isClosing: () -> Boolean) {
    private val ofWorkers = Array(pool.workers.size) { CallBlocks<PendingCallJob>() }
    private val ofOthers = CallBlocks<PendingCallJob>()

    /** The job of a call that begins. */
    fun begin(name: String?): PendingCallJob {
        val worker = Worker.currentOf(pool)
        val job = if (worker != null) ofWorkers[worker.index].begin(name) else synchronized(ofOthers) { ofOthers.begin(name) }
        VarHandle.fullFence() // pairs with attachAll
        if (isClosing()) job.attachTo(roots)
        return job
    }

    private fun CallBlocks<PendingCallJob>.begin(name: String?): PendingCallJob {
        val block = blockWithRoom()
        val job = if (name == null) PendingCallJob(block, freeSlot) else NamedCallJob(name, block, freeSlot)
        register(job)
        return job
    }

    /** Whoever closes, when [isClosing] has become true and before the runtime's job ends. */
    fun attachAll() {
        VarHandle.fullFence() // pairs with begin
        elements().forEach { it.attachTo(roots) }
    }

    /** What is registered now; what begins or ends meanwhile may be missed. */
    fun elements(): Sequence<PendingCallJob> = (ofWorkers.asSequence() + ofOthers).flatMap { it.elements() }

    /** How many blocks there are. */
    val blocks: Int get() = ofWorkers.sumOf { it.size } + ofOthers.size
}
