package io.duotone.interop.dump

/** What the dump is tried on: one of each thing a Kotlin class can show or hide. */
@Suppress("unused")
class KotlinSample internal constructor(val visible: Int, internal val unseen: Int) {
    constructor(visible: Int) : this(visible, 0)

    var readable: String = ""
        internal set

    suspend fun load(id: Int = 1): String = "$id $unseen"

    fun run(block: () -> Unit): Unit = block()

    internal fun internalCall() {}

    companion object {
        const val NAME: String = "sample"

        @JvmStatic
        fun create(): KotlinSample = KotlinSample(1)
    }
}

@Suppress("unused")
internal class InternalSample {
    fun callable() {}
}
