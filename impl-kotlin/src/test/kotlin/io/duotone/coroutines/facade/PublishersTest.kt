package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Duotone
import io.duotone.TaskCancelledException
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.eventually
import io.duotone.coroutines.runDuotone
import io.duotone.coroutines.withRuntime
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.emptyFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.SubmissionPublisher
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.ContinuationInterceptor
import java.util.concurrent.Flow as JdkFlow

/** Flows and publishers, in both directions. */
internal class PublishersTest :
    FunSpec({
        test("C22 a publisher is a cold flow: each collection subscribes anew and gets all, whatever the batch") {
            val numbers = (0 until 1_000).toList()
            val subscriptions = AtomicInteger()
            runDuotone {
                val source = numbers.asFlow().asPublisher()
                val publisher = JdkFlow.Publisher<Int> {
                    subscriptions.incrementAndGet()
                    source.subscribe(it)
                }
                val flows = listOf(1, 2, 3, 64, 5_000).map { publisher.asFlow(it) }
                subscriptions.get() shouldBe 0
                for (flow in flows) flow.toList() shouldContainExactly numbers
                subscriptions.get() shouldBe 5
                withContext(Dispatchers.Default) { publisher.asFlow().toList() } shouldContainExactly numbers
                emptyFlow<Int>().asPublisher().asFlow().toList().shouldBeEmpty()
            }
        }

        test("C22 a collector that stops early, throws, or is cancelled while it waits, cancels the subscription") {
            runDuotone {
                val publisher = ByHand<Int>(sends = listOf(1, 2, 3))
                publisher.asFlow().first() shouldBe 1
                publisher.cancels.get() shouldBe 1
                publisher.asFlow().take(3).toList() shouldContainExactly listOf(1, 2, 3)
                publisher.cancels.get() shouldBe 2
                shouldThrow<IllegalStateException> { publisher.asFlow().collect { error("at $it") } }.message shouldBe "at 1"
                publisher.cancels.get() shouldBe 3
                val waits = CompletableDeferred<Unit>()
                val collector = launch { publisher.asFlow().collect { if (it == 3) waits.complete(Unit) } }
                waits.await()
                collector.cancel()
                collector.join()
                publisher.cancels.get() shouldBe 4
                publisher.asFlow(2).first() shouldBe 1
                publisher.requests shouldContainExactly listOf(64, 64, 64, 64, 2, 1)
            }
        }

        test("C22 what has come and was not taken is closed") {
            val closed = AtomicInteger()
            runDuotone {
                val publisher = ByHand(sends = List(3) { AutoCloseable { closed.incrementAndGet() } })
                publisher.asFlow().first()
            }
            closed.get() shouldBe 2
        }

        test("C22 the failure of a publisher comes after its elements") {
            runDuotone {
                val seen = ArrayList<Int>()
                shouldThrow<IllegalStateException> {
                    flow {
                        emit(1)
                        emit(2)
                        error("after all")
                    }.asPublisher().asFlow().collect(seen::add)
                }.message shouldBe "after all"
                seen shouldContainExactly listOf(1, 2)
            }
        }

        test("C22 a collector goes on on its own dispatcher, whatever thread the publisher sends from") {
            val publisher = SubmissionPublisher<Int>()
            val sender = Thread {
                eventually("a subscriber") { publisher.hasSubscribers() }
                repeat(100, publisher::submit)
                publisher.close()
            }
            sender.start()
            runDuotone {
                val own = DuotoneRuntime.currentOrNull()
                publisher.asFlow(4).onEach { DuotoneRuntime.currentOrNull() shouldBeSameInstanceAs own }.toList() shouldContainExactly
                    (0 until 100).toList()
            }
        }

        test("C22 a batch has at least one element, and the context of a publisher no job") {
            shouldThrow<IllegalArgumentException> { ByHand<Int>().asFlow(0) }.message shouldContain "a batch of 0"
            shouldThrow<IllegalArgumentException> { emptyFlow<Int>().asPublisher(Job()) }.message shouldContain "minusKey(Job)"
        }

        test("C22 a flow is collected for each subscriber, from its first request on, and no further than there is demand") {
            val emitted = AtomicInteger()
            val numbers = (1..10).asFlow().onEach { emitted.set(it) }
            for (dispatcher in listOf(null, Dispatchers.Default)) {
                withRuntime("publishes", workers = 2) { runtime ->
                    val publisher = numbers.asPublisher(dispatcher ?: runtime.dispatcher)
                    repeat(2) {
                        emitted.set(0)
                        val subscriber = Recorder<Int>().also(publisher::subscribe)
                        subscriber.subscription.request(3)
                        eventually("three elements") { subscriber.elements.size == 3 }
                        emitted.get() shouldBe 3
                        subscriber.subscription.request(7)
                        eventually("ten elements") { subscriber.elements.size == 10 }
                        subscriber.end.isDone shouldBe false
                        subscriber.subscription.request(1)
                        subscriber.end.join() shouldBe null
                        subscriber.elements.toList() shouldContainExactly (1..10).toList()
                    }
                }
            }
        }

        test("C22 a subscriber that cancels ends the collection, with the reason, wherever it is") {
            withRuntime("publishes", workers = 2) { runtime ->
                val begun = CountDownLatch(2)
                val reasons = ConcurrentLinkedQueue<CancelReason.Kind>()
                fun <T> telling(block: suspend () -> T): Flow<T> = flow {
                    try {
                        begun.countDown()
                        emit(block())
                    } catch (cancelled: TaskCancelledException) {
                        reasons += cancelled.reason().kind()
                        throw cancelled
                    }
                }
                val waiting = Recorder<Int>().also(telling<Int> { awaitCancellation() }.asPublisher(runtime.dispatcher)::subscribe)
                val emitting = Recorder<Int>().also(telling { 1 }.asPublisher(runtime.dispatcher)::subscribe)
                waiting.subscription.request(1)
                emitting.subscription.request(1)
                begun.await()
                eventually("an element") { emitting.elements.size == 1 }
                for (subscriber in listOf(waiting, emitting)) subscriber.subscription.cancel()
                eventually("both have been cancelled") { reasons.size == 2 }
                reasons.toSet() shouldBe setOf(CancelReason.Kind.SCOPE_CLOSED)
                waiting.end.isDone shouldBe false
            }
        }

        test("C22 a flow sees the context that was given, and the subscriber is called on the runtime") {
            withRuntime("publishes", workers = 1) { runtime ->
                val subscriber = Recorder<String>()
                // What is there before the request has returned is brought by its thread.
                val requested = CompletableDeferred<Unit>()
                flow {
                    requested.await()
                    emit(currentCoroutineContext()[CoroutineName]?.name.toString())
                    emit((currentCoroutineContext()[ContinuationInterceptor] === runtime.dispatcher).toString())
                }.asPublisher(runtime.dispatcher + CoroutineName("named")).subscribe(subscriber)
                subscriber.subscription.request(Long.MAX_VALUE)
                requested.complete(Unit)
                subscriber.end.join() shouldBe null
                subscriber.elements.toList() shouldContainExactly listOf("named", "true")
                subscriber.runtimes.toSet() shouldBe setOf(runtime)
            }
        }

        test("C22 a runtime that is closed is an error of the stream, also when it was closed before") {
            val subscriber = Recorder<Int>()
            lateinit var publisher: JdkFlow.Publisher<Int>
            withRuntime("publishes", workers = 1) { runtime ->
                publisher = flow<Int> { awaitCancellation() }.asPublisher(runtime.dispatcher)
                publisher.subscribe(subscriber)
                subscriber.subscription.request(1)
            }
            val late = Recorder<Int>().also(publisher::subscribe)
            late.subscription.request(1)
            for (ended in listOf(subscriber, late)) {
                ended.end.join().shouldBeInstanceOf<TaskCancelledException>().reason().kind() shouldBe CancelReason.Kind.SHUTDOWN
            }
        }

        test("C22 a subscriber that throws is cancelled and reported; so is a flow that fails when nobody listens") {
            val reported = ConcurrentLinkedQueue<String>()
            val options = Duotone.builder().uncaught { _, failure -> reported += failure.message.toString() }.build()
            DuotoneRuntime(options).use { runtime ->
                val throwing = object : JdkFlow.Subscriber<Int> by Recorder<Int>() {
                    override fun onSubscribe(subscription: JdkFlow.Subscription) = subscription.request(2)

                    override fun onNext(item: Int) = error("at $item")
                }
                flow {
                    try {
                        emit(1)
                    } finally {
                        error("cleanup")
                    }
                }.asPublisher(runtime.dispatcher).subscribe(throwing)
                eventually("both are reported") { reported.size == 2 }
            }
            reported.toList() shouldContainExactlyInAnyOrder listOf("at 1", "cleanup")
        }

        test("C22 a request for nothing is an error (3.9), and cancels the collection") {
            withRuntime("publishes", workers = 1) { runtime ->
                val subscriber = Recorder<Int>()
                (1..3).asFlow().asPublisher(runtime.dispatcher).subscribe(subscriber)
                subscriber.subscription.request(0)
                subscriber.end.join().shouldBeInstanceOf<IllegalArgumentException>().message shouldContain "0 elements were requested"
            }
        }

        test("C22 unbounded demand neither recurses nor keeps others from running") {
            withRuntime("publishes", workers = 1) { runtime ->
                val others = AtomicInteger()
                val endless = flow { while (true) emit(others.get()) }
                val subscriber = Recorder<Int>(keeps = false)
                endless.asPublisher(runtime.dispatcher).subscribe(subscriber)
                subscriber.subscription.request(Long.MAX_VALUE)
                runtime.block { others.incrementAndGet() }
                subscriber.subscription.cancel()
            }
        }
    })

