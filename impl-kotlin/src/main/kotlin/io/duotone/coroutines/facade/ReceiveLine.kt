@file:OptIn(ExperimentalCoroutinesApi::class, DelicateCoroutinesApi::class)

package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Task
import io.duotone.TaskCancelledException
import io.duotone.coroutines.channel.LifoChannel
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.channels.ReceiveChannel
import kotlinx.coroutines.channels.SendChannel
import java.time.Duration
import java.util.concurrent.ConcurrentHashMap
import kotlin.coroutines.Continuation
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED

/**
 * The receives of Java at a channel, and the messages that came for one of them which was done by then. Such a message goes to the one that
 * waits longest; when none waits, it is kept here, where receives of Java look first, and in the order in which the messages left the
 * channel. Where others than these may receive (coroutines of Kotlin, a select), it goes back into the channel, behind what is there; a
 * [LifoChannel] takes it back on its top. So it is received, once, unless the channel is cancelled.
 *
 * That none waits while a message is kept: whoever keeps one finds no live task in [waiting], under the lock; whoever is going to wait finds
 * nothing kept, under the same lock, and is in [waiting] from then on. A task leaves it only when it has an outcome or is done.
 *
 * That nobody is told the end while a message may still be given back: [pending] counts the waits in the channel that have not ended, and the
 * messages that have come of them and have not been received or kept. Who is told by the channel that it has ended waits in [ended] until
 * there are none; as the channel has ended, each of them will be resumed. So it does not wait for long.
 *
 * A task that is served with a message from here has its wait in the channel taken back. If that comes too late, the channel's message is
 * given back in turn.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | waiting, ended, pending, kept, nextTurn, isCancelled, selecting | whoever receives, or gives back | same | this |
 * | hasKept | with kept | whoever is about to receive | volatile, written under this |
 * | givingBack | who gives back, and whoever resumes it | the hook of the channel | concurrent set |
 * | isOpenToKotlin | who hands the channel to Kotlin (true) | who gives back | volatile |
 *
 * Under the lock nothing is called but the collections, and `tryReceive` of a [LifoChannel] that has ended.
 */
internal class ReceiveLine<E : Any>(val core: ReceiveChannel<E>, private val name: Any) {
    private class Kept<E>(val turn: Long, val message: E)

    private val lifo = core as? LifoChannel<E>

    @Suppress("UNCHECKED_CAST")
    private val backDoor = core as? SendChannel<E>

    /** Whether coroutines may receive from the channel, without looking here. */
    @Volatile
    var isOpenToKotlin: Boolean = false

    private val waiting = WaitList<ReceiveTask<E>>()
    private val ended = WaitList<ReceiveTask<E>>()
    private var pending = 0
    private val kept = ArrayDeque<Kept<E>>()
    private var nextTurn = 0L
    private var isCancelled = false
    private var selecting = 0
    private val givingBack: MutableSet<GivingBack> = ConcurrentHashMap.newKeySet()

    @Volatile
    private var hasKept = false

    // Receiving.

    /** [timeout] null: waits as long as it takes. */
    fun receive(face: JavaRuntime, timeout: Duration? = null): Task<E> {
        val message = poll()
        if (message != null) return DoneTask(face, message)
        val result = core.tryReceive()
        return when {
            result.isSuccess -> DoneTask(face, result.getOrThrow())
            result.isClosed -> ReceiveTask(face, this, null).also { endAtOnce(it, result.exceptionOrNull()) }.asReceive()
            timeout != null && timeout.isOver -> FailedTask(face, WaitTask.timedOut(timeout, name))
            else -> ReceiveTask(face, this, null).also { beginWait(it, timeout) }.asReceive()
        }
    }

    /** As [receive], for an iterator. */
    fun receive(task: ReceiveTask<E>) {
        val message = poll()
        if (message != null) return hand(message, task)
        val result = core.tryReceive()
        when {
            result.isSuccess -> hand(result.getOrThrow(), task)
            result.isClosed -> endAtOnce(task, result.exceptionOrNull())
            else -> beginWait(task, null)
        }
    }

