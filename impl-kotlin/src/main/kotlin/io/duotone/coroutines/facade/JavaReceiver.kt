package io.duotone.coroutines.facade

import io.duotone.AsyncIterator
import io.duotone.CancelReason
import io.duotone.Task
import io.duotone.channel.Receiver
import kotlinx.coroutines.channels.ReceiveChannel
import java.time.Duration
import java.util.Objects
import java.util.Optional
import java.util.concurrent.ConcurrentHashMap

/** The Java face of a channel to receive from. [name]: what it is called in messages. */
internal class JavaReceiver<E : Any>(val kotlin: ReceiveChannel<E>, name: Any? = null) : Receiver<E> {
    val line: ReceiveLine<E> = ReceiveLine(kotlin, name ?: this)

    override fun receive(): Task<E> = line.receive(currentFace())

    override fun receive(timeout: Duration): Task<E> = line.receive(currentFace(), Objects.requireNonNull(timeout, "timeout"))

    override fun tryReceive(): Optional<E> = Optional.ofNullable(line.tryReceive())

    override fun cancel(reason: CancelReason) {
        line.cancel(Objects.requireNonNull(reason, "reason"))
    }

    override fun iterator(): AsyncIterator<E> = ReceiverIterator(currentFace(), line)

    override fun toString(): String = "Receiver(${line.waitingNow()} receiving)"
}

/** The messages of a receiver, one by one; its own end leaves the channel as it is. */
internal class ReceiverIterator<E : Any>(runtime: JavaRuntime, private val line: ReceiveLine<E>, private val onClose: () -> Unit = {}) :
    ElementIterator<E>(runtime) {
    /** Those who wait here, and perhaps some that are done. */
    val waiting: MutableSet<ReceiveTask<E>> = ConcurrentHashMap.newKeySet()

    @Volatile
    private var isClosed = false

    override fun next(): Task<Optional<E>> {
        val task = ReceiveTask(runtime, line, this)
        if (isClosed) {
            task.leave()
            return task.asNext()
        }
        // Before it waits, since whoever closes must find it.
        waiting.add(task)
        line.receive(task)
        if (isClosed) task.leave()
        if (task.isDone) waiting.remove(task)
        return task.asNext()
    }

    override fun close() {
        isClosed = true
        waiting.forEach(ReceiveTask<E>::leave)
        onClose()
    }

    override fun untaken(element: E) {
        line.giveBack(element)
    }

    override fun toString(): String = "AsyncIterator(${waiting.size} waiting${if (isClosed) ", closed" else ""})"
}
