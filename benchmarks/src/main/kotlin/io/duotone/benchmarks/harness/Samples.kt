package io.duotone.benchmarks.harness

/**
 * The values of several variants that were measured in turn, one value for each repeat. Values with the same index stood
 * beside each other in time, so that their ratio is free of what disturbed both.
 */
class Samples {
    private val values = LinkedHashMap<String, MutableList<Double>>()

    val variants: Set<String> get() = values.keys

    fun add(variant: String, value: Double) {
        values.getOrPut(variant) { mutableListOf() } += value
    }

    operator fun contains(variant: String): Boolean = variant in values

    fun median(variant: String): Double = of(variant).median()

    fun minimum(variant: String): Double = of(variant).min()

    fun ratioOfMedians(subject: String, reference: String): Double = median(subject) / median(reference)

    fun pairedRatio(subject: String, reference: String): Double =
        of(subject).zip(of(reference)) { ours, theirs -> ours / theirs }.median()

    /** How far the middle half of the values lies apart, relative to the median. */
    fun spread(variant: String): Double {
        val sorted = of(variant).sorted()
        return (sorted[sorted.size * 3 / 4] - sorted[sorted.size / 4]) / sorted.median()
    }

    private fun of(variant: String): List<Double> = values[variant] ?: error("'$variant' was not measured")
}

fun List<Double>.median(): Double {
    val sorted = sorted()
    val middle = size / 2
    return if (size % 2 == 1) sorted[middle] else (sorted[middle - 1] + sorted[middle]) / 2
}