    private fun beginWait(task: ReceiveTask<E>, timeout: Duration?) {
        val message = synchronized(this) {
            pollKept().also {
                if (it == null) {
                    task.turn = nextTurn++
                    waiting.add(task)
                    pending++
                }
            }
        }
        if (message != null) return hand(message, task)
        task.waitFor { if (lifo == null) RECEIVE(core, it) else ENQUEUE_RECEIVE(lifo, it) }
        if (timeout != null) task.failAfter(timeout, name)
    }

    private fun endAtOnce(task: ReceiveTask<E>, cause: Throwable?) {
        val closed = closedForReceive(cause)
        var isLast = false
        val message = synchronized(this) {
            pollAtEnd().also {
                isLast = it == null && pending == 0
                if (it == null && !isLast) {
                    task.end = closed
                    ended.add(task)
                }
            }
        }
        if (message != null) {
            hand(message, task)
        } else if (isLast) {
            task.ends(closed)
        }
    }

    /** A message that was there; an iterator may have been closed since. */
    private fun hand(message: E, task: ReceiveTask<E>) {
        if (!task.receives(message)) giveBack(message)
    }

    /** Null when there is none now; throws when there will be none. */
    fun tryReceive(): E? {
        poll()?.let { return it }
        val result = core.tryReceive()
        if (result.isSuccess) return result.getOrThrow()
        if (!result.isClosed) return null
        return synchronized(this) { pollAtEnd() ?: if (pending > 0) null else throw closedForReceive(result.exceptionOrNull()) }
    }

    private fun poll(): E? = if (hasKept) synchronized(this) { pollKept() } else null

    /** Under the lock. */
    private fun pollKept(): E? = kept.removeFirstOrNull()?.message.also { hasKept = kept.isNotEmpty() }

    /** Under the lock, when the channel has said that there are no more: what has been given back since. */
    private fun pollAtEnd(): E? = pollKept() ?: lifo?.tryReceive()?.getOrNull()

    // What becomes of a wait.

    /** The task has what it waited for, or waits no longer. */
    fun left(task: ReceiveTask<E>) {
        synchronized(this) {
            waiting.remove(task)
            pending--
            if (ended.size == 0) return
        }
        settle()
    }

    /** The task could use nothing more. */
    fun forget(task: ReceiveTask<E>) {
        synchronized(this) { task.list?.remove(task) }
    }

    /** Whether the channel has told the task that there will be no more, but not the task its holder. */
    fun hasEndedFor(task: ReceiveTask<E>): Boolean = synchronized(this) { task.end != null && !task.hasOutcome }

    /** The channel told the task that there will be no more. */
    fun ended(task: ReceiveTask<E>, failure: Throwable) {
        val closed = closedForReceive(failure)
        synchronized(this) {
            waiting.remove(task)
            pending--
            task.end = closed
            ended.add(task)
        }
        settle()
    }

    /** Gives those for whom the channel has ended what is here, and tells them the end when nothing more can come. */
    private fun settle() {
        while (true) {
            var message: E? = null
            val task = synchronized(this) {
                val first = firstLive(ended) ?: return
                message = pollAtEnd()
                if (message != null) {
                    pending++
                } else if (pending > 0) {
                    return
                }
                ended.remove(first)
                first
            }
            val its = message
            if (its == null) {
                task.offer(checkNotNull(task.end))
            } else if (!task.offer(its)) {
                handOn(its, task.turn)
            }
        }
    }

    // Giving back.

    /** A message that came for this task, which does not need it. */
    fun giveBack(message: E, from: ReceiveTask<E>) {
        forget(from)
        handOn(message, from.turn)
    }

    /** A message that somebody has received otherwise, and not taken. */
    fun giveBack(message: E) {
        synchronized(this) { pending++ }
        handOn(message, FIRST)
    }

