package io.duotone.coroutines.sync

import io.duotone.coroutines.watched
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext

/** Keeps what it is to run until it is told to: so a test stands between a hand-over and what goes on with it. */
internal class HeldBack : CoroutineDispatcher() {
    private val tasks = ArrayDeque<Runnable>()
    val size: Int get() = tasks.size

    override fun dispatch(context: CoroutineContext, block: Runnable) {
        tasks += block
    }

    fun runAll() {
        while (true) (tasks.removeFirstOrNull() ?: return).run()
    }
}

/** Runs [body] on one thread, so that its order is known, under a watchdog. */
internal fun onOneThread(body: suspend CoroutineScope.() -> Unit): Unit = watched { runBlocking { body() } }

/** Begins [block] at once, up to its first wait. */
internal fun <T> CoroutineScope.begin(dispatcher: CoroutineDispatcher? = null, block: suspend CoroutineScope.() -> T): Deferred<T> =
    async(dispatcher ?: EmptyCoroutineContext, CoroutineStart.UNDISPATCHED, block)

/** Lets go on whatever can. */
internal suspend fun settle() {
    repeat(5) { yield() }
}

/** Runs [block] in a coroutine that is cancelled already; gives what it throws. */
internal suspend fun CoroutineScope.cancelled(block: suspend () -> Unit): Throwable? {
    var thrown: Throwable? = null
    begin {
        coroutineContext[Job]!!.cancel()
        thrown = runCatching { block() }.exceptionOrNull()
    }.join()
    return thrown
}
