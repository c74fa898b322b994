package io.duotone

/** Breaks a rule on purpose: a Kotlin type in a package of the Java API. */
internal class SeededKotlinInApi {
    fun done(): Unit? = null
}
