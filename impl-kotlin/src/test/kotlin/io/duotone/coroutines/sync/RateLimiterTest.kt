package io.duotone.coroutines.sync

import io.duotone.CancelReason
import io.duotone.WouldBlockException
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.HANG
import io.duotone.coroutines.reason
import io.duotone.coroutines.time.ManualTime
import io.duotone.coroutines.time.withManualTime
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import java.util.concurrent.TimeoutException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.Duration.Companion.seconds

internal class RateLimiterTest :
    FunSpec({
        /** Waits for permits, from the next wait of the caller on; gives when they came. */
        fun CoroutineScope.acquiring(time: ManualTime, limiter: RateLimiter, permits: Int = 1): Deferred<Duration> =
            async(start = CoroutineStart.UNDISPATCHED) {
                limiter.acquire(permits)
                time.now
            }

        test("C20 the burst goes at once, and then a permit comes after each part of the time") {
            withManualTime { time ->
                val limiter = rateLimiter(2, 10.seconds, burst = 3)
                repeat(3) { limiter.acquire() }
                limiter.available shouldBe 0
                val waits = List(3) { acquiring(time, limiter) }
                time.advance(5.seconds - 1.nanoseconds)
                waits.none { it.isCompleted } shouldBe true
                time.advance(1.nanoseconds)
                repeat(2) { time.advance(5.seconds) }
                waits.awaitAll() shouldContainExactly listOf(5.seconds, 10.seconds, 15.seconds)
                time.advance(100.seconds)
                limiter.available shouldBe 3
            }
        }

        test("C20 first come, first served: who wants few does not pass who wants many") {
            withManualTime { time ->
                val limiter = rateLimiter(1, 1.seconds, burst = 5)
                limiter.acquire(5)
                val many = acquiring(time, limiter, 4)
                val few = acquiring(time, limiter, 1)
                limiter.statistics().waiting() shouldBe 2
                time.advance(3.seconds)
                limiter.tryAcquire() shouldBe false
                few.isCompleted shouldBe false
                repeat(2) { time.advance(1.seconds) }
                many.await() shouldBe 4.seconds
                few.await() shouldBe 5.seconds
            }
        }

        test("C20 a cancelled wait takes nothing, and those behind it move up") {
            withManualTime { time ->
                val limiter = rateLimiter(1, 1.seconds, burst = 5)
                limiter.acquire(5)
                val many = acquiring(time, limiter, 5)
                val few = acquiring(time, limiter, 1)
                time.advance(2.seconds)
                many.cancel()
                few.await() shouldBe 2.seconds
                limiter.available shouldBe 1
            }
        }

        test("C20 permits that come for somebody who is cancelled at that moment go to the next") {
            withManualTime { time ->
                val limiter = rateLimiter(1, 1.seconds)
                limiter.acquire()
                val held = HeldBack()
                val cancelled = async(held, CoroutineStart.UNDISPATCHED) { limiter.acquire() }
                time.advance(1.seconds)
                held.size shouldBe 1
                val next = acquiring(time, limiter)
                cancelled.cancel()
                held.runAll()
                next.await() shouldBe 1.seconds
            }
        }

        test("C20 a wait that would be too long fails at once, with all who are before it") {
            withManualTime { time ->
                val limiter = rateLimiter(1, 1.seconds, burst = 2)
                limiter.acquire(2, Duration.ZERO)
                shouldThrow<TimeoutException> { limiter.acquire(1, Duration.ZERO) }.message shouldContain "0 of 2 permits there"
                shouldThrow<TimeoutException> { limiter.acquire(1, (-1).seconds) }
                val first = acquiring(time, limiter, 2)
                shouldThrow<TimeoutException> { limiter.acquire(1, 3.seconds - 1.nanoseconds) }
                val second = async(start = CoroutineStart.UNDISPATCHED) {
                    limiter.acquire(1, 3.seconds)
                    time.now
                }
                shouldThrow<TimeoutException> { limiter.acquire(1, 3.seconds) }
                limiter.statistics().waiting() shouldBe 2
                repeat(2) { time.advance(1.seconds) }
                first.await() shouldBe 2.seconds
                time.advance(1.seconds)
                second.await() shouldBe 3.seconds
                val endless = async(start = CoroutineStart.UNDISPATCHED) { limiter.acquire(1, Duration.INFINITE) }
                time.advance(1.seconds)
                endless.await()
            }
        }

        test("T33 C20 now or not at all") {
            withManualTime { time ->
                val limiter = time.runtime.rateLimiter(1, 1.seconds, burst = 2)
                limiter.tryAcquire(2) shouldBe true
                limiter.tryAcquire() shouldBe false
                shouldThrow<WouldBlockException> { limiter.acquireOrThrow() }.message shouldContain "0 of 2 permits there"
                time.advance(1.seconds)
                limiter.acquireOrThrow()
                limiter.toString() shouldBe "RateLimiter(1 per 1s, 0 of 2 permits there, 0 waiting)"
            }
        }

        test("C20 a cancelled coroutine takes nothing, also when permits are there") {
            withManualTime {
                val limiter = rateLimiter(1, 1.seconds)
                async(start = CoroutineStart.UNDISPATCHED) {
                    coroutineContext[Job]?.cancel()
                    shouldThrow<CancellationException> { limiter.acquire() }
                    shouldThrow<CancellationException> { limiter.acquire(1, 1.seconds) }
                }.join()
                limiter.available shouldBe 1
            }
        }

        test("C1 C20 waits are cancelled when the runtime closes, and refused afterwards") {
            val runtime = DuotoneRuntime()
            val limiter = runtime.rateLimiter(1, 1.days)
            limiter.tryAcquire() shouldBe true
            val waits = List(3) { CoroutineScope(Job()).async(start = CoroutineStart.UNDISPATCHED) { limiter.acquire() } }
            runtime.close()
            runBlocking {
                withTimeout(HANG) {
                    for (wait in waits) {
                        shouldThrow<CancellationException> { wait.await() }.reason.kind() shouldBe
                            CancelReason.Kind.SHUTDOWN
                    }
                    val late = runCatching { limiter.acquire() }.exceptionOrNull()
                    late.shouldBeInstanceOf<CancellationException>().reason.kind() shouldBe CancelReason.Kind.SHUTDOWN
                }
            }
            limiter.statistics().waiting() shouldBe 0
        }

        test("C20 bad rates and numbers are refused, with advice") {
            withManualTime { time ->
                val runtime = time.runtime
                shouldThrow<IllegalArgumentException> { runtime.rateLimiter(0, 1.seconds) }.message shouldContain "at least 1"
                for (per in listOf(Duration.ZERO, (-1).seconds, Duration.INFINITE, (365 * 100).days)) {
                    shouldThrow<IllegalArgumentException> { runtime.rateLimiter(1, per) }.message shouldContain "more than zero"
                }
                shouldThrow<IllegalArgumentException> { runtime.rateLimiter(1, 1.seconds, burst = 0) }.message shouldContain "at least 1"
                shouldThrow<IllegalArgumentException> { runtime.rateLimiter(1, 365.days, burst = 1_000) }.message shouldContain "70 years"
                val limiter = rateLimiter(5, 1.seconds, burst = 2)
                for (permits in listOf(-1, 0, 3)) {
                    shouldThrow<IllegalArgumentException> { limiter.acquire(permits) }.message shouldContain "between 1 and 2"
                    shouldThrow<IllegalArgumentException> { limiter.acquire(permits, 1.seconds) }
                    shouldThrow<IllegalArgumentException> { limiter.tryAcquire(permits) }
                }
            }
        }
    })
