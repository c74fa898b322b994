package io.duotone.coroutines.engine.platform

import java.time.Duration

/** The last time there is on the clock of a platform. [Long.MAX_VALUE], one later, stands for no deadline at all. */
internal const val LATEST_DEADLINE: Long = Long.MAX_VALUE - 1

/** When [nanos] from now is; [LATEST_DEADLINE] when that is beyond the clock. */
internal fun Platform.deadlineAfter(nanos: Long): Long {
    val now = nanoTime()
    return if (nanos > LATEST_DEADLINE - now) LATEST_DEADLINE else now + nanos
}

/** The nanoseconds of a duration; [Long.MAX_VALUE], 292 years, when they are more. */
internal fun Duration.toNanosAtMost(): Long = if (seconds >= Long.MAX_VALUE / NANOS_PER_SECOND) Long.MAX_VALUE else toNanos()

private const val NANOS_PER_SECOND = 1_000_000_000L
