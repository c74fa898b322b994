package io.duotone.coroutines.sync

import io.duotone.coroutines.runDuotone
import io.duotone.coroutines.watched
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.yield

/** The lock of Kotlin is kotlinx's, which runs on our workers as it is. */
internal class MutexTest :
    FunSpec({
        test("T32 Y22 one at a time holds a mutex, on all workers") {
            watched {
                runDuotone {
                    val mutex = Mutex()
                    var inside = 0
                    var most = 0
                    var times = 0
                    List(8) {
                        launch {
                            repeat(500) {
                                mutex.withLock {
                                    most = maxOf(most, ++inside)
                                    yield()
                                    inside--
                                    times++
                                }
                            }
                        }
                    }.joinAll()
                    most shouldBe 1
                    times shouldBe 4000
                }
            }
        }

        test("T34 S38 a mutex tells its state, and passes over a waiter that was cancelled") {
            onOneThread {
                val mutex = Mutex()
                val order = mutableListOf<String>()
                mutex.lock()
                mutex.isLocked shouldBe true
                val first = begin { mutex.withLock { order += "first" } }
                val second = begin { mutex.withLock { order += "second" } }
                first.cancelAndJoin()
                mutex.unlock()
                second.await()
                order shouldContainExactly listOf("second")
                mutex.isLocked shouldBe false
            }
        }
    })
