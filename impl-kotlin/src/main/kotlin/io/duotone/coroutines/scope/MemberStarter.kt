package io.duotone.coroutines.scope

import io.duotone.coroutines.engine.platform.Padded
import io.duotone.coroutines.engine.scheduler.ConfinedDispatcher
import io.duotone.coroutines.engine.scheduler.RuntimeDispatcher
import io.duotone.coroutines.engine.scheduler.Worker
import kotlinx.coroutines.CoroutineDispatcher
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater
import kotlin.coroutines.CoroutineContext

/**
 * Starts the members of a group. Instead of a place in a queue for each member there are a few starters, as many as there are workers,
 * which start one member after the other and let what the members made ready run in between. So a million members cost no queue of a
 * million tasks, and each runs while what it touches is still in the cache.
 *
 * Members are dealt out in their order, a [Block] at a time, so that the starters of two workers do not write to the same cache lines all the time.
 * When all are dealt out, a starter helps with the blocks of the others: a member that keeps its worker keeps back nothing but that starter.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | dealt | starters | same | atomic |
 * | block | its starter | all starters | volatile |
 * | Block.next | its starter; those that help | same | atomic |
 */
internal class MemberStarter(
    private val members: Int,
    private val context: CoroutineContext,
    private val dispatcher: CoroutineDispatcher,
    private val begin: MemberBegin,
) {
    private val dealt = AtomicInteger()
    private val starters: Array<Starter>

    init {
        val parallel = when (dispatcher) {
            is RuntimeDispatcher -> dispatcher.pool.workers.size
            is ConfinedDispatcher -> 1
            else -> Runtime.getRuntime().availableProcessors()
        }
        starters = Array(minOf(members, parallel)) { Starter() }
    }

    fun start() {
        for (starter in starters) dispatcher.dispatch(context, starter)
    }

    /** The next members of which nobody has begun any, or null. */
    private fun deal(): Block? {
        if (dealt.get() >= members) return null
        val from = dealt.getAndAdd(BLOCK)
        return if (from < members) Block(from, minOf(from + BLOCK, members)) else null
    }

    private inner class Starter : Runnable {
        @Volatile
        private var block: Block = NOTHING_LEFT

        override fun run() {
            val worker = Worker.currentOrNull()
            for (turn in 1..IN_A_TURN) {
                val index = next()
                if (index < 0) return
                begin.begin(index)
                if (worker != null && !worker.mayRunOn()) break
            }
            if (dispatcher is RuntimeDispatcher) dispatcher.dispatchYield(context, this) else dispatcher.dispatch(context, this)
        }

        private fun next(): Int {
            while (true) {
                val index = block.take()
                if (index >= 0) return index
                block = deal() ?: return help()
            }
        }

        private fun help(): Int {
            for (other in starters) {
                val index = other.block.take()
                if (index >= 0) return index
            }
            return -1
        }
    }

    /** Some members in a row, each taken once, by whoever comes. */
    private class Block(from: Int, private val end: Int) : Padded() {
        @Volatile
        private var next = from

        /** A member, or -1 when there is none left. */
        fun take(): Int {
            if (next >= end) return -1
            val index = NEXT.getAndIncrement(this)
            return if (index < end) index else -1
        }

        private companion object {
            val NEXT: AtomicIntegerFieldUpdater<Block> = AtomicIntegerFieldUpdater.newUpdater(Block::class.java, "next")
        }
    }

    private companion object {
        const val IN_A_TURN = 16
        const val BLOCK = 1024
        val NOTHING_LEFT = Block(0, 0)
    }
}

/** Begins one member: called once for each index, on a thread of the dispatcher; must not throw. */
internal fun interface MemberBegin {
    fun begin(index: Int)
}
