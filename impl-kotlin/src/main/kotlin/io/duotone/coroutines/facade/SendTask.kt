package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Task
import io.duotone.TaskCancelledException
import io.duotone.channel.ChannelClosedException
import java.time.Duration
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED

/**
 * A send. It is cancelled only if its wait could be taken back, and with it the message; so the task says whether the message was delivered.
 */
internal class SendTask<E : Any>(face: JavaRuntime, private val sender: JavaSender<E>, private val message: E) : ChannelTask(face) {
    val unsent: Unsent<E> = Unsent(message)

    /** [timeout] null: waits as long as it takes. */
    fun begin(timeout: Duration?): Task<Void?> {
        val result = sender.kotlin.trySend(message)
        when {
            result.isSuccess -> succeed(null)
            result.isClosed -> fail(closedForSend(result.exceptionOrNull()))
            timeout != null && (timeout.isZero || timeout.isNegative) -> fail(timedOut(timeout, sender.name))
            else -> beginWait(timeout)
        }
        return asVoid()
    }

    private fun beginWait(timeout: Duration?) {
        sender.waiting.add(this)
        val result = try {
            callChannel { sender.sendOrWait(message, this) }
        } catch (failure: Throwable) {
            sender.forget(this)
            fail(closedForSend(failure))
            return
        }
        if (result !== COROUTINE_SUSPENDED) {
            sent()
            succeed(null)
        } else if (timeout != null) {
            failAfter(timeout, sender.name)
        }
    }

    /** The channel is being closed: the message is withdrawn, unless it has gone. */
    fun refuse(closed: ChannelClosedException) {
        onceSuspended { if (takeBack(REFUSED) && bring(closed)) completeOnWorker() }
    }

    override fun came(value: Any?) {
        sent()
        if (bring(SENT)) completeOnWorker()
    }

    private fun sent() {
        unsent.sent()
        sender.forget(this)
    }

    override fun failedToCome(failure: Throwable, wasTakenBack: Boolean) {
        sender.forget(this)
        if (!wasTakenBack && bring(closedForSend(failure))) completeOnWorker()
    }

    override fun completeWithOutcome(outcome: Any) {
        if (outcome is ChannelClosedException) fail(outcome) else succeed(null)
    }

    override fun withdraw(reason: CancelReason, direct: Boolean): Boolean = takeBack(TaskCancelledException(reason))

    private companion object {
        val SENT = Any()
        val REFUSED = WaitOver("the channel is closed")
    }
}
