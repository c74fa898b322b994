package io.duotone.coroutines.facade

import io.duotone.AsyncIterator
import io.duotone.CancelReason
import io.duotone.Task
import io.duotone.TaskGroup
import io.duotone.coroutines.cancelGroupAfter
import io.duotone.coroutines.scope.Ending
import io.duotone.coroutines.scope.GroupQuestion
import io.duotone.coroutines.scope.GroupWait
import io.duotone.coroutines.scope.TaskBag
import io.duotone.spi.Failures
import java.util.Objects
import java.util.Optional
import java.util.concurrent.Callable
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionStage

/** The Java face of a group of tasks. */
internal class JavaTaskGroup<T>(private val runtime: JavaRuntime) : TaskGroup<T> {
    private val bag = TaskBag<Task<T>> { task ->
        when {
            !task.isCompletedExceptionally -> Ending.VALUE
            task.cancelReason() != null -> Ending.CANCELLATION
            else -> Ending.FAILURE
        }
    }

    override fun add(task: CompletionStage<out T>): Task<T> {
        Objects.requireNonNull(task, "task")
        @Suppress("UNCHECKED_CAST")
        val added = taskOf(task as CompletionStage<T>)
        // Not by a stage of the task itself: that would count as somebody who waits for it, and a group changes nothing for its tasks.
        if (bag.add(added)) CompletableFuture.allOf(added).whenComplete { _, _ -> bag.ended(added) }
        return added
    }

    private fun <R> taskOf(stage: CompletionStage<R>): Task<R> =
        stage as? Task<R> ?: Task.completed<Void?>(null).thenCompose { stage }

    override fun waitAll(): Task<Void?> = ask(GroupQuestion.All()) { null }

    override fun waitNext(): Task<Optional<Task<T>>> = askForTask(GroupQuestion.Next())

    override fun waitFirst(): Task<Optional<Task<T>>> = askForTask(GroupQuestion.First(Ending.ANY, pops = false))

    override fun waitFirstAndPop(): Task<Optional<Task<T>>> = askForTask(GroupQuestion.First(Ending.ANY, pops = true))

    override fun waitFirst(n: Int): Task<Int> = ask(GroupQuestion.Count(n)) { it }

    override fun waitFailure(): Task<Optional<Task<T>>> = askForTask(GroupQuestion.First(Ending.FAILURES, pops = false))

    override fun waitFailureAndPop(): Task<Optional<Task<T>>> = askForTask(GroupQuestion.First(Ending.FAILURES, pops = true))

    override fun waitFailureOrCancellation(): Task<Optional<Task<T>>> =
        askForTask(GroupQuestion.First(Ending.NO_VALUE, pops = false))

    override fun waitFailureOrCancellationAndPop(): Task<Optional<Task<T>>> =
        askForTask(GroupQuestion.First(Ending.NO_VALUE, pops = true))

    override fun cancelAll(reason: CancelReason) {
        Objects.requireNonNull(reason, "reason")
        bag.cancelPending { it.cancel(reason) }
    }

    override fun hasDone(): Boolean = bag.hasDone

    override fun hasPending(): Boolean = bag.hasPending

    override fun popDone(): Optional<Task<T>> = Optional.ofNullable(bag.popDone())

    override fun done(): List<Task<T>> = bag.done()

    override fun pending(): List<Task<T>> = bag.pending()

    override fun exhaustDone(): List<Task<T>> = bag.popAllDone()

    override fun exhaust(): AsyncIterator<Task<T>> = Exhausting()

    override fun <R> cancelOnFailure(block: Callable<out R>): R = try {
        block.call()
    } catch (failure: Throwable) {
        cancelAllAfter(failure)
        throw failure
    }

    override fun <R> cancelOnFailure(work: CompletionStage<R>): Task<R> = Guarding(taskOf(Objects.requireNonNull(work, "work")))

    /** A task of its own, and not one derived from the work: what is derived is not called any more when it is itself cancelled. */
    private inner class Guarding<R>(work: Task<R>) : Task<R>(runtime.executor(), null) {
        private val ended = work.handle { value, failure ->
            if (failure == null) {
                @Suppress("UNCHECKED_CAST")
                succeed(value as R)
            } else {
                val cause = Failures.unwrap(failure)
                cancelAllAfter(cause)
                fail(cause)
            }
        }

        override fun onCancel(reason: CancelReason) {
            try {
                ended.cancel(reason)
            } finally {
                cancelAll(reason)
            }
        }
    }

    private fun cancelAllAfter(failure: Throwable) {
        cancelGroupAfter(failure, ::cancelAll)
    }

    override fun toString(): String = bag.toString()

    private fun askForTask(question: GroupQuestion<Task<T>, Task<T>?>): Task<Optional<Task<T>>> =
        ask(question) { Optional.ofNullable(it) }

    private fun <R, J> ask(question: GroupQuestion<Task<T>, R>, inJava: (R) -> J): Task<J> = Wait(question, inJava).also { bag.ask(it) }

    private open inner class Wait<R, J>(override val question: GroupQuestion<Task<T>, R>, private val inJava: (R) -> J) :
        Task<J>(runtime.executor(), null),
        GroupWait<Task<T>, R> {
        override fun tell(answer: R) {
            if (succeed(inJava(answer))) bag.delivered(question, answer) else bag.refused(question, answer)
        }

        override fun onCancel(reason: CancelReason) {
            bag.forget(this)
        }
    }

    /**
     * | field | written by | read by | mode |
     * |---|---|---|---|
     * | isOver | whoever closes or finds the end | whoever asks | volatile: set before the waits are looked for; read after one is added |
     */
    private inner class Exhausting : ElementIterator<Task<T>>(runtime) {
        @Volatile
        private var isOver = false

        override fun next(): Task<Optional<Task<T>>> {
            val asked = Next()
            if (isOver) return asked.also { it.tell(null) }
            bag.ask(asked)
            if (isOver) close()
            return asked
        }

        override fun close() {
            isOver = true
            bag.forget { (it as? JavaTaskGroup<*>.Exhausting.Next)?.iterator === this }
                .forEach { (it as JavaTaskGroup<*>.Exhausting.Next).tell(null) }
        }

        override fun untaken(element: Task<T>) {
            bag.putBack(element)
        }

        private inner class Next :
            Wait<Task<T>?, Optional<Task<T>>>(GroupQuestion.First(Ending.ANY, pops = true), { Optional.ofNullable(it) }) {
            val iterator: Any get() = this@Exhausting

            override fun tell(answer: Task<T>?) {
                if (answer == null) isOver = true
                super.tell(answer)
            }
        }
    }
}
