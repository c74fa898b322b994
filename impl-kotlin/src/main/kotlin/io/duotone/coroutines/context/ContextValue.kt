@file:JvmName("ContextElements")

package io.duotone.coroutines.context

import io.duotone.ContextKey
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.withContext
import kotlin.coroutines.CoroutineContext

/**
 * The value as an element of a coroutine's context (rows T63, C28). It is inherited as all elements are, by whatever is launched or spawned in
 * a scope that has it, and by blocking calls; Java code that the coroutine calls, awaits or spawns sees it by [ContextKey.get], and the elements
 * of several keys stand side by side.
 *
 * ```
 * withContext(USER.asContextElement("ann")) { service.handle(request).await() }
 * ```
 * @param value by default the one of the calling code now. Null for none: hides one from outside
 */
@JvmOverloads
public fun <T : Any> ContextKey<T>.asContextElement(value: T? = get()): CoroutineContext.Element = ContextElement(this, value)

/** The value of [key] in this context; null for none (row C28). */
public operator fun <T : Any> CoroutineContext.get(key: ContextKey<T>): T? = this[ContextElement.Key(key)]?.value

/** Runs [block] with the value for this key; see [asContextElement]. Everything else is as for kotlinx's [withContext]. */
public suspend fun <T : Any, R> ContextKey<T>.withValue(value: T?, block: suspend CoroutineScope.() -> R): R =
    withContext(asContextElement(value), block)