/** Sends these to each subscriber at its first request, and writes down what it is asked for. */
private class ByHand<T : Any>(private val sends: List<T> = emptyList()) : JdkFlow.Publisher<T> {
    val requests = ConcurrentLinkedQueue<Long>()
    val cancels = AtomicInteger()

    override fun subscribe(subscriber: JdkFlow.Subscriber<in T>) {
        subscriber.onSubscribe(
            object : JdkFlow.Subscription {
                private val remaining = ArrayDeque(sends)

                override fun request(n: Long) {
                    requests += n
                    repeat(minOf(n, remaining.size.toLong()).toInt()) { remaining.removeFirstOrNull()?.let(subscriber::onNext) }
                }

                override fun cancel() {
                    cancels.incrementAndGet()
                }
            }
        )
    }
}

private class Recorder<T : Any>(private val keeps: Boolean = true) : JdkFlow.Subscriber<T> {
    lateinit var subscription: JdkFlow.Subscription
    val elements = ConcurrentLinkedQueue<T>()
    val runtimes = ConcurrentLinkedQueue<DuotoneRuntime>()
    val end = CompletableFuture<Throwable?>()

    override fun onSubscribe(subscription: JdkFlow.Subscription) {
        this.subscription = subscription
    }

    override fun onNext(item: T) {
        if (!keeps) return
        elements += item
        DuotoneRuntime.currentOrNull()?.let(runtimes::add)
    }

    override fun onError(throwable: Throwable) {
        end.complete(throwable)
    }

    override fun onComplete() {
        end.complete(null)
    }
}
