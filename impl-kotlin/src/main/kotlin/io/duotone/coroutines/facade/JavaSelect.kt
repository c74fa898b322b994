@file:OptIn(ExperimentalCoroutinesApi::class)

package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Task
import io.duotone.channel.Receiver
import io.duotone.channel.Select
import io.duotone.channel.Sender
import io.duotone.coroutines.channel.LifoChannel
import io.duotone.coroutines.engine.platform.deadlineAfter
import io.duotone.coroutines.engine.platform.toNanosAtMost
import io.duotone.coroutines.engine.scheduler.RuntimeTimer
import io.duotone.coroutines.engine.scheduler.shutdownCancellation
import io.duotone.coroutines.engine.timer.TimerEntry
import io.duotone.spi.Failures
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.channels.ClosedReceiveChannelException
import kotlinx.coroutines.channels.ClosedSendChannelException
import kotlinx.coroutines.selects.SelectBuilder
import kotlinx.coroutines.selects.select
import java.time.Duration
import java.util.Collections
import java.util.Objects
import java.util.concurrent.CompletionStage
import java.util.function.Function
import java.util.function.Supplier
import kotlin.coroutines.intrinsics.startCoroutineUninterceptedOrReturn

/** What has been chosen, before anything of the user has been called. */
internal class Chosen<R>(val clause: SelectClause<R>, private val value: Any?) {
    fun happen(): R = clause.happen(value)
}

/** One of the things that a select waits for. */
internal abstract class SelectClause<R> {
    /** What can happen now, without a wait; null when nothing can. */
    abstract fun tryNow(): Chosen<R>?

    /** Called before [register], also when it is not reached: what can happen now after all, and what begins the wait. */
    open fun begin(face: JavaRuntime): Chosen<R>? = null

    abstract fun register(builder: SelectBuilder<Chosen<R>>)

    /** It is what the wait has come to. */
    open fun chosen() {}

    /** The wait is over. After each [begin] that gave nothing. */
    open fun end() {}

    /** Calls the user's function. */
    abstract fun happen(value: Any?): R
}

private class ReceiveClause<E : Any, R>(private val from: JavaReceiver<E>, private val then: Function<in E, out R>) : SelectClause<R>() {
    override fun tryNow(): Chosen<R>? = from.line.tryReceive()?.let { Chosen(this, it) }

    override fun begin(face: JavaRuntime): Chosen<R>? = from.line.selectBegins()?.let { Chosen(this, it) }

    override fun register(builder: SelectBuilder<Chosen<R>>) {
        with(builder) { from.kotlin.onReceive { Chosen(this@ReceiveClause, it) } }
    }

    override fun end() {
        from.line.selectEnds()
    }

    @Suppress("UNCHECKED_CAST")
    override fun happen(value: Any?): R = then.apply(value as E)
}

private class SendClause<E : Any, R>(private val to: JavaSender<E>, private val message: E, private val then: Supplier<out R>) :
    SelectClause<R>() {
    private val unsent = Unsent(message)

    override fun tryNow(): Chosen<R>? = if (to.trySend(message)) Chosen(this, null) else null

    override fun begin(face: JavaRuntime): Chosen<R>? {
        to.selecting.add(unsent)
        return null
    }

    override fun chosen() {
        unsent.sent()
    }

    override fun end() {
        to.forget(unsent)
    }

    override fun register(builder: SelectBuilder<Chosen<R>>) {
        with(builder) { to.kotlin.onSend(message) { Chosen(this@SendClause, null) } }
    }

    override fun happen(value: Any?): R = then.get()
}

private class TimeoutClause<R>(private val timeout: Duration, private val then: Supplier<out R>) : SelectClause<R>() {
    private val timer = Timer()

    override fun tryNow(): Chosen<R>? = if (timeout.isOver) Chosen(this, null) else null

    override fun begin(face: JavaRuntime): Chosen<R>? {
        val pool = face.kotlin.pool
        pool.schedule(timer, pool.platform.deadlineAfter(timeout.toNanosAtMost()))
        if (timer.isCancelled) timer.runtimeClosed()
        return null
    }

    override fun register(builder: SelectBuilder<Chosen<R>>) {
        with(builder) { timer.due.onAwait { Chosen(this@TimeoutClause, null) } }
    }

    override fun end() {
        timer.cancel()
    }

    override fun happen(value: Any?): R = then.get()

    private class Timer :
        TimerEntry(),
        RuntimeTimer {
        val due = CompletableDeferred<Unit>()

        override fun run() {
            due.complete(Unit)
        }

        override fun runtimeClosed() {
            due.completeExceptionally(shutdownCancellation())
        }
    }
}

private class DoneClause<T, R>(stage: CompletionStage<T>, private val then: Function<in T, out R>) : SelectClause<R>() {
    private val outcome = CompletableDeferred<T>()

