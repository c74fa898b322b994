package io.duotone.coroutines.engine.queue

import io.duotone.coroutines.engine.timer.SeededTimer

/** Breaks a rule on purpose: a package of layer 1 that imports its sibling. */
internal class SeededQueue(val timer: SeededTimer)
