@file:JvmName("Reasons")

package io.duotone.coroutines

import io.duotone.CancelReason
import io.duotone.TaskCancelledException
import io.duotone.spi.Failures
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.TimeoutCancellationException

/**
 * Why the work was cancelled (row C6). A cancellation that Duotone raised carries its reason; one of kotlinx's own is read: a timeout
 * has the kind [TIMEOUT][CancelReason.Kind.TIMEOUT], a parent that was failed by another child
 * [SIBLING_FAILED][CancelReason.Kind.SIBLING_FAILED], and anything else [CANCELLED][CancelReason.Kind.CANCELLED].
 */
public val CancellationException.reason: CancelReason
    get() {
        val cause = cause
        return when {
            this is TaskCancelledException -> reason()

            this is TimeoutCancellationException -> CancelReason.of(CancelReason.Kind.TIMEOUT, message ?: "timed out")

            cause is CancellationException -> cause.reason

            // With a cause and of this very class it comes from somebody's cancel(message, cause); Job has a subclass of its own.
            cause != null && javaClass != CancellationException::class.java -> siblingFailed(cause, null)

            else -> CancelReason.of(this)
        }
    }

internal fun siblingFailed(failure: Throwable, origin: String?): CancelReason =
    CancelReason(CancelReason.Kind.SIBLING_FAILED, "a sibling failed with ${Failures.describe(failure)}", origin)

/** This cancellation as the one exception that tells its reason in both languages. */
internal fun CancellationException.withReason(): TaskCancelledException = this as? TaskCancelledException ?: TaskCancelledException(reason)
