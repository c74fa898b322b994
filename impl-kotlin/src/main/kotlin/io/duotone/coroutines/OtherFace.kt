package io.duotone.coroutines

import java.util.concurrent.atomic.AtomicReference

/**
 * The face of an object in the other language, made at the first use by a layer above and then always the same.
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | the value | the first whose face gets in | any thread | atomic |
 */
internal class OtherFace : AtomicReference<Any?>() {
    inline fun <reified F : Any> orMake(make: () -> F): F = get() as F? ?: putIfFirst(make()) as F

    fun putIfFirst(face: Any): Any = if (compareAndSet(null, face)) face else checkNotNull(get())
}
