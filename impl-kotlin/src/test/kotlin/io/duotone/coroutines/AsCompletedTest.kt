package io.duotone.coroutines

import io.duotone.CancelReason
import io.duotone.Duotone
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger

internal class AsCompletedTest :
    FunSpec({
        test("T21 Y25 results come in the order in which the blocks end") {
            runDuotone {
                val gates = List(3) { CompletableDeferred<Int>() }
                val order = ArrayDeque(listOf(2, 0, 1))
                fun openNext() = order.removeFirstOrNull()?.let { gates[it].complete(it) }
                openNext()
                val results = ArrayList<Int>()
                asCompleted(gates.map { gate -> suspend { gate.await() }.asBlock() }).collect {
                    results += it.getOrThrow()
                    openNext()
                }
                results shouldContainExactly listOf(2, 0, 1)
            }
        }

        test("C23 a block that fails or is cancelled by itself gives a failed result, and the flow goes on") {
            runDuotone {
                val results = asCompleted(
                    { error("failed") },
                    { throw CancellationException("itself") },
                    {
                        spawn { throw AssertionError("child") }
                        awaitCancellation()
                    },
                    { "value" },
                ).toList()
                results.map { it.getOrElse { failure -> failure.message } } shouldContainExactlyInAnyOrder
                    listOf("failed", "itself", "child", "value")
            }
        }

        test("T21 it is cold: each collector starts the blocks anew, and nothing runs before; an empty one ends") {
            runDuotone {
                val begun = AtomicInteger()
                val flow = asCompleted({ begun.incrementAndGet() }, { begun.incrementAndGet() })
                begun.get() shouldBe 0
                flow.toList().size shouldBe 2
                flow.map { it.getOrThrow() }.toList().sorted() shouldContainExactly listOf(3, 4)
                asCompleted(emptyList<suspend TaskScope.() -> Int>()).toList() shouldBe emptyList()
            }
        }

        test("T21 the blocks do not wait for a slow collector, and what they spawn is part of them") {
            runDuotone {
                val ended = AtomicInteger()
                val allEnded = CompletableDeferred<Unit>()
                val blocks = List(10) {
                    suspend { if (ended.incrementAndGet() == 10) allEnded.complete(Unit) }.asBlock()
                }
                asCompleted(blocks).collect { allEnded.await() }
                var inside = false
                asCompleted({
                    spawn {
                        yield()
                        inside = true
                    }
                    "value"
                }).first().getOrThrow() shouldBe "value"
                inside shouldBe true
            }
        }

        test("T21 a collector that stops early cancels the rest, and returns after its cleanup") {
            runDuotone {
                val kinds = ConcurrentLinkedQueue<CancelReason.Kind>()

                fun flow(): Flow<Result<String>> {
                    val begun = CompletableDeferred<Unit>()
                    return asCompleted(
                        {
                            begun.await()
                            "first"
                        },
                        { endless(kinds, begun) },
                    )
                }
                flow().first().getOrThrow() shouldBe "first"
                kinds.toList() shouldContainExactly listOf(CancelReason.Kind.SCOPE_CLOSED)

                flow().take(1).toList().size shouldBe 1
                kinds.size shouldBe 2

                shouldThrow<IllegalStateException> { flow().collect { error("collector") } }.message shouldBe "collector"
                kinds.size shouldBe 3
            }
        }

        test("T21 cancelling the collector cancels the blocks, with its reason, and waits for them") {
            runDuotone {
                val kinds = ConcurrentLinkedQueue<CancelReason.Kind>()
                val begun = CompletableDeferred<Unit>()
                val collector = spawn { asCompleted({ endless(kinds, begun) }).collect { } }
                begun.await()
                (collector as TaskScope).cancel(CancelReason.of(CancelReason.Kind.TIMEOUT, "too late"))
                collector.join()
                kinds.toList() shouldContainExactly listOf(CancelReason.Kind.TIMEOUT)
            }
        }

        test("T21 what is not taken is not lost: values are closed, failures reported, also those that come late") {
            val seen = ConcurrentLinkedQueue<String>()
            DuotoneRuntime(Duotone.builder().uncaught { _, failure -> seen += "reported ${failure.message}" }.build()).use { runtime ->
                runtime.blockWatched {
                    val begun = AtomicInteger()
                    val allBegun = CompletableDeferred<Unit>()
                    fun begins() {
                        if (begun.incrementAndGet() == 6) allBegun.complete(Unit)
                    }

                    fun closeable(text: String): AutoCloseable {
                        begins()
                        return AutoCloseable { seen += text }
                    }

                    fun fails(): Nothing {
                        begins()
                        error("early")
                    }
                    shouldThrow<IllegalStateException> {
                        asCompleted<AutoCloseable>(
                            { closeable("closed") },
                            { closeable("closed") },
                            { fails() },
                            { fails() },
                            { begins().let { whenCancelled { AutoCloseable { seen += "closed late" } } } },
                            { begins().let { whenCancelled { error("late") } } },
                        ).collect {
                            allBegun.await()
                            seen += "taken"
                            error("enough")
                        }
                    }.message shouldBe "enough"
                }
            }
            seen.count { it == "taken" } shouldBe 1
            seen.count { it == "closed" } + seen.count { it == "reported early" } shouldBe 3
            seen.count { it == "closed late" } shouldBe 1
            seen.count { it == "reported late" } shouldBe 1
        }

        test("T21 it collects on any dispatcher, and through one that is not the blocks'") {
            watched {
                kotlinx.coroutines.runBlocking {
                    val flow = asCompleted({ 1 }, { 2 })
                    flow.toList().map { it.getOrThrow() }.sorted() shouldContainExactly listOf(1, 2)
                    flow.flowOn(Dispatchers.Default).toList().size shouldBe 2
                }
            }
        }
    })

private fun <T> (suspend () -> T).asBlock(): suspend TaskScope.() -> T = { this@asBlock() }

private suspend fun endless(kinds: MutableCollection<CancelReason.Kind>, begun: CompletableDeferred<Unit>): Nothing = try {
    begun.complete(Unit)
    awaitCancellation()
} catch (cancelled: CancellationException) {
    withContext(NonCancellable) { yield() }
    kinds += cancelled.reason.kind()
    throw cancelled
}

private suspend fun <T> whenCancelled(then: suspend () -> T): T = try {
    awaitCancellation()
} catch (_: CancellationException) {
    withContext(NonCancellable) { then() }
}
