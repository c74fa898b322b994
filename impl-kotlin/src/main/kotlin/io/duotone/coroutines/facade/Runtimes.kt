@file:JvmName("Runtimes")

package io.duotone.coroutines.facade

import io.duotone.Duotone
import io.duotone.coroutines.DuotoneRuntime

/** The Java face of this runtime: always the same object, and [asKotlin] gives this one back. */
public fun DuotoneRuntime.asJava(): Duotone = javaFace

/** The Kotlin face of this runtime: always the same object, and [asJava] gives this one back. */
public fun Duotone.asKotlin(): DuotoneRuntime = javaRuntime.kotlin

internal val DuotoneRuntime.javaFace: JavaRuntime get() = otherFace.orMake { JavaRuntime(this) }

internal val Duotone.javaRuntime: JavaRuntime
    get() = requireNotNull(this as? JavaRuntime) { "not a runtime of this library: $this" }

/** For objects that belong to no runtime: that of the calling thread, and outside of any the shared one. */
internal fun currentFace(): JavaRuntime = (DuotoneRuntime.currentOrNull() ?: DuotoneRuntime.shared).javaFace
