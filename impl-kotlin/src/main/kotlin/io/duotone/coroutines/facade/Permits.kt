package io.duotone.coroutines.facade

import io.duotone.Task
import io.duotone.WouldBlockException
import io.duotone.spi.Context
import io.duotone.sync.Permit
import java.time.Duration
import java.util.Objects
import java.util.Optional
import java.util.concurrent.Callable
import java.util.concurrent.CompletionStage
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicReference
import kotlin.coroutines.Continuation
import kotlin.coroutines.intrinsics.startCoroutineUninterceptedOrReturn

/**
 * What gives permits, in all ways in which the Java faces do.
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | waiting | whoever begins or ends a wait | any thread | atomic |
 */
internal abstract class PermitSource {
    /** How many tasks of Java wait here. */
    protected val waiting = AtomicInteger()

    /** Takes permits if they are there and nobody waits. What it throws says that so many cannot be had at all. */
    protected abstract fun tryTake(permits: Int): Boolean

    /** What follows a [tryTake] in vain; hands on the continuation as it is. */
    protected abstract fun enqueue(permits: Int, continuation: Continuation<Any?>): Any?

    /** Takes permits in their turn. */
    protected abstract suspend fun take(permits: Int)

    /** They come back. */
    abstract fun giveBack(permits: Int)

    /** [timeout] null: waits as long as it takes. */
    protected fun takePermits(permits: Int, timeout: Duration?): Task<Permit> {
        val face = currentFace()
        if (tryTake(permits)) return ReadyPermit(face, HeldPermit(this, permits))
        if (timeout != null && timeout.isOver) return FailedTask(face, WaitTask.timedOut(timeout, this))
        return PermitTask(face, permits).also { it.begin(timeout) }.asPermit()
    }

    protected fun tryPermits(permits: Int): Optional<Permit> =
        if (tryTake(permits)) Optional.of(HeldPermit(this, permits)) else Optional.empty()

    protected fun permitOrThrow(): Permit = tryPermits(1).orElseThrow {
        WouldBlockException("cannot be had without waiting, for which there is acquire(): $this")
    }

    /** Takes a permit in its turn and gives it back at once. */
    protected fun passThrough(): Task<Void?> {
        val face = currentFace()
        if (!tryTake(1)) return PassTask(face).also { it.begin(null) }.asVoid()
        giveBack(1)
        return face.done
    }

    /** Calls [body] with a permit and with the context of whoever called this. */
    protected fun <T> guarded(name: String, body: Callable<out CompletionStage<out T>>): Task<T> {
        Objects.requireNonNull(body, "body")
        val caller = Context.current()
        val call: suspend () -> T = {
            if (!tryTake(1)) takeCounted()
            try {
                val stage = if (caller == null) body.call() else caller.within { body.call() }
                @Suppress("UNCHECKED_CAST")
                (Objects.requireNonNull(stage, "the body returned null instead of a stage") as CompletionStage<T>).await()
            } finally {
                giveBack(1)
            }
        }
        return RuntimeCallTask<T>(currentFace(), name).begin { call.startCoroutineUninterceptedOrReturn(it) }
    }

    private suspend fun takeCounted() {
        waiting.incrementAndGet()
        try {
            take(1)
        } finally {
            waiting.decrementAndGet()
        }
    }

    /** A wait for [permits], which are given back when they come for a task that is done. */
    private abstract inner class TurnTask(face: JavaRuntime, protected val permits: Int) : WaitTask(face) {
        fun begin(timeout: Duration?) {
            waiting.incrementAndGet()
            waitFor { enqueue(permits, it) }
            if (timeout != null) failAfter(timeout, this@PermitSource)
        }

        final override fun waitEnded() {
            waiting.decrementAndGet()
        }

        final override fun giveBack(value: Any) {
            this@PermitSource.giveBack(permits)
        }
    }

    private inner class PermitTask(face: JavaRuntime, permits: Int) : TurnTask(face, permits) {
        override val completesAnywhere: Boolean get() = true

        override fun completeWith(value: Any): Boolean = succeed(HeldPermit(this@PermitSource, permits))

        override fun untaken(value: Any?) {
            (value as Permit).close()
        }

        @Suppress("UNCHECKED_CAST")
        fun asPermit(): Task<Permit> = this as Task<Permit>
    }

    /** A wait for a permit that is of no further use. */
    private inner class PassTask(face: JavaRuntime) : TurnTask(face, 1) {
        override fun completeWith(value: Any): Boolean {
            // First, so that who hears of it finds the permit there.
            reclaim()
            return succeed(null)
        }
    }
}

/** A permit that could be had without a wait. */
private class ReadyPermit(face: JavaRuntime, permit: Permit) : DoneTask<Permit>(face, permit) {
    override fun untaken(value: Permit) {
        value.close()
    }
}

/**
 * The value is the state.
 *
 * ```
 *            leave
 *   HELD ------------> AWAY
 *    |  <------------   |
 *    |    comeBack      | close: nothing to give back, whoever had it leave
 *    |                  | gives the lock back when the wait is over
 *    | close: back      v
 *    +---------------> CLOSED
 * ```
 * No-ops: close of CLOSED; leave unless HELD and comeBack unless AWAY (false).
 */
internal class HeldPermit(val source: PermitSource, private val permits: Int) :
    AtomicReference<HeldPermit.State>(State.HELD),
    Permit {
    enum class State(val words: String) { HELD("held"), AWAY("away while its holder waits"), CLOSED("given back") }

    override fun isHeld(): Boolean = get() == State.HELD

    override fun close() {
        if (getAndSet(State.CLOSED) == State.HELD) source.giveBack(permits)
    }

    /** Its lock is given back for a while, by the caller. */
    fun leave(): Boolean = compareAndSet(State.HELD, State.AWAY)

    /** The caller has the lock again. False when the permit was closed meanwhile. */
    fun comeBack(): Boolean = compareAndSet(State.AWAY, State.HELD)

    override fun toString(): String = "Permit(${get().words}, $source)"
}
