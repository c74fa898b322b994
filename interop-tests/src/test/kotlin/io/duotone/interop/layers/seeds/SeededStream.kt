package io.duotone.coroutines.net

import java.nio.channels.Selector
import java.util.function.LongSupplier
import kotlin.random.Random

/** Breaks a rule on purpose: takes clocks, randomness, threads and selectors by itself, once as a reference and else as calls. */
internal class SeededStream {
    val clock: LongSupplier = LongSupplier(System::nanoTime)

    fun now(): Long = System.currentTimeMillis()

    fun random(): Int = Random.nextInt()

    fun thread(): Thread = Thread { now() }

    fun selector(): Selector = Selector.open()
}