    /** A message that counts as pending. */
    private fun handOn(message: E, turn: Long) {
        while (true) {
            var goesBack = false
            var isDropped = false
            val next = synchronized(this) {
                val live = if (lifo == null) firstLive(waiting) ?: firstLive(ended) else null
                if (live == null) {
                    goesBack = lifo != null || (backDoor != null && (isOpenToKotlin || selecting > 0))
                    isDropped = isCancelled
                    if (!goesBack && !isDropped) keep(message, turn)
                }
                live
            }
            if (next != null) {
                if (next.offer(message)) return
                continue
            }
            if (isDropped) {
                discardHere(message)
            } else if (goesBack) {
                throughBackDoor(message, turn)
            }
            synchronized(this) { pending-- }
            return settle()
        }
    }

    /** Into the channel, where anybody may receive it. */
    private fun throughBackDoor(message: E, turn: Long) {
        if (lifo != null) return lifo.giveBack(message)
        val channel = checkNotNull(backDoor)
        val result = channel.trySend(message)
        if (result.isSuccess) return
        if (result.isClosed) return keepOrDrop(message, turn)
        // Full: it waits like one that is sent.
        val sending = GivingBack(message, turn)
        givingBack.add(sending)
        val sent = try {
            sendTo(channel, message, sending)
        } catch (failure: Throwable) {
            return sending.resumeWith(Result.failure(failure))
        }
        if (sent !== COROUTINE_SUSPENDED) givingBack.remove(sending)
    }

    /** Whether this message is on its way back into the channel. */
    fun isGivingBack(message: E): Boolean = givingBack.any { it.message === message }

    private inner class GivingBack(val message: E, private val turn: Long) : Continuation<Any?> {
        override val context: CoroutineContext get() = EmptyCoroutineContext

        override fun resumeWith(result: Result<Any?>) {
            givingBack.remove(this)
            if (result.isFailure) keepOrDrop(message, turn)
        }
    }

    private fun keepOrDrop(message: E, turn: Long) {
        val isDropped = synchronized(this) { isCancelled.also { if (!it) keep(message, turn) } }
        if (isDropped) discardHere(message) else settle()
    }

    /** Under the lock. */
    private fun keep(message: E, turn: Long) {
        val place = kept.indexOfFirst { it.turn > turn }
        kept.add(if (place < 0) kept.size else place, Kept(turn, message))
        hasKept = true
    }

    /** Under the lock: the first that could use a message. Others have been cancelled, or have their outcome, and go by themselves. */
    private fun firstLive(tasks: WaitList<ReceiveTask<E>>): ReceiveTask<E>? = tasks.firstOrNull { it.isLive }

    // For select.

    /** A message that is kept; else those that are given back go into the channel, until [selectEnds]. */
    fun selectBegins(): E? = synchronized(this) { pollKept().also { if (it == null) selecting++ } }

    fun selectEnds() {
        synchronized(this) { selecting-- }
    }

    // The end, and what there is.

    fun cancel(reason: CancelReason) {
        val dropped = synchronized(this) {
            isCancelled = true
            hasKept = false
            kept.map { it.message }.also { kept.clear() }
        }
        core.cancel(TaskCancelledException(reason))
        dropped.forEach(::discardHere)
    }

    fun waitingNow(): Int = synchronized(this) { waiting.toList().count { it.isLive } }

    fun keptNow(): Int = synchronized(this) { kept.size }

    private companion object {
        const val FIRST = Long.MIN_VALUE
        val RECEIVE: (ReceiveChannel<*>, Continuation<Any?>) -> Any? = unary<ReceiveChannel<*>, Any?>(ReceiveChannel<*>::receive)
        val ENQUEUE_RECEIVE: (LifoChannel<*>, Continuation<Any?>) -> Any? = unary<LifoChannel<*>, Any?>(LifoChannel<*>::enqueueReceive)
    }
}
