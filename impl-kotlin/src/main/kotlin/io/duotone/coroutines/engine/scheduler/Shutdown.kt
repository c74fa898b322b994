package io.duotone.coroutines.engine.scheduler

import io.duotone.CancelReason
import io.duotone.DuotoneOptions
import io.duotone.TaskCancelledException
import io.duotone.coroutines.engine.blocking.BlockingPool
import io.duotone.coroutines.engine.platform.NO_DEADLINE
import io.duotone.coroutines.engine.platform.deadlineAfter
import io.duotone.coroutines.engine.platform.toNanosAtMost
import kotlinx.coroutines.CompletableJob
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import kotlin.coroutines.EmptyCoroutineContext

/**
 * The end of a runtime, in order. That no new work is accepted has been seen to by the caller.
 *
 * 1. [endRoots]: what runs is cancelled, or left to end by itself with `atExit = JOIN`;
 * 2. [awaitRoots]: its cleanup is awaited, at most for the grace time (`JOIN`: without limit);
 * 3. [stopBlockingPools]: queued calls are dropped, running ones interrupted;
 * 4. [stopWorkers]: the workers run what is queued, and end;
 * 5. [runLateWork]: what was queued too late for the workers, or behind a task that does not end, runs elsewhere;
 * 6. [cancelSleepers]: tasks of other scopes that sleep on our timers would never wake: they are cancelled, and end elsewhere;
 * 7. [closePollers]: the selectors are freed.
 *
 * Steps 3 and 4 give what is left of the grace time, and at least [LAST_CHANCE_NANOS] each: a blocking call that does not end takes
 * nothing from the workers.
 */
internal class Shutdown(
    private val options: DuotoneOptions,
    private val pool: WorkerPool,
    private val blocking: List<BlockingPool>,
    private val roots: CompletableJob,
    private val warn: (String) -> Unit,
) {
    private val joins = options.atExit == DuotoneOptions.AtExit.JOIN

    fun run() {
        endRoots()
        val deadline = pool.platform.deadlineAfter(options.shutdownGrace().toNanosAtMost())
        awaitRoots(if (joins) NO_DEADLINE else deadline)
        stopBlockingPools(lastChance(deadline))
        stopWorkers(lastChance(deadline))
        runLateWork()
        cancelSleepers()
        closePollers()
    }

    private fun lastChance(deadline: Long) = maxOf(deadline, pool.platform.deadlineAfter(LAST_CHANCE_NANOS))

    private fun endRoots() {
        if (joins) {
            roots.complete()
        } else {
            roots.cancel(TaskCancelledException(CancelReason.of(CancelReason.Kind.SHUTDOWN, "the runtime '${options.name()}' is closing")))
        }
    }

    private fun awaitRoots(deadline: Long) {
        val ended = CountDownLatch(1)
        roots.invokeOnCompletion { ended.countDown() }
        if (!awaitUninterruptibly(deadline) { ended.await(it, TimeUnit.NANOSECONDS) }) {
            warn("still running after the grace time of ${options.shutdownGrace()}: ${describe(roots)}")
        }
    }

    private fun stopBlockingPools(deadline: Long) {
        blocking.forEach { it.shutdown() }
        for (threads in blocking) {
            if (!awaitUninterruptibly(deadline) { threads.awaitTermination(it) }) {
                val stacks = threads.stuck().entries.joinToString { (name, stack) -> "\n$name\n" + describe(stack) }
                warn("blocking calls that do not end: $stacks")
            }
        }
    }

    private fun stopWorkers(deadline: Long) {
        pool.stop()
        awaitUninterruptibly(deadline) { pool.awaitStopped(it) }
        for (worker in pool.workers) {
            val thread = worker.thread
            if (thread.isAlive) warn("${thread.name} does not come back from its task:\n${describe(thread.stackTrace.asList())}")
        }
    }

    private fun runLateWork() {
        pool.drain().forEach { Dispatchers.IO.dispatch(EmptyCoroutineContext, it) }
    }

    private fun cancelSleepers() {
        pool.closeTimers()
    }

    private fun closePollers() {
        pool.closePollers()
    }

    /** The tasks below [root] that are still active and have no children that are, by name where they have one. */
    private fun describe(root: Job): String {
        val names = ArrayList<String>()
        collectActive(root, names)
        val rest = names.size - MOST_NAMED
        return names.take(MOST_NAMED).joinToString() + if (rest > 0) " and $rest more" else ""
    }

    private fun collectActive(job: Job, names: MutableList<String>) {
        for (child in job.children) {
            val before = names.size
            collectActive(child, names)
            if (names.size == before && !child.isCompleted) names += nameOf(child)
        }
    }

    /** A Job's own text has the name of the task only where assertions are on. */
    private fun nameOf(task: Job) =
        (task as? CoroutineScope)?.coroutineContext?.get(CoroutineName)?.let { "'${it.name}'" } ?: task.toString()

    private fun describe(stack: List<StackTraceElement>) = stack.joinToString("\n") { "    at $it" }

    /** A closing thread that is interrupted still closes; the flag is kept for its owner. */
    private fun awaitUninterruptibly(deadline: Long, wait: (Long) -> Boolean): Boolean {
        var interrupted = false
        try {
            while (true) {
                try {
                    return wait(maxOf(0L, deadline - pool.platform.nanoTime()))
                } catch (_: InterruptedException) {
                    interrupted = true
                }
            }
        } finally {
            if (interrupted) Thread.currentThread().interrupt()
        }
    }

    private companion object {
        const val LAST_CHANCE_NANOS = 1_000_000_000L
        const val MOST_NAMED = 20
    }
}
