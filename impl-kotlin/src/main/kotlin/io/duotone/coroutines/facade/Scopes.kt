@file:JvmName("Scopes")

package io.duotone.coroutines.facade

import io.duotone.Scope
import io.duotone.coroutines.runtimeOf
import kotlinx.coroutines.CoroutineScope

/**
 * The Java face of this scope: what is spawned in it is a child of this scope's job, and runs on the runtime of the scope's dispatcher,
 * else of the calling thread, else on the shared one. [asKotlin] gives this very scope back; two faces of one scope are equal.
 *
 * **Errors**: [IllegalArgumentException] when the scope has no job.
 */
public fun CoroutineScope.asJava(): Scope = if (this is TaskJob<*>) scope else JavaScope(runtimeOf(coroutineContext).javaFace, this)

/** The Kotlin face of this scope: always the same object, and what is launched in it is a child of this scope. */
public fun Scope.asKotlin(): CoroutineScope = javaScope.forKotlin()

internal val Scope.javaScope: JavaScope
    get() = requireNotNull(this as? JavaScope) { "not a scope of this library: $this" }
