package io.duotone.coroutines

import io.duotone.Outcome
import io.duotone.Timed
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.ensureActive
import kotlin.coroutines.coroutineContext

/** The outcome of [block] as a value, unless it is the cancellation of the caller, which is thrown. */
internal suspend inline fun <T> resultOf(block: () -> T): Result<T> = try {
    Result.success(block())
} catch (cancelled: CancellationException) {
    coroutineContext.ensureActive()
    Result.failure(cancelled)
} catch (failure: Throwable) {
    Result.failure(failure)
}

/** Whether [discard] does anything with this value. */
internal val Any?.isDiscardable: Boolean get() = this is AutoCloseable || this is Outcome.Success<*> || this is Timed<*>

/** A value that came too late for whoever waited for it: what must be closed is closed, so that it is not lost. */
internal fun DuotoneRuntime.discard(value: Any?) {
    try {
        when (value) {
            is Timed<*> -> discard(value.valueOrNull)
            is Outcome.Success<*> -> discard(value.value)
            is AutoCloseable -> value.close()
        }
    } catch (failure: Throwable) {
        reportUncaught("closing what a cancelled task left behind", failure)
    }
}

/** As [discard], for an outcome; a failure that nobody hears of is reported. */
internal fun DuotoneRuntime.discardOutcome(outcome: Result<*>) {
    outcome.fold(::discard) { if (it !is CancellationException) reportUncaught("work whose outcome nobody took", it) }
}
