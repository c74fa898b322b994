package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Coroutine
import io.duotone.Task
import io.duotone.TaskCancelledException
import io.duotone.coroutines.reason
import io.duotone.coroutines.runDuotone
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.booleans.shouldBeFalse
import io.kotest.matchers.booleans.shouldBeTrue
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import java.io.IOException
import java.time.Duration
import java.util.concurrent.CompletableFuture

class AwaitingTest :
    FunSpec({
        val forever = Duration.ofDays(1000)

        test("Y32 C13 await gives the value of a stage that is done, of one that is not, and of one of another library") {
            runDuotone {
                Task.completed(1).await() shouldBe 1
                asJava().sleep(Duration.ofMillis(5)).thenApply { 2 }.await() shouldBe 2
                val later = CompletableFuture<Int?>()
                launch { later.complete(null) }
                later.await() shouldBe null
                CompletableFuture.completedStage(3).await() shouldBe 3
            }
        }

        test("C29 await throws the failure of the stage, unwrapped") {
            class Mine(val number: Int) : IOException("mine")
            val failure = Mine(1)
            runDuotone {
                shouldThrow<Mine> { Task.failed<Int>(failure).thenApply { it }.await() } shouldBeSameInstanceAs failure
                val later = CompletableFuture<Int>()
                launch { later.completeExceptionally(failure) }
                shouldThrow<Mine> { later.thenApply { it }.await() } shouldBeSameInstanceAs failure
            }
        }

        test("C17 a cancelled await cancels the task with the reason, unless others wait for it too") {
            val sleep = runDuotone {
                val alone = asJava().sleep(forever)
                val common = asJava().sleep(forever)
                val other = common.thenApply { 1 }
                for (task in listOf(alone, common)) {
                    val waiter = launch(start = CoroutineStart.UNDISPATCHED) { task.await() }
                    waiter.cancel(TaskCancelledException(CancelReason.cancelled("enough")))
                    waiter.join()
                }
                alone.isCancelled.shouldBeTrue()
                common.isDone.shouldBeFalse()
                other.cancel("over")
                common.isCancelled.shouldBeTrue()
                alone
            }
            sleep.cancelReason() shouldBe CancelReason.cancelled("enough")
        }

        test("Y32 C17 a cancelled await cancels a future that is no task") {
            runDuotone {
                val future = CompletableFuture<Int>()
                launch(start = CoroutineStart.UNDISPATCHED) { future.await() }.cancelAndJoin()
                future.isCancelled.shouldBeTrue()
            }
        }

        test("C6 a cancelled stage is a cancellation with its reason for whoever awaits it") {
            runDuotone {
                val sleep = asJava().sleep(forever)
                val reason = CancelReason.cancelled("not needed").from("boss")
                launch { sleep.cancel(reason) }
                shouldThrow<CancellationException> { sleep.await() }.reason shouldBe reason
            }
        }

        test("T14 Y4 a Java coroutine is awaited as a scope inside the caller's") {
            runDuotone {
                val gate = CompletableFuture<Int>()
                lateinit var child: Task<Int>
                val coroutine = Coroutine { scope ->
                    Thread.currentThread().name shouldContain "worker"
                    child = scope.spawn { gate }
                    Task.completed("value")
                }
                val awaiting = async(start = CoroutineStart.UNDISPATCHED) { coroutine.await() }
                withTimeoutOrNull(20) { awaiting.await() } shouldBe null
                gate.complete(1)
                awaiting.await() shouldBe "value"
                child.join() shouldBe 1
            }
        }

        test("T14 a Java coroutine starts on a worker also for a caller on another dispatcher") {
            runDuotone {
                withContext(Dispatchers.Default) {
                    Coroutine { Task.completed(Thread.currentThread().name) }.await()
                } shouldContain "duotone-worker"
            }
        }

        test("C2 the failure of a task that the Java coroutine spawned is the failure of await") {
            val failure = shouldThrow<IllegalStateException> {
                runDuotone {
                    Coroutine<Void?> { scope ->
                        scope.spawn<Any?> { throw IllegalStateException("broken") }
                        scope.sleep(forever)
                    }.await()
                }
            }
            failure.message shouldBe "broken"
        }

        test("C6 cancelling the Kotlin caller cancels the Java coroutine's stage and tasks with the reason") {
            runDuotone {
                lateinit var stage: Task<Void?>
                lateinit var spawned: Task<Void?>
                val started = CompletableDeferred<Unit>()
                val caller = launch {
                    Coroutine { scope ->
                        spawned = scope.spawn { inner -> inner.sleep(forever) }
                        stage = scope.sleep(forever)
                        started.complete(Unit)
                        stage
                    }.await()
                }
                started.await()
                caller.cancel(TaskCancelledException(CancelReason.cancelled("enough")))
                caller.join()
                stage.isCancelled.shouldBeTrue()
                stage.cancelReason() shouldBe CancelReason.cancelled("enough")
                spawned.cancelReason() shouldBe CancelReason.cancelled("enough")
            }
        }

        test("C6 a Kotlin child of a Java scope sees which task failed") {
            var seen: CancelReason? = null
            shouldThrow<IllegalStateException> {
                runDuotone {
                    Coroutine<Void?> { scope ->
                        val started = CompletableFuture<Unit>()
                        scope.asKotlin().launch {
                            try {
                                started.complete(Unit)
                                awaitCancellation()
                            } catch (cancellation: CancellationException) {
                                seen = cancellation.reason
                            }
                        }
                        scope.spawn<Any?>("loader") { started.thenApply { error("broken") } }
                        scope.sleep(forever)
                    }.let { coroutine -> coroutineScope { asJava().spawn(coroutine).await() } }
                }
            }
            seen.shouldNotBeNull().kind shouldBe CancelReason.Kind.SIBLING_FAILED
            seen.shouldNotBeNull().origin shouldBe "loader"
        }

        test("C6 the reason of kotlinx's own cancellations is read from them") {
            runDuotone {
                var timeout: CancelReason? = null
                withTimeoutOrNull(5) {
                    try {
                        awaitCancellation()
                    } catch (cancellation: CancellationException) {
                        timeout = cancellation.reason
                        throw cancellation
                    }
                }
                timeout.shouldNotBeNull().kind shouldBe CancelReason.Kind.TIMEOUT

                var sibling: CancelReason? = null
                supervisorScope {
                    async {
                        launch(start = CoroutineStart.UNDISPATCHED) {
                            try {
                                awaitCancellation()
                            } catch (cancellation: CancellationException) {
                                sibling = cancellation.reason
                            }
                        }
                        error("broken")
                    }.join()
                }
                sibling.shouldNotBeNull().kind shouldBe CancelReason.Kind.SIBLING_FAILED
                CancellationException("mine").reason shouldBe CancelReason.cancelled("mine")
                CancellationException("mine").apply { initCause(IOException()) }.reason shouldBe CancelReason.cancelled("mine")
            }
        }

        test("T11 running Kotlin work is a task for Java: its value, its failure, its name, and cancelling it") {
            runDuotone {
                async(CoroutineName("adder")) { 1 }.asTask().also { it.name() shouldBe "adder" }.await() shouldBe 1
                supervisorScope {
                    val failure = shouldThrow<IllegalStateException> { async { error("broken") }.asTask().await() }
                    failure.message shouldBe "broken"
                }
                val work = async(start = CoroutineStart.UNDISPATCHED) { awaitCancellation() }
                val reason = CancelReason.cancelled("enough")
                work.asTask().cancel(reason)
                shouldThrow<CancellationException> { work.await() }.reason shouldBe reason
            }
        }
    })
