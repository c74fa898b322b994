package io.duotone.coroutines

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldStartWith
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.concurrent.thread
import kotlin.time.Duration.Companion.milliseconds

/** Work from and for other threads and other runtimes. */
class SubmittingTest :
    FunSpec({
        test("Y5 members of different kinds make one list in their order, and one may come twice") {
            runDuotone {
                val event = CompletableDeferred<String>()
                val task = spawn { yield().let { "task" } }
                val memo = memoized { "memoised" }
                val twice: suspend () -> String = { task.await() }
                spawn(listOf({ event.await() }, twice, { memo.await() }, { "block".also { event.complete("event") } }, twice))
                    .await() shouldContainExactly listOf("event", "task", "memoised", "block", "task")
            }
        }

        test("S11 any thread may spawn, on the runtime and in a scope, at the same time as others") {
            withRuntime("any", 2) { runtime ->
                val open = runtime.open()
                val tasks = ConcurrentLinkedQueue<Deferred<String>>()
                val threads = List(4) {
                    thread {
                        repeat(500) { index ->
                            val block: suspend TaskScope.() -> String = { yield().let { threadName() } }
                            tasks += if (index % 2 == 0) runtime.spawn(block = block) else open.spawn(block = block)
                        }
                    }
                }
                threads.forEach { it.join() }
                runtime.blockWatched {
                    tasks.toList().awaitAll().also { it.size shouldBe 2000 }.forEach { it shouldStartWith "any-worker" }
                    open.join()
                }
            }
        }

        test("S12 a plain thread that waits for a task: a timeout leaves the task running") {
            withRuntime("plain", 1) { runtime ->
                val gate = CompletableDeferred<String>()
                val task = runtime.spawn { gate.await() }
                runBlocking {
                    withTimeoutOrNull(1.milliseconds) { task.await() } shouldBe null
                    task.isActive shouldBe true
                    gate.complete("value")
                    task.await() shouldBe "value"
                }
            }
        }

        test("S13 a task of another runtime is awaited, and the coroutine goes on where it was; its runtime's end ends the wait") {
            withRuntime("here", 1) { here ->
                val waits = withRuntime("there", 1) { there ->
                    val gate = CompletableDeferred<Unit>()
                    val task = there.spawn { gate.await().let { threadName() } }
                    val both = here.spawn { task.await() to threadName() }
                    gate.complete(Unit)
                    here.blockWatched { both.await() } shouldBe ("there-worker-0" to "here-worker-0")
                    val endless = there.spawn { awaitCancellation() }
                    here.spawn { endless.await() }
                }
                here.blockWatched { shouldThrow<CancellationException> { waits.await() } }
            }
        }

        test("Y29 what has ended gives the same value and the same failure to any runtime, as often as it is awaited") {
            val value = Any()
            withRuntime("here", 1) { here ->
                val failing = memoized<Int> { error("broken") }
                val memo = memoized { value }
                here.blockWatched { (memo.await() === value) shouldBe true }
                repeat(2) {
                    runDuotone {
                        (memo.await() === value) shouldBe true
                        shouldThrow<IllegalStateException> { failing.await() }.message shouldBe "broken"
                    }
                }
            }
        }
    })
