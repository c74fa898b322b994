package io.duotone.coroutines.blocking

import io.duotone.CancelReason
import io.duotone.TaskCancelledException
import io.duotone.coroutines.awaitWatched
import io.duotone.coroutines.blockWatched
import io.duotone.coroutines.engine.stressScale
import io.duotone.coroutines.eventually
import io.duotone.coroutines.onWorkers
import io.duotone.coroutines.withRuntime
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import java.io.IOException
import java.util.SplittableRandom
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger

internal class BlockingTest :
    FunSpec({
        onWorkers("T16 Y16 the value of the block, or what it throws as it is") { runtime ->
            val failure = IOException("mine")
            runtime.blockWatched {
                blocking { 5 } shouldBe 5
                blocking<String?> { null } shouldBe null
                shouldThrow<IOException> { blocking { throw failure } } shouldBeSameInstanceAs failure
                blocking { Thread.currentThread().name } shouldContain "-blocking-"
            }
        }

        onWorkers("T17 Y17 C11 cancelling a running call interrupts it, and the caller goes on when the thread has left") { runtime ->
            val begun = CountDownLatch(1)
            val left = AtomicBoolean()
            runtime.blockWatched {
                val seen = CompletableDeferred<Throwable>()
                val caller = launch {
                    try {
                        blocking {
                            begun.countDown()
                            try {
                                CountDownLatch(1).await()
                            } finally {
                                left.set(true)
                            }
                        }
                    } catch (failure: Throwable) {
                        left.get() shouldBe true
                        seen.complete(failure)
                        throw failure
                    }
                }
                blocking { begun.await() }
                val reason = CancelReason.cancelled("enough")
                caller.cancel(TaskCancelledException(reason))
                caller.join()
                // Not the InterruptedException, which would make this scope fail.
                CancelReason.of(seen.await() as CancellationException) shouldBe reason
            }
        }

        onWorkers("C11 the scope of a cancelled call does not fail with its interrupt") { runtime ->
            runtime.blockWatched {
                coroutineScope {
                    val begun = CountDownLatch(1)
                    val caller = launch {
                        blocking {
                            begun.countDown()
                            CountDownLatch(1).await()
                        }
                    }
                    blocking { begun.await() }
                    caller.cancel()
                }
                withTimeoutOrNull(10) { blocking { CountDownLatch(1).await() } } shouldBe null
            }
        }

        test("C11 a queued call is dropped at once and never begins") {
            withRuntime("queued", 1, { blockingThreads(1) }) { runtime ->
                val release = CountDownLatch(1)
                val hasBegun = AtomicBoolean()
                runtime.blockWatched {
                    val begun = CompletableDeferred<Unit>()
                    launch {
                        blocking {
                            begun.complete(Unit)
                            release.await()
                        }
                    }
                    begun.await()
                    val queued = launch { blocking { hasBegun.set(true) } }
                    while (runtime.blockingPool.statistics().queued == 0) yield()
                    queued.cancel(TaskCancelledException(CancelReason.cancelled("not needed")))
                    // Ends although the only thread of the pool is busy.
                    queued.join()
                    release.countDown()
                }
                hasBegun.get() shouldBe false
            }
        }

        onWorkers("T17 a call cancelled at any moment of its life ends once, with the cancellation") { runtime ->
            val seed = System.nanoTime()
            val random = SplittableRandom(seed)
            val running = AtomicInteger()
            val wrong = AtomicInteger()
            runtime.blockWatched {
                repeat(1000 * stressScale) {
                    val spins = random.nextInt(3000)
                    val caller = launch {
                        try {
                            blocking {
                                running.incrementAndGet()
                                try {
                                    repeat(1000) { Thread.onSpinWait() }
                                    if (Thread.interrupted()) throw InterruptedException()
                                } finally {
                                    running.decrementAndGet()
                                }
                            }
                        } catch (failure: Throwable) {
                            if (failure !is CancellationException) wrong.incrementAndGet()
                            throw failure
                        }
                    }
                    if (it % 2 == 0) yield()
                    repeat(spins) { Thread.onSpinWait() }
                    caller.cancel()
                    caller.join()
                    if (running.get() != 0) wrong.incrementAndGet()
                }
            }
            wrong.get() shouldBe 0
        }
    })