    init {
        stage.handle { value, failure ->
            @Suppress("UNCHECKED_CAST")
            if (failure == null) outcome.complete(value as T) else outcome.completeExceptionally(Failures.unwrap(failure))
            null
        }
    }

    override fun tryNow(): Chosen<R>? {
        if (!outcome.isCompleted) return null
        outcome.getCompletionExceptionOrNull()?.let { throw it }
        return Chosen(this, outcome.getCompleted())
    }

    override fun register(builder: SelectBuilder<Chosen<R>>) {
        with(builder) { outcome.onAwait { Chosen(this@DoneClause, it) } }
    }

    @Suppress("UNCHECKED_CAST")
    override fun happen(value: Any?): R = then.apply(value as T)
}

/** The clauses, as they are added. For one thread. */
internal class JavaSelect<R> : Select<R> {
    private var clauses: MutableList<SelectClause<R>>? = ArrayList()
    private var isUnbiased = false

    private fun with(clause: () -> SelectClause<R>): Select<R> {
        checkNotNull(clauses) { BEGUN }.add(clause())
        return this
    }

    override fun <E : Any> onReceive(from: Receiver<E>, then: Function<in E, out R>): Select<R> {
        Objects.requireNonNull(then, "then")
        val receiver = receiverOf(from)
        requireClauses(receiver.kotlin)
        return with { ReceiveClause(receiver, then) }
    }

    override fun <E : Any> onSend(to: Sender<E>, message: E, then: Supplier<out R>): Select<R> {
        Objects.requireNonNull(message, "message")
        Objects.requireNonNull(then, "then")
        val sender = senderOf(to)
        requireClauses(sender.kotlin)
        return with { SendClause(sender, message, then) }
    }

    override fun onTimeout(timeout: Duration, then: Supplier<out R>): Select<R> {
        Objects.requireNonNull(timeout, "timeout")
        Objects.requireNonNull(then, "then")
        return with { TimeoutClause(timeout, then) }
    }

    override fun <T> onDone(stage: CompletionStage<T>, then: Function<in T, out R>): Select<R> {
        Objects.requireNonNull(stage, "stage")
        Objects.requireNonNull(then, "then")
        return with { DoneClause(stage, then) }
    }

    override fun unbiased(): Select<R> {
        isUnbiased = true
        return this
    }

    override fun begin(): Task<R> {
        val clauses = checkNotNull(clauses) { BEGUN }
        check(clauses.isNotEmpty()) { "a select without clauses would wait for nothing, for ever: add one before begin()" }
        this.clauses = null
        val face = currentFace()
        if (isUnbiased) Collections.rotate(clauses, Math.floorMod(face.kotlin.platform.seed(), clauses.size))
        return SelectTask(face, clauses).begin()
    }

    private fun requireClauses(channel: Any) {
        require(channel !is LifoChannel<*>) {
            "a channel that is last in, first out cannot be selected from: receive from it, and use onDone with the task"
        }
    }

    override fun toString(): String = "Select(${clauses?.let { "${it.size} clauses" } ?: "begun"})"

    private companion object {
        const val BEGUN = "this select has begun: make another for the next round"
    }
}

/**
 * A select under way. kotlinx's `select` runs in no dispatcher, so that what it has chosen always arrives here; the user's function is called
 * on a worker then.
 */
private class SelectTask<R>(face: JavaRuntime, private val clauses: List<SelectClause<R>>) : WaitTask(face) {
    private var begun = 0

    fun begin(): Task<R> {
        try {
            val chosen = clauses.firstNotNullOfOrNull { it.tryNow() } ?: clauses.firstNotNullOfOrNull(::beginWith)
            if (chosen != null) {
                waitEnded()
                completeWith(chosen)
            } else {
                val call: suspend () -> Chosen<R> = { select { clauses.forEach { it.register(this) } } }
                waitFor { call.startCoroutineUninterceptedOrReturn(it) }
            }
        } catch (failure: Throwable) {
            waitEnded()
            fail(translated(failure))
        }
        @Suppress("UNCHECKED_CAST")
        return this as Task<R>
    }

    private fun beginWith(clause: SelectClause<R>): Chosen<R>? = clause.begin(face).also { if (it == null) begun++ }

    override fun came(value: Any): Boolean {
        (value as Chosen<*>).clause.chosen()
        return bring(value)
    }

    override fun waitEnded() {
        repeat(begun) { clauses[it].end() }
        begun = 0
    }

    override fun completeWith(value: Any): Boolean {
        try {
            val result = (value as Chosen<*>).happen()
            if (!succeed(result)) discardHere(result)
        } catch (failure: Throwable) {
            fail(failure)
        }
        return true
    }

    override fun translated(failure: Throwable): Throwable = when (failure) {
        is ClosedSendChannelException -> closedForSend(failure)
        is ClosedReceiveChannelException -> closedForReceive(failure)
        else -> failure
    }

    override fun withdraw(reason: CancelReason, direct: Boolean): Boolean = takeBack()
}
