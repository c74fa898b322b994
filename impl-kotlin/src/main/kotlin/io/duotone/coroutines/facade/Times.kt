@file:JvmName("Times")

package io.duotone.coroutines.facade

import io.duotone.Cycle
import io.duotone.Interval
import io.duotone.coroutines.time.Cycle as KotlinCycle
import io.duotone.coroutines.time.Interval as KotlinInterval

/** The Java face of this interval: always the same object, and [asKotlin] gives this one back. */
public fun KotlinInterval.asJava(): Interval = otherFace.orMake { JavaInterval(this) }

/** The Kotlin face of this interval: always the same object, and [asJava] gives this one back. */
public fun Interval.asKotlin(): KotlinInterval =
    requireNotNull(this as? JavaInterval) { "not an interval of this library: $this" }.kotlin

/** The Java face of this cycle: always the same object, and [asKotlin] gives this one back. */
public fun KotlinCycle.asJava(): Cycle = otherFace.orMake { JavaCycle(this) }

/** The Kotlin face of this cycle: always the same object, and [asJava] gives this one back. */
public fun Cycle.asKotlin(): KotlinCycle = requireNotNull(this as? JavaCycle) { "not a cycle of this library: $this" }.kotlin
