package io.duotone.coroutines.sync

import io.duotone.coroutines.engine.AbstractLincheckTest
import org.jetbrains.lincheck.datastructures.Operation

/** Arrivals at a barrier for three, whose waits may be cancelled. */
internal class BarrierLincheckTest : AbstractLincheckTest(BarrierModel::class, BarrierSpecification::class)

internal class BarrierModel {
    private val barrier = Barrier(3)

    @Operation
    suspend fun await(): Int = barrier.await()

    @Operation
    fun arrive(): Int = barrier.arrive()

    @Operation
    fun arrivals(): Int = barrier.arrivals
}

internal class BarrierSpecification : SequentialQueue<Unit>() {
    private var arrivals = 0

    override fun take(request: Unit): Boolean = arrivals >= 3

    fun arrive(): Int = arrivals++.also { serve() }

    fun arrivals(): Int = arrivals

    suspend fun await(): Int = arrive().also { awaitTurn(Unit) }
}

/**
 * Rounds of two at a barrier. Not with cancellations: one that comes while the last arrives may be too late to take the arrival back, and
 * Lincheck knows only cancellations that are in time, or come after the hand-over. SyncStressTest has those.
 */
internal class CyclicBarrierLincheckTest : AbstractLincheckTest(CyclicBarrierModel::class, CyclicBarrierSpecification::class)

internal class CyclicBarrierModel {
    private val barrier = CyclicBarrier(2)

    @Operation(cancellableOnSuspension = false)
    suspend fun await(): Int = barrier.await()

    @Operation
    fun arrivals(): Int = barrier.arrivals
}

internal class CyclicBarrierSpecification : SequentialQueue<Unit>() {
    private var arrivals = 0
    private var leaving = 0

    override fun take(request: Unit): Boolean = (leaving > 0).also { if (it) leaving-- }

    fun arrivals(): Int = arrivals

    suspend fun await(): Int {
        if (arrivals == 0) {
            arrivals = 1
            awaitTurn(Unit)
            return 0
        }
        arrivals = 0
        leaving = 1
        serve()
        return 1
    }
}
