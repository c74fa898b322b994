package io.duotone.coroutines.scope

import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext

/**
 * A run of a memoised coroutine, as its own code finds it in its context, and a node in the graph of runs that wait for one another (row Y9).
 * What the run starts in its scope inherits it, in either language. A run that has ended waits for nobody.
 *
 * The lock is one for all runtimes, since waits go from one to another. It is taken by waits of runs for runs alone, and held over nothing else.
 *
 * | field | written by | read by | guard |
 * |---|---|---|---|
 * | awaited | whoever waits in this run | same, in any run | GRAPH |
 */
internal class RunningMemo(private val name: String?) : AbstractCoroutineContextElement(RunningMemo) {
    /** One entry for each wait. */
    private val awaited = ArrayList<RunningMemo>(1)

    /**
     * Notes that this run waits for [next].
     *
     * **Errors**: [IllegalStateException] when [next] waits for this run, by whatever way.
     */
    fun beginWait(next: RunningMemo) {
        val cycle = synchronized(GRAPH) { next.pathTo(this).also { if (it == null) awaited += next } } ?: return
        error(
            "memoised coroutines that wait for one another would do so for ever: ${(cycle + next).joinToString(" -> ")}: " +
                "let one of them take what it needs in another way",
        )
    }

    fun endWait(next: RunningMemo) {
        synchronized(GRAPH) { awaited -= next }
    }

    /** From this run over those that are waited for, both ends included. */
    private fun pathTo(target: RunningMemo): List<RunningMemo>? {
        val cameFrom = HashMap<RunningMemo, RunningMemo?>()
        val toVisit = ArrayDeque<RunningMemo>()
        cameFrom[this] = null
        toVisit += this
        while (toVisit.isNotEmpty()) {
            val run = toVisit.removeFirst()
            if (run === target) return generateSequence(run) { cameFrom[it] }.toList().asReversed()
            for (next in run.awaited) if (cameFrom.putIfAbsent(next, run) == null && next !== this) toVisit += next
        }
        return null
    }

    override fun toString(): String = name ?: "(no name)"

    companion object Key : CoroutineContext.Key<RunningMemo> {
        private val GRAPH = Any()
    }
}
