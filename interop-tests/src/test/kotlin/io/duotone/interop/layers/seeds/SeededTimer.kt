package io.duotone.coroutines.engine.timer

import io.duotone.coroutines.net.SeededStream

/** Breaks a rule on purpose: layer 1 imports from layer 5. */
internal class SeededTimer(val streams: Array<SeededStream>)
