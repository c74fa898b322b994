package io.duotone.coroutines.engine.platform

import kotlinx.coroutines.ThreadContextElement
import kotlin.coroutines.CoroutineContext

/** Whether something has to be set on the thread each time a coroutine with this context runs. (In debug mode: always, its name.) */
internal val CoroutineContext.hasThreadContextElements: Boolean
    get() = fold(false) { found, element -> found || element is ThreadContextElement<*> }

/** Runs [block] with the thread context elements of this context set on the calling thread, as a dispatcher does it for a coroutine. */
internal inline fun <T> CoroutineContext.setOnThread(block: () -> T): T {
    if (!hasThreadContextElements) return block()
    val elements = ElementsOnThread(this)
    elements.set()
    try {
        return block()
    } finally {
        elements.restore()
    }
}

/** The thread context elements of a context, and what the thread had before. */
internal class ElementsOnThread(private val context: CoroutineContext) {
    private class Before<S>(private val element: ThreadContextElement<S>, context: CoroutineContext) {
        private val state = element.updateThreadContext(context)

        fun restore(context: CoroutineContext) {
            element.restoreThreadContext(context, state)
        }
    }

    private val before = ArrayDeque<Before<*>>()

    fun set() {
        try {
            context.fold(Unit) { _, element -> if (element is ThreadContextElement<*>) before.addLast(Before(element, context)) }
        } catch (failure: Throwable) {
            restore()
            throw failure
        }
    }

    /** The last first. */
    fun restore() {
        while (true) (before.removeLastOrNull() ?: return).restore(context)
    }
}
