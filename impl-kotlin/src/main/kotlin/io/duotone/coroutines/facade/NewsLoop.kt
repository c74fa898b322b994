package io.duotone.coroutines.facade

import java.util.concurrent.atomic.AtomicInteger

/**
 * What is done by one at a time, without a lock, whoever has news of it. They count it in [news]; the one who found none there goes through
 * all of it, in a loop. So foreign code that is called in a step is called by one at a time, and when it brings news itself, that does not
 * recurse.
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | news | whoever has news, and the one who goes through it | same | atomic; publishes what was written before |
 */
internal abstract class NewsLoop(atFirst: Int) {
    private val news = AtomicInteger(atFirst)

    /** Does what can be done next; false when nothing can. By one at a time. */
    protected abstract fun advance(): Boolean

    fun hasNews() {
        if (news.getAndIncrement() == 0) goThrough()
    }

    protected fun goThrough() {
        var seen = news.get()
        while (seen != 0) {
            do {
                val hasMore = advance()
            } while (hasMore)
            seen = news.addAndGet(-seen)
        }
    }
}
