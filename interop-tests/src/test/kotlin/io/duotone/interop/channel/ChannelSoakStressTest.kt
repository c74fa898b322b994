@file:OptIn(DelicateCoroutinesApi::class)

package io.duotone.interop.channel

import io.duotone.Duotone
import io.duotone.DuotoneOptions
import io.duotone.Task
import io.duotone.channel.Channel
import io.duotone.channel.ChannelClosedException
import io.duotone.channel.Select
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.facade.asKotlin
import io.duotone.coroutines.facade.await
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import java.time.Duration
import java.util.SplittableRandom
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.TimeoutException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.microseconds
import kotlin.time.Duration.Companion.seconds

/**
 * Senders and receivers of both languages that change their minds at every moment, and channels that are closed or cancelled under them. At
 * the end every message is accounted for. `-Dduotone.soak=60` makes it last so many seconds; the seed is in what fails, and on the output.
 */
internal class ChannelSoakStressTest :
    FunSpec({
        val seconds = Integer.getInteger("duotone.soak", 2)

        for (workers in listOf(1, 2, 4)) {
            test("T37 T38 S42 C22 every message is received once, or its sender is told, or it is closed: $workers workers") {
                val seed = java.lang.Long.getLong("duotone.seed", System.nanoTime())
                println("ChannelSoakStressTest: $workers workers, seed $seed, $seconds s")
                val random = SplittableRandom(seed)
                var rounds = 0
                DuotoneRuntime(options(workers)).use { runtime ->
                    val end = System.nanoTime() + (seconds.seconds / 3).inWholeNanoseconds
                    do {
                        withClue("seed $seed, round ${rounds++}") {
                            runtime.block { withTimeout(60.seconds) { Round(random.split()).run() } }
                        }
                    } while (System.nanoTime() < end)
                }
                println("ChannelSoakStressTest: $rounds rounds")
            }

            test("C22 one consumer that polls with timeouts and cancels sees the order of one producer: $workers workers") {
                val seed = java.lang.Long.getLong("duotone.seed", System.nanoTime())
                val random = SplittableRandom(seed)
                DuotoneRuntime(options(workers)).use { runtime ->
                    withClue("seed $seed") { runtime.block { withTimeout(120.seconds) { order(random, 1_500 * seconds) } } }
                }
            }
        }
    })

private fun options(workers: Int): DuotoneOptions = Duotone.builder().name("soak").threads(workers).build()

private suspend fun order(random: SplittableRandom, count: Int) = coroutineScope {
    val channel = if (random.nextBoolean()) Channel.bounded<Int>(3) else Channel.rendezvous()
    launch {
        repeat(count) { channel.send(it).await() }
        channel.close()
    }
    val own = random.split()
    launch {
        var expected = 0
        while (true) {
            val asked = if (own.nextBoolean()) channel.receive(Duration.ofNanos(own.nextLong(20_000))) else channel.receive()
            if (own.nextBoolean()) repeat(own.nextInt(3)) { yield() }
            if (own.nextInt(3) == 0 && asked.cancel("polls")) continue
            try {
                asked.await() shouldBe expected
                expected++
            } catch (_: TimeoutException) {
                continue
            } catch (_: ChannelClosedException) {
                break
            }
        }
        expected shouldBe count
    }
}

/** A message, and what has become of it. */
private class Message(val number: Int) : AutoCloseable {
    val received = AtomicInteger()
    val closed = AtomicInteger()

    /** Whether its sender knows that it was not delivered, or that it was; null: it was cancelled in Kotlin, which does not say. */
    @Volatile
    var delivered: Boolean? = null

    fun receive() {
        received.incrementAndGet()
    }

    override fun close() {
        closed.incrementAndGet()
    }

    fun problemOrNull(): String? {
        val ends = received.get() + closed.get()
        val isRight = when (delivered) {
            true -> ends == 1
            false -> ends == 0
            null -> ends <= 1
        }
        if (isRight) return null
        return "message $number: delivered $delivered, received ${received.get()} times, closed ${closed.get()} times"
    }
}

private class Round(private val random: SplittableRandom) {
    private val kind = random.nextInt(5)
    private val channel: Channel<Message> = when (kind) {
        0 -> Channel.rendezvous()
        1 -> Channel.bounded(1)
        2 -> Channel.bounded(4)
        3 -> Channel.unbounded()
        else -> Channel.lifo(2)
    }
    private val isLifo = kind == 4
    private val isMixed = random.nextBoolean()
    private val messages = ConcurrentLinkedQueue<Message>()
    private val numbers = AtomicInteger()

