package io.duotone.coroutines.scope

/**
 * Lets the scopes that end on a thread end one after the other. The end of a scope is what its parent waits for, so they would otherwise
 * end inside each other, and ten thousand of them, one within the other, would take more stack than there is.
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | isRunning, next | the thread | the thread | a thread's own |
 */
internal class JoinLoop private constructor() {
    private var isRunning = false
    private val next = ArrayDeque<ScopeJob<*>>(0)

    private fun run(scope: ScopeJob<*>) {
        if (isRunning) {
            next += scope
            return
        }
        isRunning = true
        try {
            var current: ScopeJob<*>? = scope
            while (current != null) {
                current.joinNow()
                current = next.removeFirstOrNull()
            }
        } finally {
            isRunning = false
        }
    }

    companion object {
        private val OF_THREAD: ThreadLocal<JoinLoop> = ThreadLocal.withInitial(::JoinLoop)

        fun run(scope: ScopeJob<*>) {
            OF_THREAD.get().run(scope)
        }
    }
}
