package io.duotone.coroutines.facade

import io.duotone.Task
import io.duotone.sync.Condition
import io.duotone.sync.Permit
import io.duotone.sync.SyncStatistics
import java.time.Duration
import java.util.Objects
import kotlin.coroutines.intrinsics.startCoroutineUninterceptedOrReturn
import kotlin.time.toKotlinDuration
import io.duotone.coroutines.sync.Condition as KotlinCondition

/** The Java face of a condition; one for each, kept by the condition itself. */
internal class JavaCondition(val kotlin: KotlinCondition) : Condition {
    override fun await(held: Permit): Task<Void?> = waiting<Any?>(held) {
        kotlin.await()
        null
    }.asVoid()

    override fun await(held: Permit, timeout: Duration): Task<Boolean> {
        val limit = timeout.toKotlinDuration()
        return waiting(held) { kotlin.await(limit) }
    }

    override fun signal(): Boolean = kotlin.signal()

    override fun signalAll(): Int = kotlin.signalAll()

    override fun statistics(): SyncStatistics = kotlin.statistics()

    override fun toString(): String = kotlin.toString()

    private fun <T> waiting(held: Permit, wait: suspend () -> T): Task<T> {
        val permit = Objects.requireNonNull(held, "held") as? HeldPermit
        require(permit != null && (permit.source as? JavaLock)?.kotlin === kotlin.mutex) { "not a permit of this condition's lock: $held" }
        check(permit.leave()) { "to wait for a condition the permit must be held, and it is not: $permit" }
        return ConditionTask<T>(currentFace(), permit).start(wait)
    }

    /** However the Kotlin wait ends, the mutex is held then: by the permit again, unless that is closed. */
    private class ConditionTask<T>(face: JavaRuntime, private val permit: HeldPermit) : CallTask<T>(face) {
        fun start(wait: suspend () -> T): Task<T> {
            val call: suspend () -> T = {
                try {
                    wait()
                } catch (failure: Throwable) {
                    permit.close()
                    giveBack()
                    throw failure
                }
            }
            return begin { call.startCoroutineUninterceptedOrReturn(it) }
        }

        override fun completeWith(result: T): Boolean {
            if (!permit.comeBack()) giveBack()
            if (!succeed(result)) permit.close()
            return true
        }

        private fun giveBack() {
            permit.source.giveBack(1)
        }
    }
}
