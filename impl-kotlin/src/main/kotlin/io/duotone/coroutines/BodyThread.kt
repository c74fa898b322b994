package io.duotone.coroutines

import io.duotone.CancelReason

/**
 * The `async` body that a thread is running for the await tone: which runtime it belongs to, and why it has been cancelled.
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | reason | whoever cancels the body, once | the body's thread | volatile |
 */
internal class BodyThread(val runtime: DuotoneRuntime) {
    @Volatile
    var reason: CancelReason? = null

    /** Runs [body] with this as the calling thread's current body. */
    inline fun <T> run(body: () -> T): T {
        CURRENT.set(this)
        try {
            return body()
        } finally {
            CURRENT.remove()
        }
    }

    companion object {
        @PublishedApi
        internal val CURRENT = ThreadLocal<BodyThread>()

        fun currentOrNull(): BodyThread? = CURRENT.get()
    }
}
