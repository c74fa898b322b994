package io.duotone.coroutines.sync

import io.duotone.coroutines.engine.platform.LATEST_DEADLINE
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import java.math.BigInteger

internal class TokenBucketTest :
    FunSpec({
        test("C20 it is full at first, and a permit comes after each part of the time, to the nanosecond") {
            val bucket = TokenBucket(permits = 3, per = 10, burst = 3, now = 100)
            bucket.available(100) shouldBe 3
            bucket.take(3, 100) shouldBe true
            bucket.available(100) shouldBe 0
            // A third of ten nanoseconds each: after 3.3, 6.7 and 10.
            listOf(103L to 0, 104L to 1, 106L to 1, 107L to 2, 109L to 2, 110L to 3, 1_000L to 3).forEach { (now, available) ->
                bucket.available(now) shouldBe available
            }
            bucket.dueAt(1, 100) shouldBe 104
            bucket.dueAt(2, 100) shouldBe 107
            bucket.dueAt(3, 100) shouldBe 110
            bucket.dueAt(4, 100) shouldBe 114
            bucket.dueAt(6, 100) shouldBe 120
        }

        test("C20 no nanosecond is lost over many permits") {
            val bucket = TokenBucket(permits = 7, per = 1_000, burst = 1, now = 0)
            var now = 0L
            repeat(7 * 1_000 + 1) {
                now = maxOf(now, bucket.dueAt(1, now))
                bucket.take(1, now) shouldBe true
                bucket.take(1, now) shouldBe false
            }
            // Each at the first whole nanosecond, which is where the next begins to count only if it was exact.
            (now in 1_000_000L..1_000_000L + 7_000) shouldBe true
        }

        test("C20 while somebody always waits the rate is exact") {
            val bucket = TokenBucket(permits = 7, per = 1_000, burst = 2, now = 0)
            bucket.take(2, 0)
            repeat(7 * 1_000) { n ->
                val due = bucket.dueAt(1, 0)
                due shouldBe (1_000L * (n + 1) + 6) / 7
                bucket.take(1, due) shouldBe true
            }
        }

        test("C20 what is given back is as if it had not been taken") {
            val bucket = TokenBucket(permits = 3, per = 10, burst = 5, now = 0)
            for (n in 1..5) {
                bucket.take(n, 0) shouldBe true
                bucket.giveBack(n)
                bucket.available(0) shouldBe 5
            }
            bucket.take(4, 0)
            bucket.take(1, 0)
            bucket.giveBack(4)
            bucket.available(0) shouldBe 4
            bucket.dueAt(5, 0) shouldBe 4
        }

        test("C20 numbers at the edge of the clock do not overflow") {
            val slow = TokenBucket(permits = 1, per = 1L shl 61, burst = 1, now = 5)
            slow.take(1, 5) shouldBe true
            slow.dueAt(1, 5) shouldBe 5 + (1L shl 61)
            slow.dueAt(1L shl 40, 5) shouldBe LATEST_DEADLINE
            val fast = TokenBucket(permits = Int.MAX_VALUE, per = 1, burst = Int.MAX_VALUE, now = 0)
            fast.take(Int.MAX_VALUE, 0) shouldBe true
            fast.dueAt(Int.MAX_VALUE.toLong(), 0) shouldBe 1
            fast.available(1) shouldBe Int.MAX_VALUE
            val odd = TokenBucket(permits = Int.MAX_VALUE, per = (1L shl 61) - 1, burst = Int.MAX_VALUE, now = 0)
            odd.take(Int.MAX_VALUE - 1, 0) shouldBe true
            val exact = BigInteger.valueOf((1L shl 61) - 1) * BigInteger.valueOf(Int.MAX_VALUE - 1L)
            val (whole, rest) = exact.divideAndRemainder(BigInteger.valueOf(Int.MAX_VALUE.toLong()))
            odd.dueAt(Int.MAX_VALUE.toLong(), 0) shouldBe whole.toLong() + if (rest.signum() > 0) 1 else 0
        }
    })
