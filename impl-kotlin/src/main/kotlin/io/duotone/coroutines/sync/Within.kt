package io.duotone.coroutines.sync

import io.duotone.coroutines.context.checkpoint
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.withTimeoutOrNull
import java.util.concurrent.TimeoutException
import kotlin.time.Duration

/**
 * Acquires something within a time. A timeout that strikes when it has been acquired already comes too late, and a cancellation at that
 * moment gives it back.
 */
internal suspend inline fun within(
    timeout: Duration,
    what: Any,
    tryAcquire: () -> Boolean,
    crossinline acquire: suspend () -> Unit,
    release: () -> Unit,
) {
    checkpoint()
    if (tryAcquire()) return
    var isAcquired = false
    try {
        withTimeoutOrNull(timeout) {
            acquire()
            isAcquired = true
        }
    } catch (cancelled: CancellationException) {
        if (isAcquired) release()
        throw cancelled
    }
    if (!isAcquired) throw TimeoutException("waited $timeout for $what")
}
