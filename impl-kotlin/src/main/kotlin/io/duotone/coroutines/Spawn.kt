@file:JvmName("Spawning")

package io.duotone.coroutines

import io.duotone.Both
import io.duotone.Three
import io.duotone.coroutines.scope.LightGroup
import io.duotone.coroutines.scope.ScopeJob
import io.duotone.coroutines.scope.joinAllOutcomes
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.supervisorScope

/**
 * Starts [block] as a task of this scope and returns at once (row T11). Hot, and in a scope of kotlinx the same as `async` with a name: a
 * failure of the task fails the scope, also when the task is awaited. A [TaskScope] has more of this: see [TaskScope.spawn].
 */
public fun <T> CoroutineScope.spawn(name: String? = null, block: suspend CoroutineScope.() -> T): Deferred<T> =
    if (this is TaskScope) spawn(name, block = block) else async(nameContext(name), block = block)

/**
 * Starts two blocks and gives both results. Both run to their end even when one fails; the task then fails with the first failure,
 * the other is suppressed in it (row C3).
 *
 * **Cancellation**: cancelling the task cancels both; it ends after their cleanup.
 */
public fun <A, B> CoroutineScope.spawn(
    first: suspend CoroutineScope.() -> A,
    second: suspend CoroutineScope.() -> B,
): Deferred<Both<A, B>> = spawn {
    supervisorScope {
        val a = async(block = first)
        val b = async(block = second)
        joinAllOutcomes(a, b)
        Both(a.await(), b.await())
    }
}

/** Starts three blocks and gives the three results; failures and cancellation as for two. */
public fun <A, B, C> CoroutineScope.spawn(
    first: suspend CoroutineScope.() -> A,
    second: suspend CoroutineScope.() -> B,
    third: suspend CoroutineScope.() -> C,
): Deferred<Three<A, B, C>> = spawn {
    supervisorScope {
        val a = async(block = first)
        val b = async(block = second)
        val c = async(block = third)
        joinAllOutcomes(a, b, c)
        Three(a.await(), b.await(), c.await())
    }
}

/**
 * Starts all blocks as one group and gives the results in the order of the collection; an empty one gives an empty list. All run to
 * their end even when some fail; the task then fails with the first failure, the others are suppressed in it (rows T11, C3).
 *
 * The light way to start very many: the members share one job, and cost a fraction of a `launch` each. So only the whole group can
 * be cancelled, and a member is no scope: one that wants children of its own opens a `coroutineScope`.
 *
 * **Cancellation**: cancelling the task cancels every member; members not begun yet do not start. The task ends after the cleanup of
 * all that did.
 */
public fun <T> CoroutineScope.spawn(blocks: Collection<suspend () -> T>): Deferred<List<T>> =
    scopeJobOrNull()?.spawnHere { LightGroup.run(blocks) } ?: async(start = CoroutineStart.UNDISPATCHED) { LightGroup.run(blocks) }

private fun CoroutineScope.scopeJobOrNull(): ScopeJob<*>? = coroutineContext[Job] as? ScopeJob<*>
