package io.duotone.coroutines.engine.platform

import java.lang.invoke.MethodHandle
import java.lang.invoke.MethodHandles
import java.lang.invoke.MethodType

/**
 * A handle that takes an Any and gives it as [type], an interface, without looking at it: the verifier of the JVM treats interfaces as
 * Object, only the languages ask for the cast. What the cast would cost is told in TaskSlots. A wrong object fails later, at a call.
 *
 * Keep the handle in a static final field and call it by `invokeExact`.
 */
internal fun uncheckedCastTo(type: Class<*>): MethodHandle =
    MethodHandles.explicitCastArguments(MethodHandles.identity(Any::class.java), MethodType.methodType(type, Any::class.java))
