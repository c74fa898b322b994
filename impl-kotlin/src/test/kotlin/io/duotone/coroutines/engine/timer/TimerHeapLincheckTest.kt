package io.duotone.coroutines.engine.timer

import io.duotone.coroutines.engine.AbstractLincheckTest
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param

/** Four entries that anybody adds, cancels and collects, one at a time; packed from two entries on. */
internal class TimerHeapLincheckTest : AbstractLincheckTest(TimerHeapModel::class, TimerHeapSpecification::class, actors = 2)

@Param(name = "entry", gen = IntGen::class, conf = "0:3")
@Param(name = "time", gen = IntGen::class, conf = "1:3")
internal class TimerHeapModel {
    private class Numbered(val number: Int) : TimerEntry() {
        override fun run() = throw AssertionError("a heap does not run entries")
    }

    private val heap = TimerHeap(packMin = 2)
    private val entries = Array(4) { Numbered(it) }

    /** False when the entry was in the heap already. Whether it became the earliest depends on cancelled ones, which nobody promises. */
    @Operation
    fun add(@Param(name = "entry") entry: Int, @Param(name = "time") deadline: Int): Boolean = try {
        heap.add(entries[entry], deadline.toLong())
        true
    } catch (_: IllegalStateException) {
        false
    }

    @Operation
    fun cancel(@Param(name = "entry") entry: Int): Boolean = entries[entry].cancel()

    /** One at a time: entries of a batch fire one after the other, so a batch is not atomic. */
    @Operation
    fun collectOne(@Param(name = "time") now: Int): Int? {
        var due: Int? = null
        heap.collectDue(now.toLong(), { due = (it as Numbered).number }, limit = 1)
        return due
    }
}

internal class TimerHeapSpecification {
    private class Timer(val entry: Int, val deadline: Int)

    private val pending = ArrayList<Timer>()
    private val fired = HashSet<Int>()
    private val cancelled = HashSet<Int>()

    fun add(entry: Int, deadline: Int): Boolean {
        if (pending.any { it.entry == entry }) return false
        if (entry !in cancelled) pending.add(Timer(entry, deadline))
        return true
    }

    fun cancel(entry: Int): Boolean {
        val wasPending = pending.removeIf { it.entry == entry }
        return (wasPending || entry !in fired) && cancelled.add(entry)
    }

    fun collectOne(now: Int): Int? {
        val due = pending.filter { it.deadline <= now }.minByOrNull { it.deadline } ?: return null
        pending.remove(due)
        fired.add(due.entry)
        return due.entry
    }
}
