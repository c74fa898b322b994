package io.duotone.coroutines.sync

import io.duotone.coroutines.HANG
import io.duotone.sync.SyncStatistics
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.withTimeout
import kotlin.concurrent.thread
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

internal class EventTest :
    FunSpec({
        test("T9 Y19 S40 C19 set and clear tell whether they changed it, and a set event lets pass at once") {
            onOneThread {
                val event = Event()
                event.isSet shouldBe false
                event.clear() shouldBe false
                event.set() shouldBe true
                event.set() shouldBe false
                event.isSet shouldBe true
                begin { event.await() }.isCompleted shouldBe true
                event.clear() shouldBe true
                begin { event.await() }.run {
                    isCompleted shouldBe false
                    cancel()
                }
                Event(isSet = true).isSet shouldBe true
            }
        }

        test("T9 S40 C19 set releases all who wait, in the order in which they came") {
            onOneThread {
                val event = Event()
                val released = mutableListOf<Int>()
                val waits = List(5) { n ->
                    begin {
                        event.await()
                        released += n
                    }
                }
                event.statistics() shouldBe SyncStatistics(0, 5)
                event.set()
                waits.forEach { it.await() }
                released shouldContainExactly List(5) { it }
            }
        }

        test("Y19 C19 clear right after set still releases those who waited, and those who come later wait") {
            onOneThread {
                val event = Event()
                val before = begin { event.await() }
                val timed = begin { event.await(1.hours) }
                event.set()
                event.clear()
                val after = begin { event.await() }
                before.await()
                timed.await() shouldBe true
                settle()
                after.isCompleted shouldBe false
                after.cancel()
            }
        }

        test("T9 C19 a time that is over gives false and leaves the queue; zero and less look once") {
            onOneThread {
                val event = Event()
                for (timeout in listOf(Duration.ZERO, (-1).seconds, -Duration.INFINITE, 1.milliseconds)) {
                    event.await(timeout) shouldBe false
                }
                event.statistics().waiting() shouldBe 0
                event.set()
                for (timeout in listOf(Duration.ZERO, (-1).seconds, 1.hours, Duration.INFINITE)) event.await(timeout) shouldBe true
            }
        }

        test("C19 a cancelled wait leaves the queue, and a cancelled coroutine does not pass a set event") {
            onOneThread {
                val event = Event()
                val wait = begin { event.await() }
                wait.cancel()
                event.statistics().waiting() shouldBe 0
                event.set()
                cancelled { event.await() }.shouldBeInstanceOf<CancellationException>()
                cancelled { event.await(1.hours) }.shouldBeInstanceOf<CancellationException>()
            }
        }

        test("C19 who is cancelled when the event has been set, but has not gone on, takes nothing from the others") {
            onOneThread {
                val event = Event()
                val held = HeldBack()
                val waits = List(3) { begin(held) { event.await() } }
                event.set()
                event.clear()
                waits[1].cancel()
                held.runAll()
                waits.map { it.isCancelled } shouldContainExactly listOf(false, true, false)
                waits.all { it.isCompleted } shouldBe true
            }
        }

        test("T9 C19 it may be set from a thread of no runtime") {
            onOneThread {
                val event = Event()
                val wait = begin { event.await() }
                thread { event.set() }
                withTimeout(HANG) { wait.await() }
            }
        }

        test("C19 its text explains the state") {
            onOneThread {
                val event = Event()
                val wait = begin { event.await() }
                event.toString() shouldBe "Event(not set, 1 waiting)"
                event.set()
                event.toString() shouldBe "Event(set)"
                wait.await()
            }
        }
    })
