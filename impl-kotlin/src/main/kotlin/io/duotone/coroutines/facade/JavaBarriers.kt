package io.duotone.coroutines.facade

import io.duotone.Task
import io.duotone.sync.Barrier
import io.duotone.sync.CyclicBarrier
import io.duotone.sync.SyncStatistics
import kotlin.coroutines.Continuation
import io.duotone.coroutines.sync.Barrier as KotlinBarrier
import io.duotone.coroutines.sync.CyclicBarrier as KotlinCyclicBarrier

/** The Java face of a barrier; one for each, kept by the barrier itself. */
internal class JavaBarrier(val kotlin: KotlinBarrier) : Barrier {
    override fun parties(): Int = kotlin.parties

    override fun arrivals(): Int = kotlin.arrivals

    override fun isOpen(): Boolean = kotlin.isOpen

    override fun arrive(): Int = kotlin.arrive()

    override fun await(): Task<Int> = CallTask<Int>(currentFace()).begin { AWAIT(kotlin, it) }

    override fun statistics(): SyncStatistics = kotlin.statistics()

    override fun toString(): String = kotlin.toString()

    private companion object {
        val AWAIT: (KotlinBarrier, Continuation<Int>) -> Any? = unary<KotlinBarrier, Int>(KotlinBarrier::await)
    }
}

/** The Java face of a cyclic barrier; one for each, kept by the barrier itself. */
internal class JavaCyclicBarrier(val kotlin: KotlinCyclicBarrier) : CyclicBarrier {
    override fun parties(): Int = kotlin.parties

    override fun arrivals(): Int = kotlin.arrivals

    override fun await(): Task<Int> = CallTask<Int>(currentFace()).begin { AWAIT(kotlin, it) }

    override fun statistics(): SyncStatistics = kotlin.statistics()

    override fun toString(): String = kotlin.toString()

    private companion object {
        val AWAIT: (KotlinCyclicBarrier, Continuation<Int>) -> Any? = unary<KotlinCyclicBarrier, Int>(KotlinCyclicBarrier::await)
    }
}
