package io.duotone.coroutines

import io.duotone.CancelReason
import io.duotone.Coroutine
import io.duotone.Duotone
import io.duotone.DuotoneOptions
import io.duotone.TaskCancelledException
import io.duotone.coroutines.facade.asJava
import io.duotone.coroutines.facade.await
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
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread

@OptIn(ExperimentalCoroutinesApi::class)
class MemoizedTest :
    FunSpec({
        onWorkers("Y7 C25 a diamond runs once, for those who await it at the same time and for those who come later") { runtime ->
            val runs = AtomicInteger()
            val base = memoized("base") { yield().let { Any() }.also { runs.incrementAndGet() } }
            val left = memoized("left") { base.await() }
            val right = memoized("right") { base.await() }
            runtime.blockWatched {
                val values = List(100) { async { if (it % 2 == 0) left.await() else right.await() } }.awaitAll()
                values.distinct() shouldContainExactly listOf(base.await())
            }
            runtime.blockWatched { left.await() shouldBeSameInstanceAs right.await() }
            runs.get() shouldBe 1
        }

        test("C25 nothing runs until somebody awaits it, and null is a value like any other") {
            val runs = AtomicInteger()
            val nothing = memoized<Any?> {
                runs.incrementAndGet()
                null
            }
            runs.get() shouldBe 0
            runDuotone { repeat(3) { nothing.await() shouldBe null } }
            runs.get() shouldBe 1
        }

        test("C25 a failure is remembered, the same for all, and reported to nobody else") {
            val reported = ConcurrentLinkedQueue<Throwable>()
            val runs = AtomicInteger()
            val failing = memoized<Int>("failing") { error("broken ${runs.incrementAndGet()}") }
            DuotoneRuntime(Duotone.builder().uncaught { _, failure -> reported += failure }.build()).use { runtime ->
                runtime.blockWatched {
                    val first = shouldThrow<IllegalStateException> { failing.await() }
                    shouldThrow<IllegalStateException> { failing.await() }.message shouldBe first.message
                }
            }
            runs.get() shouldBe 1
            reported.shouldBeEmpty()
        }

        test("C17 C25 whoever is cancelled hurts no others; the last cancels the run with its reason, and the next runs it anew") {
            withRuntime("memo", 2) { runtime ->
                val runs = AtomicInteger()
                val begun = CompletableDeferred<Unit>()
                val seen = CompletableDeferred<CancelReason>()
                val memo = memoized("slow") {
                    if (runs.incrementAndGet() == 1) {
                        begun.complete(Unit)
                        untilCancelled { seen.complete(it) }
                    }
                    runs.get()
                }
                runtime.blockWatched {
                    val awaiting = List(2) { launch(start = CoroutineStart.UNDISPATCHED) { memo.await() } }
                    begun.await()
                    awaiting[0].cancelAndJoin()
                    repeat(10) { yield() }
                    seen.isCompleted shouldBe false
                    awaiting[1].cancel(TaskCancelledException(CancelReason.cancelled("enough")))
                    seen.await() shouldBe CancelReason.cancelled("enough")
                    memo.await() shouldBe 2
                }
            }
        }

        test("C25 who comes while an abandoned run cleans up waits for that first, and gets a run of its own") {
            withRuntime("memo", 2) { runtime ->
                val running = AtomicInteger()
                val most = AtomicInteger()
                val runs = AtomicInteger()
                val begun = CompletableDeferred<Unit>()
                val cleaning = CompletableDeferred<Unit>()
                val mayEnd = CompletableDeferred<Unit>()
                val memo = memoized {
                    most.accumulateAndGet(running.incrementAndGet(), ::maxOf)
                    try {
                        if (runs.incrementAndGet() == 1) {
                            begun.complete(Unit)
                            awaitCancellation()
                        }
                        "second"
                    } finally {
                        withContext(NonCancellable) {
                            cleaning.complete(Unit)
                            mayEnd.await()
                            running.decrementAndGet()
                        }
                    }
                }
                runtime.blockWatched {
                    val first = launch { memo.await() }
                    begun.await()
                    first.cancelAndJoin()
                    cleaning.await()
                    val given = launch(start = CoroutineStart.UNDISPATCHED) { memo.await() }
                    val second = async(start = CoroutineStart.UNDISPATCHED) { memo.await() }
                    given.cancelAndJoin()
                    runs.get() shouldBe 1
                    mayEnd.complete(Unit)
                    second.await() shouldBe "second"
                }
                most.get() shouldBe 1
            }
        }

        test("C18 C25 what fails in the cleanup of an abandoned run is no result, and is reported") {
            val reported = ConcurrentLinkedQueue<String?>()
            val runs = AtomicInteger()
            DuotoneRuntime(Duotone.builder().uncaught { name, failure -> reported += "$name: ${failure.message}" }.build()).use { runtime ->
                val begun = CompletableDeferred<Unit>()
                val memo = memoized("closing") {
                    if (runs.incrementAndGet() == 1) untilCancelled(begun) { error("in cleanup") }
                    "value"
                }
                runtime.blockWatched {
                    val first = launch { memo.await() }
                    begun.await()
                    first.cancelAndJoin()
                    memo.await() shouldBe "value"
                }
            }
            reported.toList() shouldContainExactly listOf("closing: in cleanup")
        }

        test("C25 the run lives apart from the scope of the first who awaits it, and what it spawns belongs to it") {
            withRuntime("memo", 2) { runtime ->
                val gate = CompletableDeferred<String>()
                val begun = CompletableDeferred<Unit>()
                val ended = AtomicInteger()
                val memo = memoized("apart") {
                    spawn("inside") {
                        gate.await()
                        ended.incrementAndGet()
                    }
                    begun.complete(Unit)
                    "value"
                }
                runtime.blockWatched {
                    supervisorScope {
                        val first = launch { taskScope("first") { memo.await() } }
                        begun.await()
                        val second = async(start = CoroutineStart.UNDISPATCHED) { memo.await() }
                        first.cancelAndJoin()
                        second.isCompleted shouldBe false
                        gate.complete("open")
                        second.await() shouldBe "value"
                        ended.get() shouldBe 1
                    }
                }
            }
        }

        test("C25 a run that cancels itself is no result: those that wait see it, and the next runs it anew") {
            val runs = AtomicInteger()
            val memo = memoized { if (runs.incrementAndGet() == 1) throw CancellationException("itself") else "value" }
            runDuotone {
                shouldThrow<CancellationException> { memo.await() }.message shouldBe "itself"
                memo.await() shouldBe "value"
            }
        }

        test("Y29 C25 awaited on two runtimes it runs once, and each goes on where it was; it outlives the one it ran on") {
            withRuntime("here", 1) { here ->
                val gate = CompletableDeferred<Unit>()
                val memo = memoized {
                    gate.await()
                    threadName()
                }
                withRuntime("there", 1) { there ->
                    val first = here.spawn { memo.await() to threadName() }
                    eventually("the run has begun") { here.rootScope.tasks().size == 2 }
                    val second = there.spawn {
                        val value = memo.await()
                        value to threadName()
                    }
                    gate.complete(Unit)
                    here.blockWatched { first.await() } shouldBe ("here-worker-0" to "here-worker-0")
                    there.blockWatched { second.await() } shouldBe ("here-worker-0" to "there-worker-0")
                }
            }
            runDuotone { memoized { 1 }.await() shouldBe 1 }
        }

        test("C1 C25 closing the runtime of the run cancels it; who waits on another runs it anew there") {
            val runs = AtomicInteger()
            val begun = CompletableDeferred<Unit>()
            val seen = CompletableDeferred<CancelReason>()
            val memo = memoized {
                if (runs.incrementAndGet() == 1) untilCancelled(begun) { seen.complete(it) }
                threadName()
            }
            withRuntime("stays", 1) { stays ->
                lateinit var other: Deferred<String>
                withRuntime("closes", 1) { closes ->
                    closes.spawn { memo.await() }
                    watched { closes.block { begun.await() } }
                    val isWaiting = CompletableDeferred<Unit>()
                    other = stays.spawn {
                        isWaiting.complete(Unit)
                        memo.await()
                    }
                    stays.blockWatched { isWaiting.await() }
                    stays.blockWatched { yield() }
                }
                stays.blockWatched { other.await() } shouldBe "stays-worker-0"
                stays.blockWatched { seen.await() }.kind() shouldBe CancelReason.Kind.SHUTDOWN
            }
        }

        test("Y9 C25 a coroutine that awaits itself is told so") {
            lateinit var self: Memoized<Int>
            self = memoized("self") { self.await() }
            runDuotone { shouldThrow<IllegalStateException> { self.await() }.message shouldContain "self -> self" }
        }

        onWorkers("Y9 C25 a cycle of two is thrown to the one that closes it, which may go on without") { runtime ->
            lateinit var a: Memoized<String>
            val message = CompletableDeferred<String?>()
            val b = memoized("b") {
                message.complete(shouldThrow<IllegalStateException> { a.await() }.message)
                "b alone"
            }
            a = memoized("a") { "a with ${b.await()}" }
            runtime.blockWatched { a.await() } shouldBe "a with b alone"
            runtime.blockWatched { message.await() }.shouldNotBeNull() shouldContain "for ever: a -> b -> a:"
        }

        onWorkers(
            "Y9 C25 a cycle is found through nested scopes, spawned tasks, uncancellable sections, Java and several waits at once"
        ) { runtime ->
            lateinit var a: Memoized<Int>
            val gate = CompletableDeferred<Unit>()
            val other = memoized("other") { gate.await().let { 0 } }
            val d: Coroutine<Int> = Coroutine { scope -> scope.spawn(a.asJava()) }.memoized("d")
            val c = memoized { withContext(NonCancellable) { d.await() } }
            val b = memoized("b") {
                taskScope {
                    spawn { fork { other.await() + c.await() }.await() }.await()
                }
            }
            a = memoized("a") {
                val waits = listOf(async { other.await() }, async { b.await() })
                waits.awaitAll().sum()
            }
            runtime.blockWatched {
                val awaiting = async { runCatching { a.await() } }
                yield()
                gate.complete(Unit)
                val failure = awaiting.await().exceptionOrNull().shouldNotBeNull()
                generateSequence(failure) { it.cause }.last().message.shouldNotBeNull() shouldContain "a -> b -> (no name) -> d -> a"
            }
        }

        test("Y9 C25 many that begin a cycle at the same time end, however they are taken") {
            repeat(200) { round ->
                val size = 2 + round % 4
                val ring = ArrayList<Memoized<Int>>()
                repeat(size) { index -> ring += memoized("$index") { yield().let { ring[(index + 1) % size].await() } } }
                withRuntime("ring", 2) { runtime ->
                    runtime.blockWatched {
                        val outcomes = ring.map { async { runCatching { it.await() } } }.awaitAll()
                        outcomes.forEach { it.exceptionOrNull()?.message.shouldNotBeNull() shouldContain " -> " }
                    }
                }
            }
        }

        test("Y9 C25 waits that are over are no part of a cycle") {
            val gate = CompletableDeferred<Unit>()
            lateinit var a: Memoized<String>
            val begun = CompletableDeferred<Unit>()
            val b = memoized("b") {
                begun.complete(Unit)
                gate.await()
                a.await()
            }
            a = memoized("a") {
                val given = launch(start = CoroutineStart.UNDISPATCHED) { b.await() }
                begun.await()
                val second = spawn { gate.await() }
                // b has one more who awaits it, and so goes on when this one leaves.
                given.cancelAndJoin()
                gate.complete(Unit)
                second.await()
                "a"
            }
            withRuntime("over", 2) { runtime ->
                runtime.blockWatched {
                    val awaitsB = async(start = CoroutineStart.UNDISPATCHED) { b.await() }
                    a.await() shouldBe "a"
                    awaitsB.await() shouldBe "a"
                }
            }
        }

        test("Y9 C25 what a run starts in a scope that it does not wait for is no part of it, and may await it") {
            lateinit var a: Memoized<String>
            val service = CompletableDeferred<CoroutineScope>()
            val early = CompletableDeferred<Deferred<String>>()
            a = memoized("a") {
                val scope = CoroutineScope(coroutineContext + SupervisorJob())
                early.complete(scope.async(start = CoroutineStart.UNDISPATCHED) { a.await() })
                service.complete(scope)
                "a"
            }
            val b = memoized("b") {
                service.await().async(start = CoroutineStart.UNDISPATCHED) { taskScope { fork { a.await() }.await() } }.await()
            }
            withRuntime("service", 2) { runtime ->
                runtime.blockWatched {
                    a.await() shouldBe "a"
                    early.await().await() shouldBe "a"
                    b.await() shouldBe "a"
                }
            }
        }

        test("C1 C25 work that a closing runtime waits for may still be the first to await") {
            val begun = CountDownLatch(1)
            val gate = CompletableDeferred<Unit>()
            val memo = memoized { yield().let { "value" } }
            val runtime = DuotoneRuntime(Duotone.builder().atExit(DuotoneOptions.AtExit.JOIN).build())
            val task = runtime.spawn {
                begun.countDown()
                gate.await()
                memo.await()
            }
            begun.await()
            val closing = thread { runtime.close() }
            eventually("the runtime closes") { runtime.isClosed }
            gate.complete(Unit)
            watched { closing.join() }
            task.getCompleted() shouldBe "value"
        }

        test("C25 the two languages share the one run, and the face of the other is always the same") {
            val runs = AtomicInteger()
            val memo = memoized("shared") { runs.incrementAndGet() }
            val face = memo.asJava()
            memo.asJava() shouldBeSameInstanceAs face
            face.memoized() shouldBeSameInstanceAs face
            runDuotone {
                face.await() shouldBe 1
                memo.await() shouldBe 1
            }
            Duotone.run(face) shouldBe 1
            Duotone.run { scope -> scope.spawn(face, face).thenApply { it.first() + it.second() } } shouldBe 2
            runs.get() shouldBe 1
        }

        test("C9 C25 awaiting it on a runtime that is closed is refused, and the next may run it") {
            val memo = memoized { 1 }
            val closed = DuotoneRuntime().also { it.close() }
            shouldThrow<IllegalStateException> { runDuotone { withContext(closed.dispatcher + NonCancellable) { memo.await() } } }
                .message.shouldNotBeNull() shouldContain "is closed"
            runDuotone { memo.await() shouldBe 1 }
        }
    })

private suspend fun untilCancelled(begun: CompletableDeferred<Unit>? = null, seen: (CancelReason) -> Unit): Nothing = try {
    begun?.complete(Unit)
    awaitCancellation()
} catch (cancelled: CancellationException) {
    seen(cancelled.reason)
    throw cancelled
}
