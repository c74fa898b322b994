package io.duotone.coroutines.engine.platform

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import java.time.Duration

internal class DeadlineTest :
    FunSpec({
        val atTen = object : Platform by SystemPlatform() {
            override fun nanoTime(): Long = 10
        }

        test("a deadline beyond the clock is its last time, and never that of no deadline") {
            atTen.deadlineAfter(0) shouldBe 10
            atTen.deadlineAfter(5) shouldBe 15
            atTen.deadlineAfter(LATEST_DEADLINE - 10) shouldBe LATEST_DEADLINE
            for (nanos in listOf(LATEST_DEADLINE - 9, LATEST_DEADLINE, Long.MAX_VALUE)) atTen.deadlineAfter(nanos) shouldBe LATEST_DEADLINE
        }

        test("a duration of more than 292 years has as many nanoseconds as there can be") {
            Duration.ofSeconds(2, 3).toNanosAtMost() shouldBe 2_000_000_003
            Duration.ofNanos(Long.MAX_VALUE - 1_000_000_000).toNanosAtMost() shouldBe Long.MAX_VALUE - 1_000_000_000
            for (long in listOf(Duration.ofNanos(Long.MAX_VALUE), Duration.ofSeconds(Long.MAX_VALUE), Duration.ofDays(365 * 293))) {
                long.toNanosAtMost() shouldBe Long.MAX_VALUE
            }
        }
    })
