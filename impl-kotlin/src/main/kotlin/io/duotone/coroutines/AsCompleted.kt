@file:JvmName("CompletionOrder")

package io.duotone.coroutines

import io.duotone.CancelReason
import io.duotone.TaskCancelledException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.FlowCollector
import kotlinx.coroutines.launch
import kotlin.coroutines.coroutineContext

/**
 * Runs all blocks at the same time and gives their outcomes in the order in which they end (rows T21, Y25). A block that fails, or is
 * cancelled by itself, gives a failed [Result], and the flow goes on (row C23). Cold: each collector starts the blocks anew, each block in a
 * scope of its own. The outcomes wait for the collector, and do not hold up the blocks.
 *
 * **Cancellation**: of the collector, cancels all blocks, and its own end waits for their cleanup. So does a collector that stops early, by
 * `first()` or by throwing: the blocks then see a reason of kind [SCOPE_CLOSED][CancelReason.Kind.SCOPE_CLOSED]. What it has not taken is
 * dropped: a value that is [AutoCloseable] is closed, a failure goes to the uncaught handler.
 *
 * **Errors**: none of the blocks'; what the collector throws.
 *
 * **Threads**: the blocks run on the dispatcher of the collector.
 */
public fun <T> asCompleted(blocks: Collection<suspend TaskScope.() -> T>): Flow<Result<T>> = CompletionFlow(blocks.toList())

/** As [asCompleted] of a collection. */
public fun <T> asCompleted(vararg blocks: suspend TaskScope.() -> T): Flow<Result<T>> = CompletionFlow(blocks.toList())

/** A flow by itself and not by `flow { }`, which looks for cancellation once more when the outcome has left the channel: it would be lost. */
private class CompletionFlow<T>(private val blocks: List<suspend TaskScope.() -> T>) : Flow<Result<T>> {
    override suspend fun collect(collector: FlowCollector<Result<T>>) {
        val runtime = runtimeOf(coroutineContext)
        val ended = Channel<Result<T>>(Channel.UNLIMITED) { runtime.discardOutcome(it) }
        coroutineScope {
            val work = launch(start = CoroutineStart.UNDISPATCHED) {
                try {
                    runEach { if (!ended.trySend(it).isSuccess) runtime.discardOutcome(it) }
                } finally {
                    ended.close()
                }
            }
            try {
                for (outcome in ended) collector.emit(outcome)
            } finally {
                work.cancel(TaskCancelledException(NO_MORE_WANTED))
                ended.cancel()
            }
        }
    }

    private suspend fun runEach(onEnd: (Result<T>) -> Unit) {
        taskScope {
            for (block in blocks) spawn { onEnd(resultOf { taskScope(body = block) }) }
        }
    }

    private companion object {
        val NO_MORE_WANTED: CancelReason = CancelReason.of(CancelReason.Kind.SCOPE_CLOSED, "no more of the outcomes are wanted")
    }
}
