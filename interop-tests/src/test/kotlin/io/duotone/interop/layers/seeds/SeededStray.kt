package io.duotone.coroutines.elsewhere

/** Breaks a rule on purpose: its package is in no layer. */
internal class SeededStray
