package io.duotone.coroutines.scope

import kotlinx.coroutines.CancellationException

/** How a task of a group ended. */
internal enum class Ending {
    VALUE,
    FAILURE,
    CANCELLATION,
    ;

    companion object {
        val ANY: Set<Ending> = entries.toSet()
        val FAILURES: Set<Ending> = setOf(FAILURE)
        val NO_VALUE: Set<Ending> = setOf(FAILURE, CANCELLATION)

        fun of(failure: Throwable?): Ending = when (failure) {
            null -> VALUE
            is CancellationException -> CANCELLATION
            else -> FAILURE
        }
    }
}

/** What somebody wants to know of a group, and waits for where it cannot be told yet. [R] is what it is answered with. */
internal sealed class GroupQuestion<H : Any, R> {
    /** Nothing is pending (row S29). */
    class All<H : Any> : GroupQuestion<H, Unit>()

    /** The next to end; null when nothing is pending (row S30). */
    class Next<H : Any> : GroupQuestion<H, H?>()

    /** The first that ended so; null when none did and nothing is pending (rows S31, S33, S34). */
    class First<H : Any>(val endings: Set<Ending>, val pops: Boolean) : GroupQuestion<H, H?>()

    /** So many are done, or nothing is pending: their number (row S32). */
    class Count<H : Any>(val atLeast: Int) : GroupQuestion<H, Int>()
}

/** Somebody who waits for the answer to a question. */
internal interface GroupWait<H : Any, R> {
    val question: GroupQuestion<H, R>

    /** Called once, outside of all locks. False when nobody waits any more. */
    fun tell(answer: R): Boolean
}

/**
 * The tasks of a group, in either language: [H] is what it knows a task by.
 *
 * ```
 *           add              ended            pop
 *   absent -----> PENDING ----------> DONE ----------> absent
 *                                       ^                 |
 *                                       +---- putBack ----+
 * ```
 * A task is done when it has left PENDING, so that it is done once. Whoever is to be told of it is found in the same step, and told outside
 * of the lock, since that runs code of the user. A wait may have been cancelled meanwhile; what was popped for it is put back.
 *
 * | field | written by | read by | guard |
 * |---|---|---|---|
 * | pending, done | whoever adds, ends or pops a task | same | this |
 * | waits | whoever waits, is cancelled, or ends a task | same | this |
 *
 * @param endingOf how a task ended that has
 */
internal class TaskBag<H : Any>(private val endingOf: (H) -> Ending) {
    private val pending = LinkedHashSet<H>()
    private val done = LinkedHashMap<H, Ending>()
    private val waits = LinkedHashSet<GroupWait<H, *>>()

    /** False when the task is in the group already; else the caller sees to it that [ended] is called when it ends, or at once. */
    fun add(task: H): Boolean = synchronized(this) { task !in done && pending.add(task) }

    /** Called once after each [add] that returned true. */
    fun ended(task: H) {
        val ending = endingOf(task)
        val answers = synchronized(this) {
            pending.remove(task)
            done[task] = ending
            answersNow(task)
        }
        answers.forEach { it.tell() }
    }

    /** A task that was popped and reached nobody is the first again. */
    fun putBack(task: H) {
        val ending = endingOf(task)
        val answers = synchronized(this) {
            if (task in pending || task in done) return
            val others = LinkedHashMap(done)
            done.clear()
            done[task] = ending
            done.putAll(others)
            answersNow(null)
        }
        answers.forEach { it.tell() }
    }

    // Waiting.

    /** Answers at once or later, on the thread that ends a task. */
    fun <R> ask(wait: GroupWait<H, R>) {
        val answer = synchronized(this) {
            answerTo(wait.question, null).also { if (it === NOT_YET) waits.add(wait) }
        }
        if (answer !== NOT_YET) Answer(wait, answer).tell()
    }

    fun forget(wait: GroupWait<H, *>): Unit = synchronized(this) { waits.remove(wait) }

    /** Forgets those waits, in the order in which they came. */
    fun forget(which: (GroupWait<H, *>) -> Boolean): List<GroupWait<H, *>> = synchronized(this) {
        waits.filter(which).also { waits.removeAll(it.toSet()) }
    }

    /** An answer that nobody got. */
    fun <R> refused(question: GroupQuestion<H, R>, answer: R) {
        @Suppress("UNCHECKED_CAST")
        if (question is GroupQuestion.First<*> && question.pops) (answer as H?)?.let(::putBack)
    }

    private inner class Answer(private val wait: GroupWait<H, *>, private val answer: Any?) {
        @Suppress("UNCHECKED_CAST")
        fun tell() {
            wait as GroupWait<H, Any?>
            if (!wait.tell(answer)) refused(wait.question, answer)
        }
    }

    /** Under the lock. Those who waited longer are asked first. */
    private fun answersNow(ended: H?): List<Answer> {
        if (waits.isEmpty()) return emptyList()
        val answers = ArrayList<Answer>()
        val each = waits.iterator()
        for (wait in each) {
            val answer = answerTo(wait.question, ended)
            if (answer === NOT_YET) continue
            each.remove()
            answers.add(Answer(wait, answer))
        }
        return answers
    }

    /** Under the lock. [ended] has just ended; whoever does not pop sees it also when another has popped it before. */
    private fun answerTo(question: GroupQuestion<H, *>, ended: H?): Any? {
        val isNothingPending = pending.isEmpty()
        return when (question) {
            is GroupQuestion.All<*> -> if (isNothingPending) Unit else NOT_YET
            is GroupQuestion.Next<*> -> if (ended != null || isNothingPending) ended else NOT_YET
            is GroupQuestion.First<*> -> first(question, ended) ?: if (isNothingPending) null else NOT_YET
            is GroupQuestion.Count<*> -> if (isNothingPending || done.size >= question.atLeast) done.size else NOT_YET
        }
    }

    private fun first(question: GroupQuestion.First<*>, ended: H?): H? {
        if (question.pops) return done.entries.firstOrNull { it.value in question.endings }?.key?.also { done.remove(it) }
        if (ended != null && endingOf(ended) in question.endings) return ended
        return done.entries.firstOrNull { it.value in question.endings }?.key
    }

    // Looking and taking.

    val hasDone: Boolean get() = synchronized(this) { done.isNotEmpty() }

    val hasPending: Boolean get() = synchronized(this) { pending.isNotEmpty() }

    fun done(): List<H> = synchronized(this) { done.keys.toList() }

    fun pending(): List<H> = synchronized(this) { pending.toList() }

    fun popDone(): H? = synchronized(this) { done.keys.firstOrNull()?.also { done.remove(it) } }

    fun popAllDone(): List<H> = synchronized(this) { done.keys.toList().also { done.clear() } }

    /** All of them, also when the cancelling of one throws; that is thrown afterwards. */
    inline fun cancelPending(cancel: (H) -> Unit) {
        var thrown: Throwable? = null
        for (task in pending()) {
            try {
                cancel(task)
            } catch (failure: Throwable) {
                thrown?.addSuppressed(failure)
                thrown = thrown ?: failure
            }
        }
        thrown?.let { throw it }
    }

    override fun toString(): String = synchronized(this) { "TaskGroup(${done.size} done, ${pending.size} pending)" }

    private companion object {
        val NOT_YET = Any()
    }
}
