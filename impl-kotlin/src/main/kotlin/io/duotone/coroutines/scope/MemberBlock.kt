package io.duotone.coroutines.scope

import io.duotone.coroutines.engine.platform.uncheckedCastTo
import java.lang.invoke.MethodHandle
import kotlin.coroutines.Continuation
import kotlin.coroutines.intrinsics.startCoroutineUninterceptedOrReturn

/*
 * The blocks of a group, taken out of an array of Any and started without a check against an interface, for the reason that TaskSlots
 * gives: the language would check the class of the lambda against three of them in turn, for each member and on all workers.
 */

private val AS_BLOCK: MethodHandle = uncheckedCastTo(Function1::class.java)

/** What the compiler makes of a suspend lambda extends this; a reference to a suspend function, or a block made in Java, does not. */
private val COMPILED_LAMBDA: Class<*> = Class.forName("kotlin.coroutines.jvm.internal.BaseContinuationImpl")

/** [block] as what it is; nothing is checked. */
@Suppress("UNCHECKED_CAST")
internal fun <T> asBlock(block: Any?): suspend () -> T = AS_BLOCK.invokeExact(block) as suspend () -> T

/** As [startCoroutineUninterceptedOrReturn], which casts the block once more. */
@Suppress("UNCHECKED_CAST")
internal fun <T> startBlock(block: suspend () -> T, completion: Continuation<T>): Any? {
    if (!COMPILED_LAMBDA.isInstance(block)) return block.startCoroutineUninterceptedOrReturn(completion)
    val lambda: Any = block
    return (AS_BLOCK.invokeExact(lambda) as Function1<Continuation<T>, Any?>).invoke(completion)
}
