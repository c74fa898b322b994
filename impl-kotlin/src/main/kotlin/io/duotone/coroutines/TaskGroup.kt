package io.duotone.coroutines

import io.duotone.CancelReason
import io.duotone.TaskCancelledException
import io.duotone.coroutines.scope.Ending
import io.duotone.coroutines.scope.GroupQuestion
import io.duotone.coroutines.scope.GroupWait
import io.duotone.coroutines.scope.TaskBag
import io.duotone.spi.Failures
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.FlowCollector
import kotlinx.coroutines.suspendCancellableCoroutine

/**
 * A bag of tasks that tells which of them have ended, and waits for some of them (rows S27-S37).
 *
 * A group has no lifetime: its tasks belong to scopes, and being in a group changes nothing for them. It joins nothing, cancels nothing and
 * throws nothing by itself; a failure that nobody looks at is reported as if there were no group. A task is in it from [add] until it is
 * popped: *pending* first, then *done*, in the order in which the tasks ended. A task that was done before it was added is done at once.
 *
 * A wait that can never be fulfilled, because nothing is pending any more, does not wait: it says so, each in its way.
 *
 * **Cancellation**: a cancelled wait cancels no task of the group, and what it would have popped stays. A task of Kotlin that is cancelled
 * has ended after its cleanup.
 *
 * **Errors**: a wait gives the task that failed, and does not throw what it failed with.
 *
 * **Threads**: all members may be used from any thread, and any number of waits may be open. A done task goes to exactly one of those that
 * pop; all others see it go by. The end of a task happens-before whoever gets it.
 *
 * @param tasks what is in it from the beginning
 */
public class TaskGroup<T>(tasks: Iterable<Deferred<T>> = emptyList()) {
    private val bag = TaskBag<Deferred<T>>(::endingOf)

    init {
        for (task in tasks) add(task)
    }

    /** Adds a task, and returns it (row S28). One that is lazy is started; one that is in the group already is not added again. */
    public fun add(task: Deferred<T>): Deferred<T> {
        if (!bag.add(task)) return task
        task.invokeOnCompletion { bag.ended(task) }
        task.start()
        return task
    }

    /** Spawns [block] in [scope], which the task belongs to, and adds the task (row S28). */
    public fun spawn(scope: CoroutineScope, name: String? = null, block: suspend CoroutineScope.() -> T): Deferred<T> =
        add(scope.spawn(name, block))

    /** Returns when nothing is pending (row S29). */
    public suspend fun waitAll(): Unit = ask(GroupQuestion.All())

    /** The next task to end, those already done left aside; it stays in the group (row S30). Null when nothing is pending. */
    public suspend fun waitNext(): Deferred<T>? = ask(GroupQuestion.Next())

    /** The first task that is done, however it ended; null when none is and nothing is pending (row S31). */
    public suspend fun waitFirst(): Deferred<T>? = ask(GroupQuestion.First(Ending.ANY, pops = false))

    /** As [waitFirst], and takes the task out of the group (row S31). */
    public suspend fun waitFirstAndPop(): Deferred<T>? = ask(GroupQuestion.First(Ending.ANY, pops = true))

    /**
     * Waits until [n] tasks are done, or nothing is pending, and gives the number of those that are: it may be more than [n], and fewer when
     * there were too few tasks (row S32).
     *
     * @param n zero or less: returns at once
     */
    public suspend fun waitFirst(n: Int): Int = ask(GroupQuestion.Count(n))

    /** The first task that failed; a cancellation is no failure (row S33). Null when none has failed and nothing is pending. */
    public suspend fun waitFailure(): Deferred<T>? = ask(GroupQuestion.First(Ending.FAILURES, pops = false))

    /** As [waitFailure], and takes the task out of the group (row S33). */
    public suspend fun waitFailureAndPop(): Deferred<T>? = ask(GroupQuestion.First(Ending.FAILURES, pops = true))

    /** The first task that failed or was cancelled; null when none was and nothing is pending (row S34). */
    public suspend fun waitFailureOrCancellation(): Deferred<T>? = ask(GroupQuestion.First(Ending.NO_VALUE, pops = false))

