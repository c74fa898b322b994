@file:JvmName("LimitedScopes")

package io.duotone.coroutines

import io.duotone.coroutines.context.checkpoint
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.sync.Semaphore

/**
 * A view of this scope in which at most [limit] tasks run at a time (rows S45, Y24).
 *
 * **Errors**: [IllegalArgumentException] for a limit of less than 1.
 */
public fun TaskScope.limited(limit: Int): LimitedScope = LimitedScope(this, limit)

/**
 * Starts tasks in a scope, so many at a time: who spawns one more waits for a free place (rows S45, Y24). Made by [limited]; each has places
 * of its own. The tasks are like all others of the scope: the first failure cancels them all, and is what the scope fails with.
 *
 * ```kotlin
 * taskScope {
 *     val downloads = limited(10)
 *     for (url in urls) downloads.spawn { fetch(url) }
 * }
 * ```
 * Around [blocking][io.duotone.coroutines.blocking.blocking] calls it is a view of the blocking pool with that many threads.
 *
 * A task that spawns here in turn has a place itself: with all places taken by such, all wait for ever.
 *
 * **Fairness**: places go to those who wait in the order in which they came.
 *
 * **Threads**: all members may be used from any thread.
 */
public class LimitedScope internal constructor(private val scope: TaskScope, public val limit: Int) {
    private val places = places(limit)

    /** How many tasks have a place. */
    public val running: Int get() = limit - places.availablePermits

    /**
     * Waits for a free place and spawns [block] there; see [TaskScope.spawn]. The place is free again when the task has ended, its cleanup
     * included.
     *
     * **Cancellation**: looked at first; of the wait: the block does not start. **Errors**: [IllegalStateException] when the scope has ended.
     */
    public suspend fun <T> spawn(name: String? = null, block: suspend TaskScope.() -> T): Deferred<T> {
        checkpoint()
        places.acquire()
        val task = try {
            scope.spawn(name, block = block)
        } catch (failure: Throwable) {
            places.release()
            throw failure
        }
        task.invokeOnCompletion { places.release() }
        return task
    }

    override fun toString(): String = "LimitedScope($running of $limit places taken, $scope)"
}

internal fun places(limit: Int): Semaphore {
    require(limit >= 1) { "limit is $limit: at least 1 task must run at a time" }
    return Semaphore(limit)
}
