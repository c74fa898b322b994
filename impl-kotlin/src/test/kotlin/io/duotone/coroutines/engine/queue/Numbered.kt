package io.duotone.coroutines.engine.queue

/** A task that is only ever looked at. */
internal data class Numbered(val number: Int) : Runnable {
    override fun run() = throw AssertionError("queues do not run tasks")
}

internal fun numbered(range: IntRange): Array<Runnable?> = Array(range.count()) { Numbered(range.first + it) }

internal val Runnable?.number: Int? get() = (this as Numbered?)?.number
