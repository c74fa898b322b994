package io.duotone.coroutines

import io.duotone.Duotone
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.isActive
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.util.concurrent.CountDownLatch
import kotlin.coroutines.coroutineContext
import kotlin.time.Duration.Companion.milliseconds

internal class BlockingDispatcherTest :
    FunSpec({
        test("S43 code moves to the blocking pool, may block and wait there, and comes back to a worker") {
            val answer = CountDownLatch(1)
            runDuotone {
                val runtime = runtimeOf(coroutineContext)
                val other = spawn { answer.countDown() }
                withContext(runtime.blockingDispatcher) {
                    Thread.currentThread().name shouldContain "blocking"
                    answer.await()
                    delay(1.milliseconds)
                    Thread.currentThread().name shouldContain "blocking"
                    runtimeOf(coroutineContext) shouldBeSameInstanceAs runtime
                    other.await()
                }
                Thread.currentThread().name shouldContain "worker"
            }
        }

        test("S43 cancelled on the pool, code stops where it waits and is not interrupted before") {
            val begins = CompletableDeferred<Unit>()
            val cancelled = CountDownLatch(1)
            var sawInterrupt = true
            runDuotone {
                val moved = launch(runtimeOf(coroutineContext).blockingDispatcher) {
                    begins.complete(Unit)
                    cancelled.await()
                    sawInterrupt = Thread.currentThread().isInterrupted
                    awaitCancellation()
                }
                begins.await()
                moved.cancel()
                cancelled.countDown()
                moved.join()
            }
            sawInterrupt shouldBe false
        }

        test("S43 code that is on the pool when the runtime closes gets to its cleanup") {
            val began = CountDownLatch(2)
            val cleaned = CountDownLatch(2)
            val runtime = DuotoneRuntime(Duotone.builder().build())
            // The second waits in the queue of the pool for a thread at times, and for a resumption at others.
            val tasks = List(2) {
                runtime.spawn {
                    withContext(runtime.blockingDispatcher) {
                        began.countDown()
                        try {
                            awaitCancellation()
                        } finally {
                            withContext(NonCancellable) { delay(1.milliseconds) }
                            isActive shouldBe false
                            cleaned.countDown()
                        }
                    }
                }
            }
            watched {
                began.await()
                runtime.close()
                cleaned.await()
            }
            runDuotone { tasks.joinAll() }
        }
    })
