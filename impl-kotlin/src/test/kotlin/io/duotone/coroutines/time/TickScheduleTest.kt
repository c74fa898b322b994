package io.duotone.coroutines.time

import io.duotone.MissedTicks
import io.duotone.coroutines.engine.platform.LATEST_DEADLINE
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

internal class TickScheduleTest :
    FunSpec({
        // Due at 0, 10, 20...; taken at 0 and 10, then the taker is busy until 35.
        for ((missed, later) in listOf(
            MissedTicks.DELAY to listOf(45L, 55L, 65L),
            MissedTicks.BURST to listOf(30L, 40L, 50L),
            MissedTicks.SKIP to listOf(40L, 50L, 60L),
        )) {
            test("C24 what follows a late tick: $missed") {
                val schedule = TickSchedule(10, 0, missed)
                schedule.take(0, hasWaited = false).missed shouldBe 0
                schedule.take(10, hasWaited = true).missed shouldBe 0
                schedule.deadline shouldBe 20
                schedule.take(35, hasWaited = false).missed shouldBe 1
                val due = List(3) {
                    schedule.deadline.also { schedule.take(maxOf(it, 35), hasWaited = it > 35) }
                }
                due shouldBe later
            }
        }

        test("T31 a tick on time is followed by one a period after its deadline, however long waking up took") {
            for (missed in MissedTicks.entries) {
                val schedule = TickSchedule(10, 100, missed)
                schedule.take(100, hasWaited = false)
                schedule.deadline shouldBe 110
                schedule.take(119, hasWaited = true).missed shouldBe 0
                schedule.deadline shouldBe 120
            }
        }

        test("T31 waking up a whole period too late is late") {
            for ((missed, next) in listOf(MissedTicks.DELAY to 135L, MissedTicks.BURST to 110L, MissedTicks.SKIP to 130L)) {
                val schedule = TickSchedule(10, 100, missed)
                schedule.take(125, hasWaited = true).missed shouldBe 2
                schedule.deadline shouldBe next
            }
        }

        test("T31 late by a whole number of periods, the next is a full one away unless it bursts") {
            for ((missed, next) in listOf(MissedTicks.DELAY to 40L, MissedTicks.BURST to 10L, MissedTicks.SKIP to 40L)) {
                val schedule = TickSchedule(10, 0, missed)
                schedule.take(30, hasWaited = false).missed shouldBe 3
                schedule.deadline shouldBe next
            }
        }

        test("T31 the last tick can be given back, an earlier one not, and none after a restart") {
            val schedule = TickSchedule(10, 0, MissedTicks.DELAY)
            val first = schedule.take(3, hasWaited = false)
            schedule.giveBack(first)
            schedule.deadline shouldBe 0
            schedule.giveBack(first)
            val second = schedule.take(3, hasWaited = false)
            val third = schedule.take(13, hasWaited = true)
            schedule.giveBack(second)
            schedule.deadline shouldBe 23
            schedule.restart(100)
            schedule.giveBack(third)
            schedule.deadline shouldBe 100
        }

        test("T31 the end of the clock is not passed") {
            for (missed in MissedTicks.entries) {
                for (at in listOf(-(1L shl 62), 0, 5, LATEST_DEADLINE - 1)) {
                    val schedule = TickSchedule(Long.MAX_VALUE, at, missed)
                    schedule.take(maxOf(at, 7), hasWaited = false)
                    (schedule.deadline in 7..LATEST_DEADLINE) shouldBe true
                }
            }
        }
    })
