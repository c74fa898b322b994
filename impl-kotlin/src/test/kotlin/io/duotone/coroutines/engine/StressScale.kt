package io.duotone.coroutines.engine

/** Multiplies the sizes of stress and Lincheck tests: system property `duotone.stress`, 1 in an ordinary build. */
internal val stressScale: Int = Integer.getInteger("duotone.stress", 1)
