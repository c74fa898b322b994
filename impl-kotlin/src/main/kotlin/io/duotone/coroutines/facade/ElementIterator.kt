package io.duotone.coroutines.facade

import io.duotone.AsyncIterator
import io.duotone.Coroutines
import io.duotone.Task
import io.duotone.coroutines.checkMayBlock
import java.util.NoSuchElementException
import java.util.Objects
import java.util.Optional
import java.util.concurrent.CompletionStage
import java.util.concurrent.Flow
import java.util.function.Function
import kotlin.coroutines.intrinsics.startCoroutineUninterceptedOrReturn

/** All that an iterator offers besides [next] and [close], made of these two. */
internal abstract class ElementIterator<E : Any>(val runtime: JavaRuntime) : AsyncIterator<E> {
    /** What becomes of an element that was given to somebody who has been cancelled meanwhile. */
    abstract fun untaken(element: E)

    /** The next element, null at the end; when the wait for it fails, an element that came nevertheless is not lost. */
    private inline fun take(wait: (Task<Optional<E>>) -> Optional<E>): E? {
        val asked = next()
        val next = try {
            wait(asked)
        } catch (failure: Throwable) {
            if (asked.isDone && !asked.isCompletedExceptionally) asked.join().ifPresent(::untaken)
            throw failure
        }
        return next.orElse(null)
    }

    final override fun forEach(action: Function<in E, out CompletionStage<*>>): Task<Void?> {
        Objects.requireNonNull(action, "action")
        val loop: suspend () -> Void? = {
            use { callForEach(action) }
            null
        }
        return RuntimeCallTask<Void?>(runtime, "AsyncIterator.forEach").begin { loop.startCoroutineUninterceptedOrReturn(it) }
    }

    /** Waits for the next element; null at the end. */
    suspend fun nextOrNull(): E? = take { it.await() }

    private suspend fun callForEach(action: Function<in E, out CompletionStage<*>>) {
        while (true) {
            val element = nextOrNull() ?: return
            val stage = action.apply(element) as CompletionStage<*>?
                ?: throw NullPointerException("the action returned null instead of a stage: $action")
            stage.await()
        }
    }

    final override fun awaiting(): Iterable<E> = Iterable { Awaiting() }

    /** For one thread. */
    private inner class Awaiting : Iterator<E> {
        private var ahead: E? = null
        private var isOver = false

        override fun hasNext(): Boolean {
            if (ahead == null && !isOver) {
                ahead = await()
                isOver = ahead == null
            }
            return ahead != null
        }

        override fun next(): E {
            if (!hasNext()) throw NoSuchElementException("there are no more elements: ask hasNext() first")
            return checkNotNull(ahead).also { ahead = null }
        }

        private fun await(): E? {
            // Asked first, since an element that is taken on the wrong thread would have nowhere to go.
            checkMayBlock("AsyncIterator.awaiting")
            try {
                return take { Coroutines.await(it) }
            } catch (failure: Throwable) {
                isOver = true
                close()
                throw failure
            }
        }
    }

    final override fun asPublisher(): Flow.Publisher<E> = IteratorPublisher(this)
}
