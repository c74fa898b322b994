package io.duotone.coroutines.facade

/**
 * Tasks that wait at a channel, in the order in which they came. Each is in one list at most, and is itself the link to its neighbours.
 *
 * | field | written by | read by | guard |
 * |---|---|---|---|
 * | all, the links of the tasks | whoever owns the list | same | the owner's lock |
 */
internal class WaitList<T : ListedTask<T>> {
    private var first: T? = null
    private var last: T? = null

    var size: Int = 0
        private set

    fun add(task: T) {
        check(task.list == null) { "the task waits already: $task" }
        val before = last
        task.list = this
        task.previous = before
        if (before == null) first = task else before.next = task
        last = task
        size++
    }

    /** Does nothing when it is not in the list. */
    fun remove(task: T) {
        if (task.list !== this) return
        val before = task.previous
        val after = task.next
        if (before == null) first = after else before.next = after
        if (after == null) last = before else after.previous = before
        task.list = null
        task.previous = null
        task.next = null
        size--
    }

    inline fun firstOrNull(isWanted: (T) -> Boolean): T? {
        var task = first()
        while (task != null && !isWanted(task)) task = task.next
        return task
    }

    fun first(): T? = first

    fun toList(): List<T> = generateSequence(first) { it.next }.toList()
}

/** A task that is in a [WaitList] while it waits. */
internal abstract class ListedTask<T : ListedTask<T>>(face: JavaRuntime) : WaitTask(face) {
    var list: WaitList<T>? = null
    var previous: T? = null
    var next: T? = null
}
