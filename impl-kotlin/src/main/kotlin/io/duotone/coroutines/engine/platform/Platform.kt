package io.duotone.coroutines.engine.platform

import io.duotone.spi.ContextThread
import java.nio.channels.Selector

/**
 * The only source of time, randomness, threads and selectors: nothing above this package asks the JDK for them, so that a
 * test can put another platform underneath.
 */
internal interface Platform {
    /** Monotonic nanoseconds since this platform was made: starts near 0 and never overflows, so that `<` compares two of them. */
    fun nanoTime(): Long

    /** A seed for one source of pseudo-random numbers. */
    fun seed(): Long

    /** A new daemon thread, not started. [owner] is what [EngineThread.owner] gives on that thread. */
    fun thread(name: String, owner: Any?, body: Runnable): Thread

    /** A new thread that may block and is cheap where the JDK has virtual threads; null where it has none. */
    fun virtualThread(name: String, body: Runnable): Thread?

    /** Blocks the calling thread until [unpark], an interrupt, or [nanos] have passed; [Long.MAX_VALUE] means no limit. May return early. */
    fun park(nanos: Long)

    fun unpark(thread: Thread)

    fun openSelector(): Selector
}

/**
 * A thread of the engine. Knowing one's worker is on the path of every dispatch, where a field beats a thread local.
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | owner | constructor | the thread itself | final |
 */
internal class EngineThread(name: String, @JvmField val owner: Any?, body: Runnable) : ContextThread(body, name) {
    init {
        isDaemon = true
    }
}
