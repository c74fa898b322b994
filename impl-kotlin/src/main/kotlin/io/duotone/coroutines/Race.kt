@file:JvmName("Races")

package io.duotone.coroutines

import io.duotone.CancelReason
import io.duotone.ScopePolicy
import io.duotone.coroutines.scope.ScopeJob
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.isActive
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicReference
import kotlin.coroutines.coroutineContext

/**
 * Runs all blocks and gives the outcome of the first to end, a value or a failure; the others are cancelled, and their cleanup is waited
 * for (row T27). kotlinx's `select` is for waits, this is for work.
 *
 * The blocks begin one after the other on the calling thread, each as far as its first wait. So of those that need not wait at all the
 * first wins, and what comes after it does not begin. A block that ends by a cancellation of its own is out of the race; when all are, the
 * first of these cancellations is thrown.
 *
 * **Cancellation**: of the caller, cancels all blocks and waits for their cleanup. A value that comes too late to win, or to be returned,
 * is closed when it is [AutoCloseable]. The losers see a reason of kind [SCOPE_CLOSED][CancelReason.Kind.SCOPE_CLOSED].
 *
 * **Errors**: that of the first to end. Of the losers, what fails in its cleanup goes to the uncaught handler. [IllegalArgumentException]
 * when there are no blocks.
 */
public suspend fun <T> race(vararg blocks: suspend TaskScope.() -> T): T = race(blocks.asList())

/** As [race] of so many blocks, for a collection. */
public suspend fun <T> race(blocks: Collection<suspend TaskScope.() -> T>): T {
    require(blocks.isNotEmpty()) { "a race of nobody would never end: give it at least one block" }
    return taskScope(policy = ScopePolicy.SUPERVISE) {
        val scope = this as ScopeJob<*>
        val race = Race<T>(blocks.size, scope)
        for (block in blocks) {
            scope.spawnHere { race.run(block) }
            if (race.isDecided) break
        }
        race.await()
    }
}

/**
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | first | the first to end | the caller | its own |
 * | left, firstOut | those that are out | same | atomic |
 */
@OptIn(ExperimentalCoroutinesApi::class)
private class Race<T>(racers: Int, private val scope: ScopeJob<*>) {
    private val first = CompletableDeferred<Result<T>>()
    private val left = AtomicInteger(racers)
    private val firstOut = AtomicReference<CancellationException?>()

    val isDecided: Boolean get() = first.isCompleted

    /** In a scope of its own: what ends the block early is a part of the race, and what it spawned has ended when it has. */
    suspend fun run(block: suspend TaskScope.() -> T) {
        try {
            val value = taskScope(body = block)
            if (!first.complete(Result.success(value))) scope.runtime.discard(value)
        } catch (cancelled: CancellationException) {
            if (!coroutineContext.isActive) throw cancelled
            firstOut.compareAndSet(null, cancelled)
            if (left.decrementAndGet() == 0) first.complete(Result.failure(checkNotNull(firstOut.get())))
        } catch (failure: Throwable) {
            if (!first.complete(Result.failure(failure))) throw failure
        }
    }

    suspend fun await(): T {
        val outcome = try {
            first.await()
        } catch (cancelled: CancellationException) {
            // Nobody is left to win: whoever comes now is too late.
            if (!first.completeExceptionally(cancelled)) first.getCompleted().fold({ scope.runtime.discard(it) }, { throw it })
            throw cancelled
        }
        scope.close(LOST)
        return outcome.getOrThrow()
    }

    private companion object {
        val LOST: CancelReason = CancelReason.of(CancelReason.Kind.SCOPE_CLOSED, "another was first")
    }
}
