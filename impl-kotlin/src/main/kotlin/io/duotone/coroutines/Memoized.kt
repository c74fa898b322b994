@file:JvmName("Memoizing")

package io.duotone.coroutines

import io.duotone.coroutines.scope.Memo

/** Work that is done once for all who await it; made by [memoized]. */
public interface Memoized<out T> {
    /** For the report of a cycle, reasons, dumps and logs. */
    public val name: String?

    /**
     * Gives the result of the one run: begins it, waits for it, or finds it ended (rows Y7, C25). Also on another runtime than that of
     * the run: the caller goes on where it is (row Y29).
     *
     * **Cancellation**: whoever is cancelled while it waits hurts no others; the last to go cancels the run, and so does the end of its
     * runtime (row C17). A cancelled run is no result: whoever awaits it next runs it anew, after its cleanup, and so does at once
     * who waits for it on a runtime that goes on.
     *
     * **Errors**: the failure of the run, which is remembered as a value is; [IllegalStateException] with the names, `a -> b -> a`, when
     * this wait would close a cycle of memoised coroutines that wait for one another (row Y9). Seen are all waits of a run and of the
     * scopes and tasks in it; not seen are those of tasks that it starts elsewhere, and waits by other means, a channel for one. The
     * cancellation of a run that was cancelled by itself.
     */
    public suspend fun await(): T
}

/**
 * Makes [block] work that is done once, at the first [await][Memoized.await] (rows Y7, C25). It runs as a task of the runtime itself, that of
 * the first who awaits it, and in no scope but its own. What it has come to is kept as long as the object that is returned.
 *
 * ```
 * val config = memoized("config") { loadConfig() }
 * val users = memoized("users") { connect(config.await().users) }
 * val orders = memoized("orders") { connect(config.await().orders) }
 * ```
 */
public fun <T> memoized(name: String? = null, block: suspend TaskScope.() -> T): Memoized<T> = Memo(name, block)
