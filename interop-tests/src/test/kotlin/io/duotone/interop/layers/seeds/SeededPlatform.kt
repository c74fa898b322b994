package io.duotone.coroutines.engine.platform

/** Breaks no rule: this package is where the time comes from. */
internal class SeededPlatform {
    fun now(): Long = System.nanoTime()
}
