package io.duotone.coroutines.facade

import io.duotone.Task

/** What could be had without a wait. */
internal open class DoneTask<T>(face: JavaRuntime, value: T) : Task<T>(face.executor(), null) {
    init {
        succeed(value)
    }
}

/** What was refused without a wait. */
internal class FailedTask<T>(face: JavaRuntime, failure: Throwable) : Task<T>(face.executor(), null) {
    init {
        fail(failure)
    }
}