    suspend fun run() = coroutineScope {
        val producers = List(1 + random.nextInt(3)) {
            launchActor(20 + random.nextInt(40)) { if (it) produceInKotlin(this) else produceInJava(this) }
        }
        val consumers = List(1 + random.nextInt(3)) {
            launchActor(Int.MAX_VALUE) { if (it) consumeInKotlin(this) else consumeInJava(this) }
        }
        if (random.nextInt(3) == 0) {
            repeat(random.nextInt(60)) { yield() }
            if (random.nextBoolean()) channel.close() else channel.cancel("soaked")
        }
        producers.joinAll()
        channel.close()
        consumers.joinAll()
        // Whoever was told the end did not take what came too late for a Kotlin coroutine, or was meant for a cancelled one.
        runCatching { channel.forEach { Task.completed(it.receive()) }.await() }
        withClue("$channel, mixed $isMixed") { messages.mapNotNull(Message::problemOrNull).shouldBeEmpty() }
    }

    private fun CoroutineScope.launchActor(steps: Int, step: suspend SplittableRandom.(Boolean) -> Boolean): Job {
        val own = random.split()
        val inKotlin = isMixed && random.nextBoolean()
        return launch {
            var left = steps
            while (left-- > 0 && own.step(inKotlin)) if (own.nextInt(4) == 0) yield()
        }
    }

    private fun message() = Message(numbers.incrementAndGet()).also(messages::add)

    private suspend fun produceInJava(random: SplittableRandom): Boolean {
        val message = message()
        if (random.nextInt(5) == 0) {
            val sent = runCatching { channel.trySend(message) }
            message.delivered = sent.getOrDefault(false)
            return sent.isSuccess
        }
        if (!isLifo && random.nextInt(5) == 0) return select(random, message)
        val task = if (random.nextInt(3) == 0) channel.send(message, Duration.ofNanos(random.nextLong(50_000))) else channel.send(message)
        changeMind(random, task)
        val outcome = runCatching { task.await() }
        message.delivered = outcome.isSuccess
        return outcome.exceptionOrNull() !is ChannelClosedException
    }

    private suspend fun select(random: SplittableRandom, message: Message): Boolean {
        val task = Select.of<Boolean>()
            .onSend(channel, message) { true }
            .onTimeout(Duration.ofNanos(random.nextLong(30_000))) { false }
            .begin()
        changeMind(random, task)
        val outcome = runCatching { task.await() }
        message.delivered = outcome.getOrDefault(false)
        return outcome.exceptionOrNull() !is ChannelClosedException
    }

    private suspend fun changeMind(random: SplittableRandom, task: Task<*>) {
        val how = random.nextInt(6)
        if (how > 1) return
        val derived = task.thenRun {}
        repeat(random.nextInt(3)) { yield() }
        if (how == 0) task.cancel("changed its mind") else derived.cancel("changed its mind")
    }

    private suspend fun consumeInJava(random: SplittableRandom): Boolean {
        if (!isLifo && random.nextInt(5) == 0) {
            val selected = Select.of<Message?>()
                .onReceive(channel) { it }
                .onTimeout(Duration.ofNanos(random.nextLong(30_000))) { null }
                .begin()
            changeMind(random, selected)
            return runCatching { selected.await()?.receive() }.exceptionOrNull() !is ChannelClosedException
        }
        val task = if (random.nextInt(3) == 0) channel.receive(Duration.ofNanos(random.nextLong(50_000))) else channel.receive()
        changeMind(random, task)
        val outcome = runCatching { task.await() }
        outcome.onSuccess(Message::receive)
        return outcome.exceptionOrNull() !is ChannelClosedException
    }

    private suspend fun produceInKotlin(random: SplittableRandom): Boolean {
        val message = message()
        return inKotlin(random, channel::isClosed) {
            message.delivered = null
            channel.asKotlin().send(message)
            message.delivered = true
        }
    }

    // Not before the end: kotlinx lets a send that waits when the channel is closed wait on for a receiver.
    private suspend fun consumeInKotlin(random: SplittableRandom): Boolean =
        inKotlin(random, { channel.asKotlin().isClosedForReceive }) { channel.asKotlin().receive().receive() }

    /** Whether the channel goes on. */
    private suspend fun inKotlin(random: SplittableRandom, isOver: () -> Boolean, operation: suspend () -> Unit): Boolean = coroutineScope {
        var goesOn = true
        val job = launch {
            try {
                if (random.nextInt(3) == 0) withTimeout(random.nextLong(50).microseconds) { operation() } else operation()
            } catch (cancelled: CancellationException) {
                // Of the channel, or of this coroutine alone.
                if (isOver()) goesOn = false
            } catch (_: NoSuchElementException) {
                goesOn = false
            } catch (_: IllegalStateException) {
                goesOn = false
            }
        }
        if (random.nextInt(4) == 0) {
            repeat(random.nextInt(3)) { yield() }
            job.cancel()
        }
        job.join()
        goesOn
    }
}
