@file:OptIn(InternalCoroutinesApi::class)

package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.channel.ChannelClosedException
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.engine.AbstractLincheckTest
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.suspendCancellableCoroutine
import org.jetbrains.lincheck.datastructures.Operation
import kotlin.coroutines.resume

/**
 * Receives of Java that are cancelled at any moment: each message is received once, nobody waits while there is one, and nobody is told
 * that the channel has ended before the last has been received. Messages are all alike, since one that is on its way back from a cancelled
 * receive may be passed by another.
 */
internal class ReceiveLineLincheckTest : AbstractLincheckTest(ReceiveLineModel::class, ReceiveLineSpecification::class)

internal class ReceiveLineModel {
    private val channel = Channel<String>(Channel.UNLIMITED)
    private val line = ReceiveLine(channel, "a channel")

    @Operation(cancellableOnSuspension = true, promptCancellation = false)
    suspend fun receive(): String = suspendCancellableCoroutine { waiter ->
        val task = ReceiveHere(line, waiter)
        line.receive(task)
        waiter.invokeOnCancellation { task.abandon() }
    }

    @Operation
    fun send(): Boolean = channel.trySend("message").isSuccess

    @Operation
    fun close(): Boolean = channel.close()
}

/** Is received by [waiter], or not at all, on the thread that brings the message. */
private class ReceiveHere(line: ReceiveLine<String>, private val waiter: CancellableContinuation<String>) :
    ReceiveTask<String>(FACE, line, null) {

    override fun completeOnWorker() {
        run()
    }

    override fun receives(message: String): Boolean = resume(message) && super.receives(message)

    override fun ends(closed: ChannelClosedException) {
        resume("closed")
        super.ends(closed)
    }

    private fun resume(word: String): Boolean {
        val token = waiter.tryResume(word, null) ?: return false
        waiter.completeResume(token)
        return true
    }

    /** As a cancelled dependent does, who does not ask whether it comes in time. */
    fun abandon() {
        fail(CancellationException())
        onCancel(REASON)
    }

    private companion object {
        // Known to all runs, which use no more of it than its name.
        val FACE = DuotoneRuntime.shared.javaFace
        val REASON: CancelReason = CancelReason.cancelled("changed its mind")
    }
}

internal class ReceiveLineSpecification {
    private var messages = 0
    private val waiting = LinkedHashSet<CancellableContinuation<String>>()
    private var isClosed = false

    suspend fun receive(): String {
        if (messages > 0) {
            messages--
            return "message"
        }
        return if (isClosed) "closed" else next()
    }

    private suspend fun next(): String = suspendCancellableCoroutine { waiter ->
        waiting.add(waiter)
        waiter.invokeOnCancellation { waiting.remove(waiter) }
    }

    fun send(): Boolean {
        if (isClosed) return false
        val first = waiting.firstOrNull()
        if (first == null) {
            messages++
        } else {
            waiting.remove(first)
            first.resume("message")
        }
        return true
    }

    fun close(): Boolean {
        if (isClosed) return false
        isClosed = true
        val inVain = waiting.toList()
        waiting.clear()
        inVain.forEach { it.resume("closed") }
        return true
    }
}
