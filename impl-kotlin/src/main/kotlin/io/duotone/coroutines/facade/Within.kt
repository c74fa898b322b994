package io.duotone.coroutines.facade

import io.duotone.spi.Context

/** Runs code of Java on the calling thread, in this context. */
internal inline fun <T> Context.within(crossinline code: () -> T): T {
    val entered = Context.enter(this)
    try {
        val values = values()
        return if (values.bindsScopedValues()) values.call { code() } else code()
    } finally {
        Context.leave(entered)
    }
}
