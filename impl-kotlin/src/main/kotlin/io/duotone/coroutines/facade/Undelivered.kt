package io.duotone.coroutines.facade

/** A value that came too late for its task, which has been cancelled: what must be closed is closed, so that it is not lost. */
internal fun JavaRuntime.discard(value: Any?) {
    if (value !is AutoCloseable) return
    try {
        value.close()
    } catch (failure: Throwable) {
        kotlin.reportUncaught("closing what a cancelled task left behind", failure)
    }
}
