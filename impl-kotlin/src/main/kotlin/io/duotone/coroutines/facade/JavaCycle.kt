package io.duotone.coroutines.facade

import io.duotone.Coroutine
import io.duotone.Cycle
import java.time.Duration
import java.util.Objects
import java.util.Optional
import kotlin.time.toJavaDuration
import kotlin.time.toKotlinDuration
import io.duotone.coroutines.time.Cycle as KotlinCycle
import kotlin.time.Duration as Limit

/** The Java face of a cycle; one for each, kept by the cycle itself. */
internal class JavaCycle(val kotlin: KotlinCycle) : Cycle {
    override fun cancel(): Boolean = kotlin.cancel()

    override fun isActive(): Boolean = kotlin.isActive

    override fun callNow() {
        kotlin.callNow()
    }

    override fun reschedule(delay: Duration) {
        kotlin.reschedule(delay.toKotlinDuration())
    }

    override fun period(): Duration = kotlin.period.toJavaDuration()

    override fun setPeriod(period: Duration) {
        kotlin.period = period.toKotlinDuration()
    }

    override fun <T> append(function: Coroutine<T>) {
        Objects.requireNonNull(function, "function")
        kotlin.add(function) { function.await() }
    }

    override fun remove(function: Coroutine<*>): Boolean = kotlin.take(Objects.requireNonNull(function, "function"))

    override fun timeLeft(): Optional<Duration> =
        kotlin.timeLeft.let { if (it == Limit.INFINITE) Optional.empty() else Optional.of(it.toJavaDuration()) }

    override fun toString(): String = kotlin.toString()
}