    /** As [waitFailureOrCancellation], and takes the task out of the group (row S34). */
    public suspend fun waitFailureOrCancellationAndPop(): Deferred<T>? = ask(GroupQuestion.First(Ending.NO_VALUE, pops = true))

    /** Cancels every pending task; those that are done cannot be cancelled any more (row S35). Returns at once. */
    public fun cancelAll(reason: CancelReason = CancelReason.cancelled("its task group was cancelled")) {
        val cancellation = TaskCancelledException(reason)
        bag.cancelPending { it.cancel(cancellation) }
    }

    /** Whether a task is done and has not been popped (row S35). */
    public val hasDone: Boolean get() = bag.hasDone

    /** Whether a task is pending (row S35). */
    public val hasPending: Boolean get() = bag.hasPending

    /** Takes the first task that is done out of the group; null when none is (row S35). */
    public fun popDone(): Deferred<T>? = bag.popDone()

    /** The tasks that are done now, in the order in which they ended (row S36). */
    public fun done(): List<Deferred<T>> = bag.done()

    /** The tasks that are pending now, in the order in which they were added (row S36). */
    public fun pending(): List<Deferred<T>> = bag.pending()

    /** Takes all tasks that are done now out of the group, and gives them in the order in which they ended (row S36). */
    public fun exhaustDone(): List<Deferred<T>> = bag.popAllDone()

    /**
     * Takes one task after the other out of the group, in the order in which they end, until none is pending (row S36). A collector that
     * stops early cancels no task, and what it did not get stays in the group.
     */
    public fun exhaust(): Flow<Deferred<T>> = Exhausting()

    /** A flow by itself and not by `flow { }`, which looks for cancellation once more when the task has been popped: it would be lost. */
    private inner class Exhausting : Flow<Deferred<T>> {
        override suspend fun collect(collector: FlowCollector<Deferred<T>>) {
            while (true) collector.emit(waitFirstAndPop() ?: return)
        }
    }

    /**
     * Calls [block]. When it throws, a cancellation included, everything pending is cancelled (row S37).
     *
     * **Errors**: what [block] throws, as it is.
     */
    public inline fun <R> cancelOnFailure(block: () -> R): R = try {
        block()
    } catch (failure: Throwable) {
        cancelAllAfter(failure)
        throw failure
    }

    @PublishedApi
    internal fun cancelAllAfter(failure: Throwable) {
        cancelGroupAfter(failure, ::cancelAll)
    }

    override fun toString(): String = bag.toString()

    private suspend fun <R> ask(question: GroupQuestion<Deferred<T>, R>): R {
        val answer = suspendCancellableCoroutine { caller ->
            val wait = Wait(bag, question, caller)
            bag.ask(wait)
            // Only now: a wait that is cancelled already must not be left behind.
            caller.invokeOnCancellation { bag.forget(wait) }
        }
        bag.delivered(question, answer)
        return answer
    }

    private class Wait<H : Any, R>(
        private val bag: TaskBag<H>,
        override val question: GroupQuestion<H, R>,
        private val caller: CancellableContinuation<R>,
    ) : GroupWait<H, R> {
        override fun tell(answer: R) {
            caller.resume(answer) { _, refused, _ -> bag.refused(question, refused) }
        }
    }
}

/** Cancels the tasks of a group since the block around it has failed; what fails in that is suppressed in [failure]. */
internal inline fun cancelGroupAfter(failure: Throwable, cancelAll: (CancelReason) -> Unit) {
    try {
        cancelAll(groupCancelledBy(failure))
    } catch (second: Throwable) {
        if (second !== failure) failure.addSuppressed(second)
    }
}

private fun groupCancelledBy(failure: Throwable): CancelReason = if (failure is CancellationException) {
    failure.reason
} else {
    CancelReason.cancelled("the block around its task group failed with ${Failures.describe(failure)}")
}

@OptIn(ExperimentalCoroutinesApi::class)
private fun endingOf(task: Deferred<*>): Ending = Ending.of(task.getCompletionExceptionOrNull())
