package io.duotone.coroutines.time

import io.duotone.CancelReason
import io.duotone.ConcurrentOperationException
import io.duotone.MissedTicks
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.HANG
import io.duotone.coroutines.reason
import io.duotone.coroutines.runDuotone
import io.duotone.coroutines.withRuntime
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.comparables.shouldBeGreaterThanOrEqualTo
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldNotContain
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.Duration.Companion.seconds

internal class IntervalTest :
    FunSpec({
        /** Waits for a tick, from the next wait of the caller on; gives when it came. */
        fun CoroutineScope.ticking(time: ManualTime, interval: Interval): Deferred<Duration> =
            async(start = CoroutineStart.UNDISPATCHED) {
                interval.tick()
                time.now
            }

        test("T31 the first tick comes at once, each other a period after the last") {
            withManualTime { time ->
                val interval = interval(10.seconds)
                interval.period shouldBe 10.seconds
                interval.tick() shouldBe 0
                time.now shouldBe Duration.ZERO
                repeat(3) { round ->
                    val tick = ticking(time, interval)
                    time.advance(10.seconds - 1.nanoseconds)
                    tick.isActive shouldBe true
                    time.advance(1.nanoseconds)
                    tick.await() shouldBe 10.seconds * (round + 1)
                }
            }
        }

        test("T31 the first tick comes at the time that was asked for") {
            withManualTime { time ->
                time.advance(3.seconds)
                val tick = ticking(time, interval(10.seconds, at = 5.seconds))
                time.advance(1.seconds)
                time.advance(1.seconds)
                tick.await() shouldBe 5.seconds
            }
        }

        for ((missed, expected) in listOf(
            MissedTicks.DELAY to listOf(35, 45, 55),
            MissedTicks.BURST to listOf(35, 35, 40),
            MissedTicks.SKIP to listOf(35, 40, 50),
        )) {
            test("T31 C24 a late tick fires at once, and then: $missed") {
                withManualTime { time ->
                    val interval = interval(10.seconds, missed = missed)
                    interval.tick()
                    time.advance(10.seconds)
                    interval.tick() shouldBe 0
                    time.advance(25.seconds)
                    interval.tick() shouldBe 1
                    val ticks = mutableListOf(time.now)
                    repeat(2) {
                        val tick = ticking(time, interval)
                        while (tick.isActive) time.advance(1.seconds)
                        ticks += tick.await()
                    }
                    ticks shouldContainExactly expected.map { it.seconds }
                }
            }
        }

        test("T31 a first tick in the past is late") {
            withManualTime { time ->
                time.advance(35.seconds)
                val interval = interval(10.seconds, at = 5.seconds, missed = MissedTicks.SKIP)
                interval.tick() shouldBe 3
                val next = ticking(time, interval)
                time.advance(10.seconds)
                next.await() shouldBe 45.seconds
            }
        }

        test("T31 a period that is not positive is refused, with advice") {
            withManualTime { time ->
                for (period in listOf(Duration.ZERO, (-1).seconds, -Duration.INFINITE)) {
                    shouldThrow<IllegalArgumentException> { interval(period) }.message shouldContain
                        "must be more than zero, but is $period"
                    shouldThrow<IllegalArgumentException> { time.runtime.interval(period) }
                }
            }
        }

        test("T31 a cancelled tick takes its timer out and is not lost") {
            withManualTime { time ->
                val interval = interval(10.seconds, at = 10.seconds)
                val cancelled = ticking(time, interval)
                interval.toString() shouldContain "waited for"
                cancelled.cancelAndJoin()
                interval.toString() shouldNotContain "waited for"
                val next = ticking(time, interval)
                time.advance(10.seconds)
                next.await() shouldBe 10.seconds
            }
        }

        test("T31 a tick that comes for somebody who is cancelled at that moment is there for the next") {
            withManualTime { time ->
                val interval = interval(10.seconds, at = 10.seconds)
                val queue = QueueDispatcher()
                val cancelled = async(queue, CoroutineStart.UNDISPATCHED) { interval.tick() }
                time.advance(10.seconds)
                queue.tasks.size shouldBe 1
                val meanwhile = ticking(time, interval)
                cancelled.cancel()
                queue.runAll()
                cancelled.isCancelled shouldBe true
                time.settle()
                meanwhile.await() shouldBe 10.seconds
                val next = ticking(time, interval)
                time.advance(10.seconds)
                next.await() shouldBe 20.seconds
            }
        }

        test("T31 a cancelled coroutine gets no tick, also a late one") {
            withManualTime { time ->
                val interval = interval(10.seconds)
                async(start = CoroutineStart.UNDISPATCHED) {
                    coroutineContext[Job]?.cancel()
                    shouldThrow<CancellationException> { interval.tick() }
                }.join()
                time.advance(1.seconds)
                interval.tick() shouldBe 0
                val next = ticking(time, interval)
                time.advance(10.seconds)
                next.await() shouldBe 11.seconds
            }
        }

        test("C27 T31 a second tick at the same time is refused, and the first goes on") {
            withManualTime { time ->
                val interval = interval(10.seconds, at = 10.seconds)
                val first = ticking(time, interval)
                shouldThrow<ConcurrentOperationException> { interval.tick() }.message shouldContain "another tick is waited for"
                time.advance(10.seconds)
                first.await() shouldBe 10.seconds
            }
        }

        test("C27 T31 a tick that was cancelled but is still on its way out does not stand in the way") {
            withManualTime { time ->
                val interval = interval(10.seconds, at = 10.seconds)
                val queue = QueueDispatcher()
                val leaving = async(queue, CoroutineStart.UNDISPATCHED) { interval.tick() }
                leaving.cancel()
                leaving.isCompleted shouldBe false
                val next = ticking(time, interval)
                queue.runAll()
                time.advance(10.seconds)
                next.await() shouldBe 10.seconds
            }
        }

        test("T31 reset begins anew, and moves a tick that is waited for") {
            withManualTime { time ->
                val interval = interval(10.seconds, at = 10.seconds)
                val later = ticking(time, interval)
                interval.reset(at = 15.seconds)
                time.advance(10.seconds)
                later.isActive shouldBe true
                time.advance(5.seconds)
                later.await() shouldBe 15.seconds
                val atOnce = ticking(time, interval)
                interval.reset()
                time.settle()
                atOnce.await() shouldBe 15.seconds
                val next = ticking(time, interval)
                time.advance(10.seconds)
                next.await() shouldBe 25.seconds
            }
        }

        test("T31 as a flow, for one collector at a time") {
            withManualTime { time ->
                val interval = interval(10.seconds)
                val first = async(start = CoroutineStart.UNDISPATCHED) { interval.asFlow().take(3).toList() }
                shouldThrow<ConcurrentOperationException> { interval.asFlow().first() }
                repeat(2) { time.advance(10.seconds) }
                first.await() shouldContainExactly listOf(0L, 0L, 0L)
            }
        }

        test("C1 T31 a tick is cancelled when the runtime closes, and refused afterwards") {
            fun runtimeWithTick(): Triple<DuotoneRuntime, Interval, Deferred<Long>> {
                val runtime = DuotoneRuntime()
                val interval = runtime.interval(1.seconds, at = Duration.INFINITE)
                return Triple(runtime, interval, CoroutineScope(Job()).async(start = CoroutineStart.UNDISPATCHED) { interval.tick() })
            }
            val (runtime, interval, tick) = runtimeWithTick()
            runtime.close()
            runBlocking {
                withTimeout(HANG) {
                    shouldThrow<CancellationException> { tick.await() }.reason.kind() shouldBe CancelReason.Kind.SHUTDOWN
                    shouldThrow<CancellationException> { interval.tick() }.reason.kind() shouldBe CancelReason.Kind.SHUTDOWN
                }
            }
        }

        test("T31 T28 in real time no tick comes before its time") {
            runDuotone {
                val begin = interval(1.seconds).runtime.time
                val interval = interval(2.milliseconds)
                repeat(5) { round ->
                    interval.tick()
                    (interval.runtime.time - begin) shouldBeGreaterThanOrEqualTo (2.milliseconds * round)
                }
            }
        }

        test("T31 an interval of another runtime ticks on the clock of that one") {
            withRuntime("other", 1) { other ->
                runDuotone {
                    val interval = other.interval(1.milliseconds)
                    repeat(3) { interval.tick() }
                    other.time shouldBeGreaterThanOrEqualTo 2.milliseconds
                }
            }
        }
    })

/** Keeps what it is to run until it is told to. */
private class QueueDispatcher : CoroutineDispatcher() {
    val tasks = ArrayDeque<Runnable>()

    override fun dispatch(context: CoroutineContext, block: Runnable) {
        tasks += block
    }

    fun runAll() {
        while (true) (tasks.removeFirstOrNull() ?: return).run()
    }
}
