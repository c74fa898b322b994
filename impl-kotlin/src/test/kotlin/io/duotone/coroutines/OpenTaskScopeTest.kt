package io.duotone.coroutines

import io.duotone.CancelReason
import io.duotone.Duotone
import io.duotone.DuotoneOptions
import io.duotone.ScopePolicy
import io.duotone.TaskInfo
import io.duotone.coroutines.facade.asJava
import io.duotone.coroutines.time.cycle
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.time.Duration
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.TimeoutException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds

class OpenTaskScopeTest :
    FunSpec({
        test("R3 R12 an open scope outlives its last task, and ends with the last one after it was completed") {
            runDuotone {
                val open = open("uploads")
                open.spawn { 1 }.await() shouldBe 1
                repeat(5) { yield() }
                open.spawn { 2 }.await() shouldBe 2
                val gate = CompletableDeferred<Unit>()
                open.launch { gate.await() }
                val end = open.complete()
                open.complete() shouldBeSameInstanceAs end
                open.spawn { 3 }.await() shouldBe 3
                end.isCompleted shouldBe false
                gate.complete(Unit)
                open.join()
                end.isCompleted shouldBe true
                shouldThrow<IllegalStateException> { open.spawn { 4 } }.message.shouldNotBeNull() shouldContain "the scope has ended"
                open.trySpawn { 4 } shouldBe null
                open.name shouldBe "uploads"
            }
        }

        test("R3 S46 an open scope has cycles, which end with it") {
            runDuotone {
                val open = open("uploads")
                val ran = CompletableDeferred<String?>()
                val cycle = open.cycle(1.hours, "flush") { ran.complete(name) }
                cycle.callNow()
                ran.await() shouldBe "flush"
                open.join()
                cycle.isActive shouldBe false
            }
        }

        test("R12 completing one that has nothing to do ends it at once") {
            runDuotone {
                open().join()
                open().apply { complete().await() }.join()
            }
        }

        test("R3 a failure cancels the others and is thrown by join; until then what is spawned is a cancelled task") {
            runDuotone {
                val open = open()
                val seen = CompletableDeferred<CancelReason>()
                val begun = CompletableDeferred<Unit>()
                open.spawn {
                    try {
                        begun.complete(Unit)
                        awaitCancellation()
                    } catch (cancelled: CancellationException) {
                        seen.complete(cancelled.reason)
                        throw cancelled
                    }
                }
                begun.await()
                open.spawn("bad") { error("broken") }.join()
                seen.await().origin() shouldBe "bad"
                open.coroutineContext[Job].shouldNotBeNull().join()
                shouldThrow<CancellationException> { open.spawn { 1 }.await() }.reason.kind() shouldBe CancelReason.Kind.SIBLING_FAILED
                open.asJava().sleep(Duration.ofDays(1)).isCancelled shouldBe true
                shouldThrow<IllegalStateException> { open.join() }.message shouldBe "broken"
                shouldThrow<IllegalStateException> { open.spawn { 1 } }.message.shouldNotBeNull() shouldContain "the scope has ended"
            }
        }

        test("R3 policies, timeouts and roles hold in it") {
            runDuotone {
                val supervised = open(policy = ScopePolicy.SUPERVISE)
                supervised.spawn { error("alone") }.also { it.join() }
                supervised.spawn { 1 }.await() shouldBe 1
                supervised.join()

                val limited = open("limited", timeout = 5.milliseconds)
                limited.coroutineContext[Job].shouldNotBeNull().join()
                shouldThrow<TimeoutException> { limited.join() }.message.shouldNotBeNull() shouldContain "limited timed out"

                val background = open()
                val heartbeat = background.spawn(background = true) { awaitCancellation() }
                yield()
                heartbeat.isActive shouldBe true
                background.join()
                shouldThrow<CancellationException> { heartbeat.await() }.reason.kind() shouldBe CancelReason.Kind.SCOPE_CLOSED
            }
        }

        test("R3 C4 its failure hurts not the scope around, and is reported when nobody joins") {
            val reported = ConcurrentLinkedQueue<String>()
            val builder = Duotone.builder().uncaught { name, failure -> reported += "$name: ${failure.message}" }
            DuotoneRuntime(builder.build()).use { runtime ->
                runtime.blockWatched {
                    this as TaskScope
                    open("lost").spawn { error("unheard") }.join()
                    val heard = open("heard")
                    heard.spawn { error("heard") }
                    shouldThrow<IllegalStateException> { heard.join() }
                    "alive"
                } shouldBe "alive"
            }
            reported.toList() shouldContainExactly listOf("lost: unheard")
        }

        test("R3 cancelling it, or the scope around, ends it with its tasks though nobody completes it") {
            runDuotone {
                val open = open()
                open.spawn { awaitCancellation() }
                open.cancel(CancelReason.cancelled("enough")) shouldBe true
                shouldThrow<CancellationException> { open.join() }.reason shouldBe CancelReason.cancelled("enough")

                val opened = CompletableDeferred<OpenTaskScope>()
                val outer = fork { opened.complete(open().apply { spawn { awaitCancellation() } }) }
                val inner = opened.await()
                outer.cancel()
                outer.join()
                inner.coroutineContext[Job].shouldNotBeNull().isCompleted shouldBe true
            }
        }

        test("R3 opening in a scope that has ended is refused, and in a cancelled one it is cancelled from the beginning") {
            runDuotone {
                lateinit var ended: TaskScope
                taskScope { ended = this }
                shouldThrow<IllegalStateException> { ended.open() }.message.shouldNotBeNull() shouldContain "the scope has ended"
                shouldThrow<CancellationException> {
                    taskScope {
                        cancel(CancelReason.cancelled("over"))
                        val open = open()
                        shouldThrow<CancellationException> { open.spawn { 1 }.await() }.reason shouldBe CancelReason.cancelled("over")
                        shouldThrow<CancellationException> { open.complete().await() }
                    }
                }
            }
        }

        test("R3 C1 one of the runtime itself lives until the runtime closes, which cancels it or completes it") {
            val kinds = ConcurrentLinkedQueue<CancelReason.Kind>()
            for (atExit in DuotoneOptions.AtExit.values()) {
                val done = AtomicInteger()
                val mayEnd = CompletableDeferred<Unit>()
                val begun = CompletableDeferred<Unit>()
                watched {
                    withRuntime("exits", 1, { atExit(atExit) }) { runtime ->
                        val open = runtime.open("root")
                        open.spawn {
                            try {
                                begun.complete(Unit)
                                mayEnd.await()
                                done.incrementAndGet()
                            } catch (cancelled: CancellationException) {
                                kinds += cancelled.reason.kind()
                            }
                        }
                        runtime.block { begun.await() }
                        thread(isDaemon = true) {
                            eventually("the runtime closes") { runtime.isClosed }
                            if (atExit == DuotoneOptions.AtExit.JOIN) mayEnd.complete(Unit)
                        }
                    }
                }
                done.get() shouldBe if (atExit == DuotoneOptions.AtExit.JOIN) 1 else 0
            }
            kinds.toList() shouldContainExactly listOf(CancelReason.Kind.SHUTDOWN)
            shouldThrow<IllegalStateException> { DuotoneRuntime().also { it.close() }.open() }.message.shouldNotBeNull() shouldContain
                "closed"
        }

        test("R24 S48 tasks lists what has not ended, nested, by name, those of kotlinx too") {
            runDuotone {
                tasks().shouldBeEmpty()
                val gate = CompletableDeferred<Unit>()
                val begun = AtomicInteger()
                spawn("parent") {
                    launch(CoroutineName("kotlinx")) {
                        begun.incrementAndGet()
                        gate.await()
                    }
                    launch(start = CoroutineStart.LAZY) { gate.await() }.also { lazy ->
                        gate.invokeOnCompletion { lazy.start() }
                    }
                    taskScope {
                        launch {
                            begun.incrementAndGet()
                            gate.await()
                        }
                    }
                }
                spawn {
                    withContext(CoroutineName("frame")) {
                        taskScope("named") { gate.await() }
                    }
                }
                val cancelled = spawn("cancelled") {
                    withContext(NonCancellable) {
                        begun.incrementAndGet()
                        gate.await()
                    }
                }
                fork("fork") {
                    spawn("inside") {
                        begun.incrementAndGet()
                        gate.await()
                    }
                }
                while (begun.get() < 4 || !tasks().haveBegun()) yield()
                cancelled.cancel()
                val tasks = tasks()
                tasks.joinToString("\n").replace(Regex("\\d+ ms"), "n ms").lines() shouldContainExactly listOf(
                    "parent (active, n ms)",
                    "  kotlinx (active)",
                    "  a task without a name (new)",
                    "  a task without a name (active)",
                    "a task without a name (active, n ms)",
                    "  named (active, n ms)",
                    "cancelled (cancelling, n ms)",
                    "fork (joining, n ms)",
                    "  inside (active, n ms)",
                )
                tasks[0].runningFor().shouldNotBeNull().isNegative shouldBe false
                tasks[0].tasks()[0].runningFor() shouldBe null
                gate.complete(Unit)
            }
        }
    })

private fun List<TaskInfo>.haveBegun() =
    any { it.name() == "fork" && it.state() == TaskInfo.State.JOINING } && any { it.name() == null && it.tasks().isNotEmpty() }
