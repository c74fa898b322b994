package io.duotone.coroutines.context

import io.duotone.ContextKey
import io.duotone.spi.Context
import io.duotone.spi.ContextTarget
import io.duotone.spi.ContextValues
import io.duotone.spi.ThreadState
import kotlinx.coroutines.ThreadContextElement
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext

/** The value of a [ContextKey] in the context of a coroutine: while the coroutine runs, Java code that it calls has the value too. */
internal class ContextElement<T : Any>(val target: ContextTarget<T>, val value: T?) : ThreadContextElement<Any?> {
    /** Of elements for one key a context has one. */
    data class Key<T : Any>(private val target: ContextTarget<T>) : CoroutineContext.Key<ContextElement<T>>

    override val key: Key<T> = Key(target)

    override fun updateThreadContext(context: CoroutineContext): Any? {
        val outer = Context.current()
        return Context.enter(Context.of((outer?.values() ?: ContextValues.NONE).with(target, value), outer?.scopeOrNull()))
    }

    override fun restoreThreadContext(context: CoroutineContext, oldState: Any?) {
        Context.leave(oldState)
    }

    override fun toString(): String = "$target=$value"
}

/** A thread context element of kotlinx or of somebody else, set around Java code that is started from a scope which has it. */
private class ElementState<S>(private val element: ThreadContextElement<S>, private val context: CoroutineContext) : ThreadState {
    override fun subject(): Any = element

    override fun install(): Any? = element.updateThreadContext(context)

    /** What an element is when there is none, it does not say; kotlinx leaves it too. */
    override fun clear(): Any? = NOTHING_DONE

    override fun restore(before: Any?) {
        @Suppress("UNCHECKED_CAST")
        if (before !== NOTHING_DONE) element.restoreThreadContext(context, before as S)
    }

    override fun equals(other: Any?): Boolean = other is ElementState<*> && other.element === element

    override fun hashCode(): Int = System.identityHashCode(element)

    private companion object {
        val NOTHING_DONE = Any()
    }
}

/** What Java code has that runs in a coroutine with this context. */
internal fun CoroutineContext.contextValues(): ContextValues = fold(ContextValues.NONE) { values, element ->
    when (element) {
        is ContextElement<*> -> values.with(element)
        is ThreadContextElement<*> -> values.with(ElementState(element, this))
        else -> values
    }
}

private fun <T : Any> ContextValues.with(element: ContextElement<T>) = with(element.target, element.value)

/** The elements for a coroutine with these values. */
internal fun ContextValues.elements(): CoroutineContext {
    var elements: CoroutineContext = EmptyCoroutineContext
    forEach { target, value -> elements += elementOf(target, value) }
    return elements
}

@Suppress("UNCHECKED_CAST")
private fun elementOf(target: ContextTarget<*>, value: Any?) = ContextElement(target as ContextTarget<Any>, value)

/** The elements for a coroutine with the values of the code on the calling thread. */
internal fun currentElements(): CoroutineContext = Context.current()?.values()?.elements() ?: EmptyCoroutineContext
