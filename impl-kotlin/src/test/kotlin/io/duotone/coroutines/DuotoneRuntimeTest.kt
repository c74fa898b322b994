package io.duotone.coroutines

import io.duotone.CancelReason
import io.duotone.coroutines.blocking.blocking
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicReference
import kotlin.concurrent.thread
import kotlin.coroutines.coroutineContext

internal class DuotoneRuntimeTest :
    FunSpec({
        test("S3 C16 the shared runtime is one, works, and cannot be closed") {
            val shared = DuotoneRuntime.shared
            shared shouldBeSameInstanceAs DuotoneRuntime.shared
            shared.blockWatched { 1 } shouldBe 1
            shouldThrow<IllegalStateException> { shared.close() }.message shouldContain "shared runtime is never closed"
            shared.isClosed shouldBe false
            shared.blockWatched { 2 } shouldBe 2
        }

        test("S2 C16 a thread knows its runtime, on a worker and in a blocking call, and no other does") {
            DuotoneRuntime.currentOrNull().shouldBeNull()
            withRuntime("one", 1) { one ->
                withRuntime("other", 1) { other ->
                    one.blockWatched {
                        DuotoneRuntime.currentOrNull() shouldBeSameInstanceAs one
                        blocking { DuotoneRuntime.currentOrNull() } shouldBeSameInstanceAs one
                        withContext(other.dispatcher) {
                            DuotoneRuntime.currentOrNull() shouldBeSameInstanceAs other
                            runtimeOf(coroutineContext) shouldBeSameInstanceAs other
                        }
                        withContext(Dispatchers.Default) { DuotoneRuntime.currentOrNull().shouldBeNull() }
                    }
                }
            }
        }

        test("C16 many runtimes live side by side, and each may block for another from its blocking pool") {
            withRuntime("one", 1) { one ->
                withRuntime("other", 1) { other ->
                    one.blockWatched { blocking { other.block { blocking { one.block { 5 } } } } } shouldBe 5
                }
            }
        }

        test("C16 block on a worker, of this runtime or another, is refused") {
            withRuntime("one", 1) { one ->
                withRuntime("other", 1) { other ->
                    one.blockWatched {
                        shouldThrow<IllegalStateException> { one.block { 1 } }.message shouldContain "one-worker-0"
                        shouldThrow<IllegalStateException> { other.block { 1 } }.message shouldContain "DuotoneRuntime.block would block"
                    }
                }
            }
        }

        test("T15 block waits for the children of its scope, and throws what one failed with") {
            withRuntime("one", 2) { runtime ->
                val ended = AtomicReference<String>()
                runtime.blockWatched {
                    launch {
                        delay(20)
                        ended.set("child")
                    }
                    1
                } shouldBe 1
                ended.get() shouldBe "child"
                val failure = IllegalArgumentException("mine")
                shouldThrow<IllegalArgumentException> { runtime.blockWatched { launch { throw failure } } } shouldBeSameInstanceAs failure
            }
        }

        test("Y35 C6 interrupting the thread in block cancels with the reason, waits for the cleanup and keeps the flag") {
            withRuntime("one", 1) { runtime ->
                val begun = CountDownLatch(1)
                val outcome = CompletableDeferred<Pair<Throwable?, Boolean>>()
                val cleaned = CountDownLatch(1)
                val blocked = thread {
                    val failure = runCatching {
                        runtime.block {
                            try {
                                begun.countDown()
                                awaitCancellation()
                            } finally {
                                withContext(NonCancellable) { delay(10) }
                                cleaned.countDown()
                            }
                        }
                    }.exceptionOrNull()
                    outcome.complete(failure to Thread.currentThread().isInterrupted)
                }
                begun.awaitWatched(runtime)
                blocked.interrupt()
                val (failure, interrupted) = watched(state = runtime::diagnosis) {
                    blocked.join()
                    cleaned.count shouldBe 0
                    kotlinx.coroutines.runBlocking { outcome.await() }
                }
                CancelReason.of(failure as CancellationException).kind() shouldBe CancelReason.Kind.INTERRUPTED
                interrupted shouldBe true
            }
        }

        test("T13 C18 a failure of a task goes to who awaits it, and else to the handler") {
            val reported = CompletableDeferred<Pair<String, Throwable>>()
            withRuntime("one", 1, { uncaught { task, failure -> reported.complete(task to failure) } }) { runtime ->
                val mayFail = CompletableDeferred<Unit>()
                val awaited = runtime.spawn {
                    mayFail.await()
                    error("awaited")
                }
                val awaiting: suspend () -> Unit = {
                    coroutineScope {
                        launch(start = CoroutineStart.UNDISPATCHED) { awaited.await() }
                        mayFail.complete(Unit)
                    }
                }
                shouldThrow<IllegalStateException> { runtime.blockWatched { awaiting() } }.message shouldBe "awaited"
                runtime.spawn("careless") { error("uncaught") }
                val (task, failure) = runtime.blockWatched { reported.await() }
                task shouldBe "careless"
                failure.message shouldBe "uncaught"
            }
        }

        test("a handler that fails itself does not hurt the worker") {
            withRuntime("one", 1, { uncaught { _, _ -> error("the handler") } }) { runtime ->
                java.util.logging.Logger.getLogger("io.duotone").let { logger ->
                    logger.useParentHandlers = false
                    try {
                        runtime.pool.submit { error("the task") }
                        runtime.blockWatched { 1 } shouldBe 1
                    } finally {
                        logger.useParentHandlers = true
                    }
                }
            }
        }
    })
