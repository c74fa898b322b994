package io.duotone.coroutines.channel

import io.duotone.coroutines.engine.AbstractLincheckTest
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.channels.ChannelResult
import kotlinx.coroutines.channels.ClosedReceiveChannelException
import kotlinx.coroutines.channels.ClosedSendChannelException
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param

/** All that senders and receivers do without waiting; a closed channel says so. */
internal class LifoChannelLincheckTest : AbstractLincheckTest(LifoChannelModel::class, LifoChannelSpecification::class, actors = 3)

@Param(name = "message", gen = IntGen::class, conf = "1:9")
internal class LifoChannelModel {
    private val channel = LifoChannel<Int>(2)

    @Operation
    fun trySend(@Param(name = "message") message: Int): String = channel.trySend(message).said()

    @Operation
    fun tryReceive(): String = channel.tryReceive().said()

    @Operation
    fun giveBack(@Param(name = "message") message: Int) = channel.giveBack(message)

    @Operation
    fun close(): Boolean = channel.close()

    private fun ChannelResult<*>.said() = if (isSuccess) {
        "${getOrNull()}"
    } else if (isClosed) {
        "closed"
    } else {
        "no"
    }
}

internal class LifoChannelSpecification {
    private val messages = ArrayList<Int>()
    private var isClosed = false

    fun trySend(message: Int): String = when {
        isClosed -> "closed"
        messages.size >= 2 -> "no"
        else -> "kotlin.Unit".also { messages.add(message) }
    }

    fun tryReceive(): String = messages.removeLastOrNull()?.toString() ?: if (isClosed) "closed" else "no"

    fun giveBack(message: Int) {
        messages.add(message)
    }

    fun close(): Boolean = !isClosed.also { isClosed = true }
}

/** The same with waits, and with waits that are cancelled. */
internal class LifoChannelWaitsLincheckTest :
    AbstractLincheckTest(LifoChannelWaitsModel::class, LifoChannelWaitsSpecification::class, actors = 2)

@Param(name = "message", gen = IntGen::class, conf = "1:9")
internal class LifoChannelWaitsModel {
    private val channel = LifoChannel<Int>(1)

    @Operation(cancellableOnSuspension = true, promptCancellation = false)
    suspend fun send(@Param(name = "message") message: Int): String = try {
        if (!channel.trySend(message).isSuccess) channel.enqueueSend(message)
        "sent"
    } catch (_: ClosedSendChannelException) {
        "closed"
    }

    @Operation(cancellableOnSuspension = true, promptCancellation = false)
    suspend fun receive(): String = try {
        "${channel.tryReceive().getOrNull() ?: channel.enqueueReceive()}"
    } catch (_: ClosedReceiveChannelException) {
        "closed"
    }

    @Operation
    fun close(): Boolean = channel.close()
}

/** Whoever has to wait is served by the one that changes something. */
internal class LifoChannelWaitsSpecification {
    private class Waiter(val message: Int?) {
        val outcome = CompletableDeferred<String>()
    }

    private val messages = ArrayList<Int>()
    private val senders = LinkedHashSet<Waiter>()
    private val receivers = LinkedHashSet<Waiter>()
    private var isClosed = false

    suspend fun send(message: Int): String {
        if (isClosed) return "closed"
        receivers.firstOrNull()?.let {
            receivers.remove(it)
            it.outcome.complete("$message")
            return "sent"
        }
        if (messages.isEmpty()) {
            messages.add(message)
            return "sent"
        }
        return Waiter(message).await(senders)
    }

    suspend fun receive(): String {
        val newest = messages.removeLastOrNull() ?: return if (isClosed) "closed" else Waiter(null).await(receivers)
        senders.firstOrNull()?.let {
            senders.remove(it)
            it.message?.let(messages::add)
            it.outcome.complete("sent")
        }
        return "$newest"
    }

    fun close(): Boolean {
        if (isClosed) return false
        isClosed = true
        (senders + receivers).forEach { it.outcome.complete("closed") }
        senders.clear()
        receivers.clear()
        return true
    }

    private suspend fun Waiter.await(among: LinkedHashSet<Waiter>): String {
        among.add(this)
        try {
            return outcome.await()
        } finally {
            among.remove(this)
        }
    }
}
