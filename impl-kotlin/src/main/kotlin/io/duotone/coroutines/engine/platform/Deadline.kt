package io.duotone.coroutines.engine.platform

import java.time.Duration

/** No deadline at all: later than any time on the clock of a platform. */
internal const val NO_DEADLINE: Long = Long.MAX_VALUE

/** The last time there is on that clock. */
internal const val LATEST_DEADLINE: Long = NO_DEADLINE - 1

/** When [nanos] from now is; [LATEST_DEADLINE] when that is beyond the clock. */
internal fun Platform.deadlineAfter(nanos: Long): Long {
    val now = nanoTime()
    return if (nanos > LATEST_DEADLINE - now) LATEST_DEADLINE else now + nanos
}

/** The nanoseconds of a duration; [Long.MAX_VALUE], 292 years, when they are more. */
internal fun Duration.toNanosAtMost(): Long = if (seconds >= Long.MAX_VALUE / NANOS_PER_SECOND) Long.MAX_VALUE else toNanos()

private const val NANOS_PER_SECOND = 1_000_000_000L
