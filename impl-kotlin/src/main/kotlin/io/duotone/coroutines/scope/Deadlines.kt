package io.duotone.coroutines.scope

import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.engine.platform.LATEST_DEADLINE
import io.duotone.coroutines.engine.platform.NO_DEADLINE
import io.duotone.coroutines.engine.platform.deadlineAfter
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds

/** A value of the clock of a runtime as its timers want it, and with which differences do not overflow. What is infinite never comes. */
internal fun Duration.asDeadline(): Long =
    if (this == Duration.INFINITE) NO_DEADLINE else inWholeNanoseconds.coerceIn(EARLIEST_DEADLINE, LATEST_DEADLINE)

private const val EARLIEST_DEADLINE = -(1L shl 62)

/** How long until [deadline] on the clock of this runtime; not negative. */
internal fun DuotoneRuntime.timeUntil(deadline: Duration): Duration = (deadline - time).coerceAtLeast(Duration.ZERO)

/** The earliest deadline of this scope and those around it, on the clock of [runtime]; null when there is none (row R21). */
internal fun ScopeJob<*>.deadlineIn(runtime: DuotoneRuntime): Duration? {
    var earliest = NO_DEADLINE
    var scope: ScopeJob<*>? = this
    while (scope != null) {
        earliest = minOf(earliest, translated(scope.ownDeadline, scope.runtime, runtime))
        scope = scope.scopeAround
    }
    return if (earliest == NO_DEADLINE) null else earliest.nanoseconds
}

/** A scope may be inside one of another runtime, whose clock began at another time. */
private fun translated(deadline: Long, from: DuotoneRuntime, to: DuotoneRuntime): Long =
    if (from === to || deadline == NO_DEADLINE) deadline else to.platform.deadlineAfter(deadline - from.platform.nanoTime())
