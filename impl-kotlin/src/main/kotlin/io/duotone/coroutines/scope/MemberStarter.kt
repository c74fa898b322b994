package io.duotone.coroutines.scope

import io.duotone.coroutines.engine.scheduler.RuntimeDispatcher
import io.duotone.coroutines.engine.scheduler.Worker
import kotlinx.coroutines.CoroutineDispatcher
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.CoroutineContext

/**
 * Starts the members of a group in their order. Instead of a place in a queue for each member there are a few starters, as many as
 * there are workers, which take the next member one after the other and let what the members made ready run in between. So a million
 * members cost no queue of a million tasks, and each runs while what it touches is still in the cache. A member that keeps its worker
 * keeps back that one starter alone.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | next | starters | same | atomic |
 */
internal class MemberStarter(
    private val members: Int,
    private val context: CoroutineContext,
    private val dispatcher: CoroutineDispatcher,
    private val begin: MemberBegin,
) {
    private val next = AtomicInteger()

    fun start() {
        val parallel = (dispatcher as? RuntimeDispatcher)?.pool?.workers?.size ?: Runtime.getRuntime().availableProcessors()
        repeat(minOf(members, parallel)) { dispatcher.dispatch(context, Starter()) }
    }

    private inner class Starter : Runnable {
        override fun run() {
            val worker = Worker.currentOrNull()
            for (turn in 1..IN_A_TURN) {
                val index = next.getAndIncrement()
                if (index >= members) return
                begin.begin(index)
                if (worker != null && !worker.mayRunOn()) break
            }
            if (dispatcher is RuntimeDispatcher) dispatcher.dispatchYield(context, this) else dispatcher.dispatch(context, this)
        }
    }

    private companion object {
        const val IN_A_TURN = 16
    }
}

/** Begins one member: called once for each index, on a thread of the dispatcher; must not throw. */
internal fun interface MemberBegin {
    fun begin(index: Int)
}
