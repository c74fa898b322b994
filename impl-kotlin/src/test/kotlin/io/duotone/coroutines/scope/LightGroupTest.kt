package io.duotone.coroutines.scope

import io.duotone.CancelReason
import io.duotone.TaskCancelledException
import io.duotone.coroutines.blockWatched
import io.duotone.coroutines.onWorkers
import io.duotone.coroutines.spawn
import io.duotone.coroutines.withRuntime
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asContextElement
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.plus
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.ContinuationInterceptor

internal class LightGroupTest :
    FunSpec({
        val threadLocal = ThreadLocal<String>()

        /** The ways a member gets to a thread: by itself, through an interceptor, in place, on threads that are not ours. */
        val contexts = mapOf(
            "on the workers" to { CoroutineName("plain") },
            "with a thread context element" to { threadLocal.asContextElement("value") },
            "unconfined" to { Dispatchers.Unconfined },
            "on another dispatcher" to { Dispatchers.Default },
        )

        for ((where, context) in contexts) {
            onWorkers("T11 results come in the order of the blocks, $where") { runtime ->
                runtime.blockWatched {
                    for (size in listOf(0, 1, 2, 300, 5000)) {
                        withContext(context()) {
                            spawn(
                                List(size) { i ->
                                    suspend {
                                        if (i % 3 == 0) yield()
                                        if (i % 100 == 1) delay(1)
                                        i
                                    }
                                },
                            ).await()
                        } shouldBe List(size) { it }
                    }
                }
            }

            onWorkers("T11 C3 all run to their end, the failures after the first are suppressed in it, $where") { runtime ->
                val ended = AtomicInteger()
                val failures = List(3) { IllegalStateException("failure $it") }
                val first = shouldThrow<IllegalStateException> {
                    runtime.blockWatched {
                        withContext(context()) {
                            spawn(
                                failures.mapIndexed { i, failure ->
                                    suspend {
                                        delay(20L * i)
                                        throw failure
                                    }
                                } + List(10) {
                                    suspend {
                                        delay(60)
                                        ended.incrementAndGet()
                                        Unit
                                    }
                                },
                            ).await()
                        }
                    }
                }
                ended.get() shouldBe 10
                // Where assertions are on, kotlinx copies an exception that crosses a scope, with the original as its cause.
                val original = generateSequence<Throwable>(first) { it.cause }.last()
                listOf(original) + original.suppressed shouldContainExactlyInAnyOrder failures
            }

            onWorkers("C7 members of a cancelled group that have not begun never begin, $where") { runtime ->
                val begun = AtomicInteger()
                runtime.blockWatched {
                    // The group runs in a job of its own, since withContext would not even be entered.
                    val cancelled = CoroutineScope(currentCoroutineContext() + context() + Job().also { it.cancel() })
                    val group = cancelled.spawn(List(10) { suspend { begun.incrementAndGet() } })
                    group.join()
                    group.isCancelled shouldBe true
                }
                begun.get() shouldBe 0
            }

            onWorkers("C8 cancelling the group cancels every member, and it ends after their cleanup, $where") { runtime ->
                val members = 50
                val begun = AtomicInteger()
                val cleaned = AtomicInteger()
                val all = CompletableDeferred<Unit>()
                runtime.blockWatched {
                    val group = CoroutineScope(currentCoroutineContext() + context() + SupervisorJob()).async {
                        spawn(
                            List(members) {
                                suspend {
                                    if (begun.incrementAndGet() == members) all.complete(Unit)
                                    try {
                                        awaitCancellation()
                                    } finally {
                                        withContext(NonCancellable) { delay(5) }
                                        cleaned.incrementAndGet()
                                    }
                                }
                            },
                        ).await()
                    }
                    all.await()
                    val reason = CancelReason.cancelled("enough")
                    group.cancel(TaskCancelledException(reason))
                    val seen = shouldThrow<CancellationException> { group.await() }
                    CancelReason.of(seen) shouldBe reason
                    group.join()
                    cleaned.get() shouldBe members
                }
            }
        }

        onWorkers("C3 a member that ends with a cancellation of its own hides no failure") { runtime ->
            val failure = shouldThrow<IllegalStateException> {
                runtime.blockWatched {
                    supervisorScope {
                        spawn(
                            listOf<suspend () -> Unit>(
                                { throw CancellationException("only mine") },
                                {
                                    delay(10)
                                    error("real")
                                },
                            ),
                        ).await()
                    }
                }
            }
            failure.message shouldBe "real"
        }

        onWorkers("C3 two tasks: a cancellation of the first hides no failure of the second") { runtime ->
            val failure = shouldThrow<IllegalStateException> {
                runtime.blockWatched {
                    supervisorScope {
                        spawn(
                            { throw CancellationException("only mine") },
                            {
                                delay(10)
                                error("real")
                            },
                        ).await()
                    }
                }
            }
            failure.message shouldBe "real"
        }

        onWorkers("C2 the failure of a group fails its scope") { runtime ->
            shouldThrow<IllegalStateException> {
                runtime.blockWatched {
                    spawn(listOf<suspend () -> Int>({ error("mine") }))
                    awaitCancellation()
                }
            }.message shouldBe "mine"
        }

        test("a collection that changes while it is read fails, and no member begins") {
            withRuntime("changing", 2) { runtime ->
                val begun = AtomicInteger()
                for (claimed in listOf(1, 5)) {
                    begun.set(0)
                    val three = List(3) { suspend { begun.incrementAndGet() } }
                    val liar = object : AbstractCollection<suspend () -> Int>() {
                        override val size: Int get() = claimed

                        override fun iterator() = three.iterator()
                    }
                    shouldThrow<ConcurrentModificationException> { runtime.blockWatched { spawn(liar).await() } }
                    begun.get() shouldBe 0
                }
                val thrower = object : AbstractCollection<suspend () -> Int>() {
                    override val size: Int get() = 3

                    override fun iterator() = sequence<suspend () -> Int> {
                        yield { begun.incrementAndGet() }
                        error("the iterator")
                    }.iterator()
                }
                shouldThrow<IllegalStateException> { runtime.blockWatched { spawn(thrower).await() } }.message shouldContain "the iterator"
            }
        }

        onWorkers("a member sees the context of the group, and may open a scope of its own") { runtime ->
            runtime.blockWatched {
                withContext(CoroutineName("group") + threadLocal.asContextElement("seen")) {
                    spawn(
                        List(10) { i ->
                            suspend {
                                yield()
                                threadLocal.get() shouldBe "seen"
                                currentCoroutineContext()[CoroutineName]?.name shouldBe "group"
                                coroutineScope {
                                    val child = async { i }
                                    child.await()
                                }
                            }
                        },
                    ).await() shouldBe List(10) { it }
                }
            }
        }

        onWorkers("a timeout around a group ends it and all its members") { runtime ->
            val alive = AtomicInteger()
            runtime.blockWatched {
                withTimeoutOrNull(20) {
                    spawn(
                        List(1000) {
                            suspend {
                                alive.incrementAndGet()
                                try {
                                    awaitCancellation()
                                } finally {
                                    alive.decrementAndGet()
                                }
                            }
                        },
                    ).await()
                }.shouldBeNull()
            }
            alive.get() shouldBe 0
        }

        for ((where, context) in contexts) {
            onWorkers("T11 members find what is in the context of the group, $where") { runtime ->
                runtime.blockWatched {
                    withContext(context() + CoroutineName("group")) {
                        val around = currentCoroutineContext()
                        val seen = spawn(listOf(suspend { currentCoroutineContext() })).await().single()
                        val count: (Int, Any) -> Int = { found, _ -> found + 1 }
                        seen.fold(0, count) shouldBe around.fold(0, count)
                        seen[CoroutineName] shouldBe CoroutineName("group")
                        seen[ContinuationInterceptor] shouldBe around[ContinuationInterceptor]
                        seen.minusKey(Job)[Job].shouldBeNull()
                        (seen + CoroutineName("other"))[CoroutineName] shouldBe CoroutineName("other")
                    }
                }
            }
        }

        onWorkers("T11 a member may be a reference to a function") { runtime ->
            runtime.blockWatched { spawn(List(300) { ::yieldedOnce }).await() } shouldBe List(300) { 7 }
        }

        onWorkers("groups within groups") { runtime ->
            runtime.blockWatched {
                spawn(
                    List(20) { outer ->
                        suspend { coroutineScope { spawn(List(20) { inner -> suspend { outer * inner } }).await() }.sum() }
                    }
                ).await().sum()
            } shouldBe 190 * 190
        }
    })

private suspend fun yieldedOnce(): Int {
    yield()
    return 7
}
