package io.duotone.coroutines.sync

import io.duotone.sync.SyncStatistics
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds

internal class ConditionTest :
    FunSpec({
        test("C20 a wait gives the mutex back, and has it again when it returns") {
            onOneThread {
                val mutex = Mutex()
                val condition = Condition(mutex)
                val wait = begin {
                    mutex.withLock {
                        condition.await()
                        mutex.isLocked shouldBe true
                    }
                }
                mutex.isLocked shouldBe false
                condition.statistics() shouldBe SyncStatistics(0, 1)
                mutex.withLock {
                    condition.signal() shouldBe true
                    settle()
                    wait.isCompleted shouldBe false
                }
                wait.await()
                mutex.isLocked shouldBe false
            }
        }

        test("C20 a signal is for whoever has waited longest, and is not kept for later") {
            onOneThread {
                val mutex = Mutex()
                val condition = Condition(mutex)
                val order = mutableListOf<Int>()
                mutex.withLock { condition.signal() shouldBe false }
                val waits = List(4) { n ->
                    begin {
                        mutex.withLock {
                            condition.await()
                            order += n
                        }
                    }
                }
                mutex.withLock { condition.signal() }
                settle()
                order shouldContainExactly listOf(0)
                mutex.withLock { condition.signalAll() shouldBe 3 }
                waits.awaitAll()
                order shouldContainExactly listOf(0, 1, 2, 3)
            }
        }

        test("C20 a cancelled wait holds the mutex again when it throws") {
            onOneThread {
                val mutex = Mutex()
                val condition = Condition(mutex)
                var wasLocked = false
                val wait = begin {
                    mutex.withLock {
                        try {
                            condition.await()
                        } finally {
                            wasLocked = mutex.isLocked
                        }
                    }
                }
                mutex.lock()
                wait.cancel()
                condition.statistics().waiting() shouldBe 0
                settle()
                wait.isCompleted shouldBe false
                mutex.unlock()
                wait.join()
                wasLocked shouldBe true
                mutex.isLocked shouldBe false
            }
        }

        test("C20 the signal for somebody who was cancelled before going on goes to the next") {
            onOneThread {
                val mutex = Mutex()
                val condition = Condition(mutex)
                for (timeout in listOf(null, 1.hours)) {
                    val held = HeldBack()
                    val first = begin(held) { mutex.withLock { if (timeout == null) condition.await() else condition.await(timeout) } }
                    val second = begin { mutex.withLock { condition.await() } }
                    mutex.withLock { condition.signal() }
                    first.cancel()
                    while (!first.isCompleted) {
                        held.runAll()
                        settle()
                    }
                    first.isCancelled shouldBe true
                    second.await()
                }
                mutex.isLocked shouldBe false
            }
        }

        test("C20 at most for a time: false, and the mutex is held") {
            onOneThread {
                val mutex = Mutex()
                val condition = Condition(mutex)
                mutex.withLock {
                    for (timeout in listOf(Duration.ZERO, -Duration.INFINITE, 1.milliseconds)) {
                        condition.await(timeout) shouldBe false
                        mutex.isLocked shouldBe true
                    }
                }
                val inTime = begin { mutex.withLock { condition.await(1.hours) } }
                mutex.withLock { condition.signal() }
                inTime.await() shouldBe true
                mutex.isLocked shouldBe false
                val cancelled = begin { mutex.withLock { condition.await(1.hours) } }
                cancelled.cancelAndJoin()
                mutex.isLocked shouldBe false
                condition.statistics().waiting() shouldBe 0
            }
        }

        test("C20 without the mutex it is refused") {
            onOneThread {
                val condition = Condition(Mutex())
                for (call in listOf<suspend () -> Any>(
                    { condition.await() },
                    { condition.await(1.hours) },
                    { condition.signal() },
                    { condition.signalAll() }
                )) {
                    shouldThrow<IllegalStateException> { call() }.message shouldContain "must be held"
                }
            }
        }

        test("C20 an owner of the mutex is kept over the wait") {
            onOneThread {
                val mutex = Mutex()
                val condition = Condition(mutex, owner = "me")
                mutex.lock("somebody")
                shouldThrow<IllegalStateException> { condition.signal() }
                mutex.unlock("somebody")
                val wait = begin { mutex.withLock("me") { condition.await() } }
                mutex.withLock("me") { condition.signal() }
                wait.await()
            }
        }

        test("C20 a cancelled coroutine does not wait, and keeps the mutex") {
            onOneThread {
                val mutex = Mutex(locked = true)
                val condition = Condition(mutex)
                cancelled { condition.await() }.shouldBeInstanceOf<CancellationException>()
                cancelled { condition.await(1.hours) }.shouldBeInstanceOf<CancellationException>()
                mutex.isLocked shouldBe true
                condition.toString() shouldBe "Condition(0 waiting)"
            }
        }
    })
