package io.duotone.coroutines.engine.scheduler

import io.duotone.coroutines.blockWatched
import io.duotone.coroutines.onWorkers
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeGreaterThanOrEqual
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.selects.onTimeout
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.Semaphore
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.sync.withPermit
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import java.util.concurrent.atomic.AtomicInteger

/** kotlinx.coroutines on the dispatcher, unchanged. */
@OptIn(ExperimentalCoroutinesApi::class)
internal class RuntimeDispatcherTest :
    FunSpec({
        onWorkers("delay sleeps no shorter than asked, and a delay of nothing goes on") { runtime ->
            val before = System.nanoTime()
            runtime.blockWatched {
                delay(0)
                delay(-5)
                List(50) { launch { delay(it.toLong()) } }.joinAll()
            }
            (System.nanoTime() - before) shouldBeGreaterThanOrEqual 49_000_000L
        }

        onWorkers("an endless delay is cancelled, and its timer goes") { runtime ->
            runtime.blockWatched {
                val sleeper = launch { delay(Long.MAX_VALUE) }
                yield()
                sleeper.cancel()
                sleeper.join()
            }
        }

        onWorkers("withTimeout ends what takes too long, and leaves alone what does not") { runtime ->
            runtime.blockWatched {
                withTimeoutOrNull(5) { delay(Long.MAX_VALUE) }.shouldBeNull()
                withTimeoutOrNull(Long.MAX_VALUE) { 1 } shouldBe 1
                shouldThrow<TimeoutCancellationException> { withTimeout(5) { Channel<Int>().receive() } }
            }
        }

        onWorkers("a timer started from outside fires on the runtime") { runtime ->
            runtime.blockWatched {
                // Started on a thread of kotlinx, so that its delay is added from there.
                withContext(Dispatchers.Default) {
                    List(20) {
                        launch(runtime.dispatcher, CoroutineStart.UNDISPATCHED) {
                            delay(1)
                            Thread.currentThread().name shouldContain "-worker-"
                        }
                    }.joinAll()
                }
            }
        }

        onWorkers("channels of every capacity hand each message over once") { runtime ->
            for (capacity in listOf(Channel.RENDEZVOUS, 1, 64, Channel.UNLIMITED)) {
                val sum = AtomicInteger()
                runtime.blockWatched {
                    val channel = Channel<Int>(capacity)
                    val receivers = List(4) { launch { for (message in channel) sum.addAndGet(message) } }
                    List(4) { launch { repeat(1000) { channel.send(1) } } }.joinAll()
                    channel.close()
                    receivers.joinAll()
                }
                sum.get() shouldBe 4000
            }
        }

        onWorkers("Mutex and Semaphore keep others out") { runtime ->
            var guarded = 0
            val inside = AtomicInteger()
            val most = AtomicInteger()
            runtime.blockWatched {
                val mutex = Mutex()
                val semaphore = Semaphore(3)
                List(100) {
                    launch {
                        repeat(100) {
                            mutex.withLock { guarded++ }
                            semaphore.withPermit {
                                most.accumulateAndGet(inside.incrementAndGet(), ::maxOf)
                                yield()
                                inside.decrementAndGet()
                            }
                        }
                    }
                }.joinAll()
            }
            guarded shouldBe 10_000
            (most.get() <= 3) shouldBe true
        }

        onWorkers("select takes what is ready first, or its timeout") { runtime ->
            runtime.blockWatched {
                val silent = Channel<Int>()
                val speaking = async {
                    delay(1)
                    "spoke"
                }
                select {
                    silent.onReceive { "received" }
                    speaking.onAwait { it }
                } shouldBe "spoke"
                select {
                    silent.onReceive { "received" }
                    onTimeout(5) { "timed out" }
                } shouldBe "timed out"
            }
        }

        onWorkers("a flow from another dispatcher arrives in order") { runtime ->
            val source = flow { repeat(1000) { emit(it) } }
            runtime.blockWatched {
                source.flowOn(Dispatchers.Default).buffer(16).map {
                    if (it % 7 == 0) yield()
                    it
                }.toList() shouldBe List(1000) { it }
            }
        }

        onWorkers("async by the thousand, nested") { runtime ->
            runtime.blockWatched {
                List(100) { outer -> async { List(100) { inner -> async { outer * inner } }.awaitAll().sum() } }.awaitAll().sum()
            } shouldBe 4950 * 4950
        }

        onWorkers("a confined view runs one at a time, in order") { runtime ->
            val order = ArrayList<Int>()
            runtime.blockWatched {
                val confined = runtime.dispatcher.limitedParallelism(1)
                List(1000) { launch(confined) { order += it } }.joinAll()
                withContext(confined) { delay(1) }
            }
            order shouldBe List(1000) { it }
        }
    })
