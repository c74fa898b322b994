package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.coroutines.isDiscardable

/**
 * A send that waits. It is cancelled only if its wait could be taken back, and with it the message; so the task says whether the message was
 * delivered.
 */
internal class SendTask<E : Any>(face: JavaRuntime, private val sender: JavaSender<E>, message: E) : ListedTask<SendTask<E>>(face) {
    /** Where it matters who has the message; see [Unsent]. */
    val unsent: Unsent<E>? = if (message.isDiscardable) Unsent(message) else null

    fun begin(message: E) {
        sender.waits(this)
        waitFor { sendTo(sender.kotlin, message, it) }
    }

    override fun came(value: Any): Boolean {
        unsent?.sent()
        return bring(value)
    }

    override val completesAnywhere: Boolean get() = true

    override fun waitEnded() {
        sender.forget(this)
    }

    override fun completeWith(value: Any): Boolean = succeed(null)

    override fun translated(failure: Throwable): Throwable = closedForSend(failure)

    override fun withdraw(reason: CancelReason, direct: Boolean): Boolean = takeBack()
}
