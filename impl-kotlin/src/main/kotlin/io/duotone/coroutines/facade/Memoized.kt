@file:JvmName("MemoizedCoroutines")

package io.duotone.coroutines.facade

import io.duotone.Coroutine
import io.duotone.Scope
import io.duotone.Task
import io.duotone.coroutines.Memoized
import io.duotone.coroutines.scope.Memo

/**
 * The Java face of this work: always the same object. Starting it, spawning it for one, awaits the one run, which is the same for both
 * languages (rows Y7, C25).
 */
public fun <T> Memoized<T>.asJava(): Coroutine<T> {
    val memo = requireNotNull(this as? Memo<T>) { "not a memoised coroutine of this library: $this" }
    return memo.otherFace.orMake { MemoCoroutine(memo) }
}

/** Done once for all who await the coroutine that is returned. */
internal fun <T> memoizedForJava(name: String?, coroutine: Coroutine<T>): Coroutine<T> =
    coroutine as? MemoCoroutine<T> ?: Memo(name) { coroutine.startHere(this) }.asJava()

private class MemoCoroutine<T>(private val memo: Memo<T>) : Coroutine<T> {
    override fun start(scope: Scope): Task<T> = scope.javaScope.call(memo.name) { memo.await() }

    override fun toString(): String = memo.toString()
}
