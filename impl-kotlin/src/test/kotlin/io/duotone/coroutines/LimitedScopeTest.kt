package io.duotone.coroutines

import io.duotone.coroutines.blocking.blocking
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.ints.shouldBeLessThanOrEqual
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.util.concurrent.atomic.AtomicInteger

internal class LimitedScopeTest :
    FunSpec({
        for (workers in listOf(1, 4)) {
            test("S45 at most so many run at a time, and all do: $workers workers") {
                withRuntime("limited", workers) { runtime ->
                    val running = AtomicInteger()
                    val most = AtomicInteger()
                    val results = runtime.blockWatched {
                        taskScope {
                            val limited = limited(3)
                            List(50) { n ->
                                limited.spawn {
                                    most.accumulateAndGet(running.incrementAndGet(), ::maxOf)
                                    repeat(3) { yield() }
                                    running.decrementAndGet()
                                    n
                                }
                            }.map { it.await() }
                        }
                    }
                    results shouldContainExactly List(50) { it }
                    most.get() shouldBeLessThanOrEqual 3
                }
            }
        }

        test("S45 adding waits for a free place, in turn, and a place is free when its task has cleaned up") {
            runDuotone {
                taskScope {
                    val limited = limited(1)
                    val mayEnd = CompletableDeferred<Unit>()
                    val cleaning = CompletableDeferred<Unit>()
                    val began = CompletableDeferred<Unit>()
                    val first = limited.spawn("first") {
                        try {
                            began.complete(Unit)
                            awaitCancellation()
                        } finally {
                            withContext(NonCancellable) {
                                cleaning.complete(Unit)
                                mayEnd.await()
                            }
                        }
                    }
                    limited.running shouldBe 1
                    limited.toString() shouldContain "1 of 1 places taken"
                    val order = mutableListOf<Int>()
                    val adding = List(2) { n ->
                        async(start = CoroutineStart.UNDISPATCHED) {
                            limited.spawn {
                                synchronized(order) { order += n }
                            }
                        }
                    }
                    began.await()
                    first.cancel()
                    cleaning.await()
                    adding.none { it.isCompleted } shouldBe true
                    mayEnd.complete(Unit)
                    adding.forEach { it.await().await() }
                    order shouldContainExactly listOf(0, 1)
                }
            }
        }

        test("S45 the first failure cancels all, those who wait for a place too, and is what the scope fails with") {
            val thrown = shouldThrow<IllegalStateException> {
                runDuotone {
                    taskScope {
                        val limited = limited(2)
                        val fails = CompletableDeferred<Unit>()
                        limited.spawn { awaitCancellation() }
                        limited.spawn {
                            fails.await()
                            error("first")
                        }
                        fails.complete(Unit)
                        limited.spawn { awaitCancellation() }
                        limited.spawn { error("must not start") }
                    }
                }
            }
            thrown.message shouldBe "first"
        }

        test("S45 a cancelled wait for a place starts nothing, and takes none") {
            runDuotone {
                taskScope {
                    val limited = limited(1)
                    val first = limited.spawn { awaitCancellation() }
                    val adding = async(start = CoroutineStart.UNDISPATCHED) { limited.spawn { error("must not start") } }
                    adding.cancelAndJoin()
                    first.cancelAndJoin()
                    limited.running shouldBe 0
                    limited.spawn { 1 }.await() shouldBe 1
                }
            }
        }

        test("S45 a scope that has ended takes no task, and keeps no place") {
            runDuotone {
                val limited = taskScope { limited(1) }
                repeat(2) { shouldThrow<IllegalStateException> { limited.spawn { } } }
                limited.running shouldBe 0
            }
        }

        test("Y24 around blocking calls it is a view of the blocking pool") {
            val running = AtomicInteger()
            val most = AtomicInteger()
            runDuotone {
                taskScope {
                    val pool = limited(2)
                    repeat(20) {
                        pool.spawn {
                            blocking {
                                most.accumulateAndGet(running.incrementAndGet(), ::maxOf)
                                running.decrementAndGet()
                            }
                        }
                    }
                }
            }
            most.get() shouldBeLessThanOrEqual 2
        }

        test("S45 a limit of less than one is refused") {
            runDuotone {
                taskScope {
                    for (limit in listOf(0, -1)) {
                        shouldThrow<IllegalArgumentException> { limited(limit) }.message shouldContain "at least 1 task must run"
                    }
                }
            }
        }
    })
