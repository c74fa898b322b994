package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Coroutine
import io.duotone.Task
import io.duotone.TaskCancelledException
import io.duotone.spi.Failures
import java.util.concurrent.CompletionStage
import java.util.concurrent.Future
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater
import java.util.function.BiFunction

/**
 * Starts a coroutine, waits for the stage it returned, and stops that when it is to end early. Reports by exactly one of [returned] and
 * [failed].
 *
 * ```
 *           start: the stage is pending             the stage is done
 *   null ---------------------------------> held ----------------------> ENDED
 *     |                                       |                            ^
 *     |                                       +------------- stop ---------+
 *     |          the stage is done                                         |
 *     +--------------------------------------------------------------------+
 * ```
 * No-ops: stop in null (start looks at [stopReason] once the stage is held) and in ENDED.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | waitsFor | as above | the same | volatile, by CAS and getAndSet |
 */
internal abstract class StageFollower<T> : BiFunction<T?, Throwable?, Any?> {
    /** A task derived from the stage, since cancelling that cancels the stage only if nobody else waits for it; or the stage itself. */
    @Volatile
    private var waitsFor: Any? = null

    /** Why it should have been stopped, or null. */
    protected abstract fun stopReason(): CancelReason?

    protected abstract fun returned(value: T)

    protected abstract fun failed(failure: Throwable)

    /** Where failures go that have no other place. */
    protected abstract fun uncaught(failure: Throwable)

    fun start(coroutine: Coroutine<T>, scope: JavaScope) {
        val stage = try {
            scope.within { coroutine.start(scope) as CompletionStage<T>? }
                ?: throw NullPointerException("the coroutine returned null instead of a stage: $coroutine")
        } catch (failure: Throwable) {
            return failed(Failures.unwrap(failure))
        }
        follow(stage)
    }

    private fun follow(stage: CompletionStage<T>) {
        if (stage is Task<T> && stage.isDone && !stage.isCompletedExceptionally) return returned(stage.join())
        val derived = try {
            stage.handle(this)
        } catch (failure: Throwable) {
            return failed(failure)
        }
        val held = if (stage is Task<*>) derived else stage
        if (WAITS_FOR.compareAndSet(this, null, held)) stopReason()?.let(::stop)
    }

    override fun apply(value: T?, failure: Throwable?): Any? {
        if (WAITS_FOR.getAndSet(this, ENDED) === ENDED) return null
        if (failure != null) {
            failed(Failures.unwrap(failure))
        } else {
            @Suppress("UNCHECKED_CAST")
            returned(value as T)
        }
        return null
    }

    fun stop(reason: CancelReason) {
        val held = waitsFor
        if (held == null || held === ENDED || !WAITS_FOR.compareAndSet(this, held, ENDED)) return
        try {
            if (held is Task<*>) held.cancel(reason) else (held as? Future<*>)?.cancel(true)
        } catch (_: UnsupportedOperationException) {
            // A minimal stage: it offers no way to stop what it waits for.
        } catch (failure: Throwable) {
            uncaught(failure)
        }
        failed(TaskCancelledException(reason))
    }

    private companion object {
        val ENDED = Any()

        val WAITS_FOR: AtomicReferenceFieldUpdater<StageFollower<*>, Any?> =
            AtomicReferenceFieldUpdater.newUpdater(StageFollower::class.java, Any::class.java, "waitsFor")
    }
}
