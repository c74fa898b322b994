package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.TaskCancelledException
import io.duotone.coroutines.context.checkpoint
import io.duotone.coroutines.context.currentElements
import io.duotone.coroutines.withReason
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.launch
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.flow.Flow as KotlinFlow

/**
 * The elements of one collection of a flow. It begins when somebody asks for the first element, and waits inside `emit` until somebody asks
 * for the next one.
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | hasBegun | the first who asks | the others | atomic |
 * | work | the first who asks | whoever closes | volatile; read after isClosed is set, written before it is read |
 * | wanted | whoever asks | the collection | a channel: something has been asked for since the last look |
 */
internal class FlowIterator<E : Any>(runtime: JavaRuntime, private val flow: KotlinFlow<E>, context: CoroutineContext) :
    BufferedIterator<E>(runtime) {
    private val context = currentElements() + context
    private val hasBegun = AtomicBoolean()
    private val wanted = Channel<Unit>(Channel.CONFLATED)

    @Volatile
    private var work: Job? = null

    override fun asked() {
        if (hasBegun.getAndSet(true)) wanted.trySend(Unit) else begin()
    }

    private fun begin() {
        val work = runtime.kotlin.rootScope.launch(context) { noMore(failureOfCollection()) }
        this.work = work
        // Cancelled before it began: the runtime has been closed.
        work.invokeOnCompletion { failure -> if (failure != null) noMore(inJava(failure)) }
        if (isClosed) stop()
    }

    private suspend fun failureOfCollection(): Throwable? = try {
        flow.collect { element ->
            bring(element)
            while (!isAwaited()) wanted.receive()
            checkpoint()
        }
        null
    } catch (failure: Throwable) {
        inJava(failure)
    }

    private fun inJava(failure: Throwable) = if (failure is CancellationException) failure.withReason() else failure

    override fun stop() {
        work?.cancel(TaskCancelledException(NO_MORE_WANTED))
    }

    private companion object {
        val NO_MORE_WANTED: CancelReason = CancelReason.of(CancelReason.Kind.SCOPE_CLOSED, "no more of its elements are wanted")
    }
}
