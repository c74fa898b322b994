package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.MissedTicks
import io.duotone.Task
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.runDuotone
import io.duotone.coroutines.taskScope
import io.duotone.coroutines.time.cycle
import io.duotone.coroutines.time.interval
import io.duotone.coroutines.time.withManualTime
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.optional.shouldBeEmpty
import io.kotest.matchers.optional.shouldBePresent
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.withContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toJavaDuration

/** The Java faces of what depends on time, while it stands still. */
internal class TimesTest :
    FunSpec({
        test("intervals and cycles have one face in the other language, and keep it") {
            withManualTime {
                val interval = interval(1.seconds)
                interval.asJava().asKotlin() shouldBeSameInstanceAs interval
                interval.asJava() shouldBeSameInstanceAs interval.asJava()
                val cycle = cycle(1.seconds) {}
                cycle.asJava().asKotlin() shouldBeSameInstanceAs cycle
                cycle.asJava() shouldBeSameInstanceAs cycle.asJava()
            }
        }

        for ((missed, expected) in listOf(
            MissedTicks.DELAY to listOf(35, 45),
            MissedTicks.BURST to listOf(35, 35),
            MissedTicks.SKIP to listOf(35, 40),
        )) {
            test("T31 C24 the ticks of Java after a late one: $missed") {
                withManualTime { time ->
                    val interval = time.runtime.asJava().interval(10.seconds.toJavaDuration(), 10.seconds.toJavaDuration(), missed)
                    time.advance(35.seconds)
                    interval.tick().join() shouldBe 2
                    val ticks = mutableListOf(time.now)
                    val next = interval.tick().thenRun { ticks += time.now }
                    while (!next.isDone) time.advance(1.seconds)
                    ticks shouldContainExactly expected.map { it.seconds }
                }
            }
        }

        test("T31 a dependent of a cancelled tick may wait for it anew") {
            withManualTime { time ->
                val interval = interval(10.seconds, at = 10.seconds).asJava()
                val first = interval.tick()
                val second = first.exceptionallyCompose { interval.tick() }
                first.cancel("by somebody") shouldBe true
                time.advance(10.seconds - 1.nanoseconds)
                second.isDone shouldBe false
                time.advance(1.nanoseconds)
                second.join() shouldBe 0
            }
        }

        test("C1 T31 a tick of Java is cancelled when the runtime closes, and refused afterwards") {
            val runtime = DuotoneRuntime()
            val interval = runtime.interval(1.seconds, at = Duration.INFINITE).asJava()
            val tick = interval.tick()
            runtime.close()
            for (ended in listOf(tick, interval.tick())) ended.cancelReason()?.kind() shouldBe CancelReason.Kind.SHUTDOWN
        }

        test("S46 the functions of a Java cycle run on a worker, whatever the scope is on") {
            runDuotone {
                withContext(Dispatchers.Default) {
                    taskScope {
                        val thread = CompletableDeferred<String>()
                        asJava().cycle(1.nanoseconds.toJavaDuration()) { Task.completed(thread.complete(Thread.currentThread().name)) }
                        thread.await() shouldContain "duotone-worker"
                    }
                }
            }
        }

        test("R21 C10 the deadline of moveOnAfter and failAt is known inside") {
            withManualTime { time ->
                time.advance(1.seconds)
                val scope = asJava()
                scope.moveOnAfter(5.seconds.toJavaDuration()) { inner -> Task.completed(inner.deadline().orElseThrow()) }
                    .await().get() shouldBe 6.seconds.toJavaDuration()
                scope.failAt(3.seconds.toJavaDuration()) { inner ->
                    inner.timeLeft() shouldBePresent { it shouldBe 2.seconds.toJavaDuration() }
                    inner.moveOnAfter(5.seconds.toJavaDuration()) { deeper -> Task.completed(deeper.deadline().orElseThrow()) }
                }.await().get() shouldBe 3.seconds.toJavaDuration()
                scope.deadline().shouldBeEmpty()
                scope.timeLeft().shouldBeEmpty()
            }
        }

        test("R18 a Java scope has no cycles and no deadlines of its own where it is one of kotlinx, but sees those around") {
            withManualTime {
                timeoutAt(9.seconds)
                coroutineScope {
                    val scope = asJava()
                    scope.deadline() shouldBePresent { it shouldBe 9.seconds.toJavaDuration() }
                    shouldThrow<IllegalStateException> { scope.timeoutAt(10.seconds.toJavaDuration()) }
                    shouldThrow<IllegalStateException> { scope.cycle(1.seconds.toJavaDuration()) }
                }
            }
        }
    })
