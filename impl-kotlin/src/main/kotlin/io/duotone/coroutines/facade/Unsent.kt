package io.duotone.coroutines.facade

import java.util.concurrent.atomic.AtomicReference

/**
 * A message that waits to be sent, and still belongs to its sender. A channel that is cancelled may drop it after it has been taken and
 * before its sender knows: then whoever comes second closes it.
 *
 * ```
 *            its send has come through
 *   WAITING ---------------------------> SENT       dropped here: closed by the channel
 *      |
 *      | dropped by the channel
 *      +---------------------------> DROPPED        sent here: closed by the sender; failed here: it is the sender's
 * ```
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | the value | who sends, the hook of the channel | same | atomic |
 */
internal class Unsent<E : Any>(val message: E) : AtomicReference<Unsent.State>(State.WAITING) {
    enum class State { WAITING, SENT, DROPPED }

    /** The send has come through. */
    fun sent() {
        if (!compareAndSet(State.WAITING, State.SENT)) discardHere(message)
    }

    /** The channel has no use for it. */
    fun dropped() {
        if (!compareAndSet(State.WAITING, State.DROPPED) && get() == State.SENT) discardHere(message)
    }
}
