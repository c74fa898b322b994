package io.duotone.coroutines.scope

/**
 * Lets a scope end inside the end of another as long as that is not too deep; from then on they end one after the other. The end of a scope
 * is what its parent waits for, so ten thousand of them, one within the other, would take more stack than there is.
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | depth, next | the thread | the thread | a thread's own |
 */
internal class JoinLoop private constructor() {
    private var depth = 0
    private val next = ArrayDeque<ScopeJob<*>>(0)

    private fun run(scope: ScopeJob<*>) {
        if (depth == DEEPEST) {
            next += scope
            return
        }
        depth++
        var failure: Throwable? = null
        var current: ScopeJob<*>? = scope
        while (current != null) {
            try {
                current.joinNow()
            } catch (thrown: Throwable) {
                // Of the dispatcher of somebody who was resumed: the others end all the same.
                failure = failure ?: thrown
            }
            current = if (depth == 1) next.removeFirstOrNull() else null
        }
        depth--
        failure?.let { throw it }
    }

    companion object {
        private const val DEEPEST = 32

        private val OF_THREAD: ThreadLocal<JoinLoop> = ThreadLocal.withInitial(::JoinLoop)

        fun run(scope: ScopeJob<*>) {
            OF_THREAD.get().run(scope)
        }
    }
}
