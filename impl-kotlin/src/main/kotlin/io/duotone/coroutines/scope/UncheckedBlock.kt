package io.duotone.coroutines.scope

import java.lang.invoke.MethodHandle
import java.lang.invoke.MethodHandles
import java.lang.invoke.MethodType
import kotlin.coroutines.Continuation
import kotlin.coroutines.intrinsics.startCoroutineUninterceptedOrReturn

private val AS_BLOCK: MethodHandle = MethodHandles.explicitCastArguments(
    MethodHandles.identity(Any::class.java),
    MethodType.methodType(Function1::class.java, Any::class.java),
)
private val SUSPEND_LAMBDA: Class<*> = Class.forName("kotlin.coroutines.jvm.internal.BaseContinuationImpl")

@Suppress("UNCHECKED_CAST")
internal fun <T> asBlock(block: Any?): suspend () -> T = AS_BLOCK.invokeExact(block) as suspend () -> T

@Suppress("UNCHECKED_CAST")
internal fun <T> startUnchecked(block: suspend () -> T, completion: Continuation<T>): Any? =
    if (SUSPEND_LAMBDA.isInstance(block)) {
        val plain: Any = block
        (AS_BLOCK.invokeExact(plain) as Function1<Continuation<T>, Any?>).invoke(completion)
    } else {
        block.startCoroutineUninterceptedOrReturn(completion)
    }
