package io.duotone.benchmarks.harness

/** A ratio to reach: [subject] against [reference], at most or at least [limit], on the JDKs that [appliesTo] accepts. */
class Bar(
    val subject: String,
    val reference: String,
    val limit: Double,
    val side: Side = Side.AT_MOST,
    val appliesTo: (feature: Int) -> Boolean = { true },
) {
    enum class Side(val sign: String) {
        AT_MOST("≤"),
        AT_LEAST("≥"),
    }

    /** The verdict over [samples]; null where this bar does not apply or a side of it was not measured. */
    fun judge(what: String, samples: Samples, jdk: Jdk): Verdict? {
        if (!appliesTo(jdk.feature) || subject !in samples || reference !in samples) return null
        return verdict(what, samples.ratioOfMedians(subject, reference), samples.pairedRatio(subject, reference))
    }

    private fun verdict(what: String, ofMedians: Double, paired: Double): Verdict {
        val reached = if (side == Side.AT_MOST) paired <= limit else paired >= limit
        return Verdict("$what: $subject ÷ $reference", "${side.sign} ${number(limit)}", number(ofMedians), number(paired), reached)
    }
}

/** One line of a section's table of bars. */
class Verdict(val what: String, val bar: String, val ofMedians: String, val paired: String, val reached: Boolean)

/** Three significant digits: what such measurements can carry at most. */
fun number(value: Double): String =
    when {
        value >= 100 -> "%.0f".format(value)
        value >= 10 -> "%.1f".format(value)
        value >= 1 -> "%.2f".format(value)
        else -> "%.3f".format(value)
    }
