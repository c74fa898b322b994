package io.duotone.coroutines.time

import io.duotone.Duotone
import io.duotone.DuotoneOptions
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.TaskScope
import io.duotone.coroutines.diagnosis
import io.duotone.coroutines.engine.platform.Platform
import io.duotone.coroutines.engine.platform.SystemPlatform
import io.duotone.coroutines.engine.timer.TimerEntry
import io.duotone.coroutines.watched
import kotlinx.coroutines.suspendCancellableCoroutine
import java.util.concurrent.atomic.AtomicLong
import kotlin.coroutines.resume
import kotlin.time.Duration

/** A runtime whose clock stands still until a test moves it on. */
internal class ManualTime(workers: Int, options: DuotoneOptions.Builder.() -> Unit) {
    private val clock = ManualClock()
    val runtime = DuotoneRuntime(Duotone.builder().name("manual-time").threads(workers).apply(options).build(), clock)

    /** The time of the runtime. */
    val now: Duration get() = runtime.time

    /** Moves the clock and makes every worker look at it; returns at once. */
    fun move(by: Duration) {
        clock.nanos.addAndGet(by.inWholeNanoseconds)
        runtime.pool.workers.forEach { it.parker.wake() }
    }

    /** Moves the clock, and returns when what was due has run, on one worker as far as its next wait. */
    suspend fun advance(by: Duration) {
        move(by)
        settle()
    }

    /** Timers come in the order of their deadlines: what was due before has been handed over, and runs before. */
    suspend fun settle() {
        repeat(2) {
            suspendCancellableCoroutine { waiter ->
                val last = object : TimerEntry() {
                    override fun run() = waiter.resume(Unit)
                }
                runtime.pool.schedule(last, runtime.platform.nanoTime())
            }
        }
    }

    private class ManualClock : Platform by SystemPlatform() {
        val nanos = AtomicLong()

        override fun nanoTime(): Long = nanos.get()
    }
}

/** Runs [body] on a runtime whose time it moves, under a watchdog. */
internal fun <T> withManualTime(
    workers: Int = 1,
    options: DuotoneOptions.Builder.() -> Unit = {},
    body: suspend TaskScope.(ManualTime) -> T,
): T {
    val time = ManualTime(workers, options)
    return time.runtime.use { runtime -> watched(state = runtime::diagnosis) { runtime.block { body(time) } } }
}
