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

    /** Called once, outside of all locks. Whoever is told says to the bag whether the answer was [delivered][TaskBag.delivered]. */
    fun tell(answer: R)
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
 * of the lock, since that runs code of the user. A wait may have been cancelled meanwhile; what was popped for it is put back. Until it is
 * known which of the two, nobody is told that there is nothing more to come.
 *
 * | field | written by | read by | guard |
 * |---|---|---|---|
 * | pending, done | whoever adds, ends or pops a task | same | this |
 * | popsInFlight: tasks popped for waits that have not got them yet | whoever pops, is told, refuses | same | this |
 * | waits | whoever waits, is cancelled, or ends a task | same | this |
 *
 * @param endingOf how a task ended that has
 */
internal class TaskBag<H : Any>(private val endingOf: (H) -> Ending) {
    private val pending = LinkedHashSet<H>()
    private val done = LinkedHashMap<H, Ending>()
    private val waits = LinkedHashSet<GroupWait<H, *>>()
    private var popsInFlight = 0

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
            makeFirst(task, ending)
            answersNow(null)
        }
        answers.forEach { it.tell() }
    }

    /** Under the lock. */
    private fun makeFirst(task: H, ending: Ending) {
        if (task in pending || task in done) return
        val others = LinkedHashMap(done)
        done.clear()
        done[task] = ending
        done.putAll(others)
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

    /** Called once for each answer: this, or [refused]. */
    fun <R> delivered(question: GroupQuestion<H, R>, answer: R) {
        if (popped(question, answer) == null) return
        val answers = synchronized(this) {
            popsInFlight--
            // What else is waited for has not come by this; but it may be that it will not.
            if (isNothingToCome) answersNow(null) else emptyList()
        }
        answers.forEach { it.tell() }
    }

    /** An answer that nobody got. */
    fun <R> refused(question: GroupQuestion<H, R>, answer: R) {
        val task = popped(question, answer) ?: return
        val ending = endingOf(task)
        val answers = synchronized(this) {
            popsInFlight--
            makeFirst(task, ending)
            answersNow(null)
        }
        answers.forEach { it.tell() }
    }

    @Suppress("UNCHECKED_CAST")
    private fun <R> popped(question: GroupQuestion<H, R>, answer: R): H? =
        if (question is GroupQuestion.First<*> && question.pops) answer as H? else null

    private inner class Answer(private val wait: GroupWait<H, *>, private val answer: Any?) {
        @Suppress("UNCHECKED_CAST")
        fun tell() {
            (wait as GroupWait<H, Any?>).tell(answer)
        }
    }

    private val isNothingToCome: Boolean get() = pending.isEmpty() && popsInFlight == 0

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
            is GroupQuestion.First<*> -> first(question, ended) ?: if (isNothingToCome) null else NOT_YET
            is GroupQuestion.Count<*> -> if (isNothingPending || done.size >= question.atLeast) done.size else NOT_YET
        }
    }

    private fun first(question: GroupQuestion.First<*>, ended: H?): H? {
        // Of those that ended before there is none such, or the question would have been answered then.
        if (ended != null) {
            val isSuch = endingOf(ended) in question.endings
            return ended.takeIf { isSuch && (!question.pops || pop(it)) }
        }
        val found = done.entries.firstOrNull { it.value in question.endings }?.key ?: return null
        if (question.pops) pop(found)
        return found
    }

    /** For a wait. False when another has got it. */
    private fun pop(task: H): Boolean {
        if (done.remove(task) == null) return false
        popsInFlight++
        return true
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
