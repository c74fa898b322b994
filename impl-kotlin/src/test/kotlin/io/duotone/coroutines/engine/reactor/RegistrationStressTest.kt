package io.duotone.coroutines.engine.reactor

import io.duotone.Duotone
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.engine.stressScale
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import java.nio.ByteBuffer
import java.nio.channels.ClosedChannelException
import java.nio.channels.Pipe
import java.util.concurrent.atomic.AtomicInteger
import kotlin.random.Random
import kotlin.time.Duration.Companion.seconds

/** Readiness, close, cancellation and nudge reach a waiter at every moment of its wait, from inside and outside: each wait ends. */
internal class RegistrationStressTest :
    FunSpec({
        val seed = System.nanoTime()

        for (workers in listOf(1, 2, 4)) {
            test("every wait ends: $workers workers, seed $seed") {
                DuotoneRuntime(Duotone.builder().threads(workers).build()).use { runtime ->
                    runtime.block {
                        List(4) { lane ->
                            launch {
                                val random = Random(seed + lane)
                                repeat(1000 * stressScale) { round -> race(runtime, random, "lane $lane round $round") }
                            }
                        }
                    }
                }
            }
        }
    })

private suspend fun race(runtime: DuotoneRuntime, random: Random, name: String) {
    val pipe = Pipe.open()
    pipe.source().configureBlocking(false)
    val registration = Registration(pipe.source(), runtime.pool)
    val rounds = random.nextInt(1, 4)
    val reads = AtomicInteger()
    val waiter = runtime.spawn {
        try {
            val buffer = ByteBuffer.allocate(1)
            while (reads.get() < rounds) {
                registration.awaitReadable()
                if (pipe.source().read(buffer.clear()) == 1) reads.incrementAndGet()
            }
        } catch (_: ClosedChannelException) {
            // One of the ends that are fine.
        }
    }
    val spins = random.nextInt(2000)
    val end = random.nextInt(3)
    val actor = runtime.rootScope.launch(if (random.nextBoolean()) Dispatchers.Default else runtime.dispatcher) {
        repeat(rounds) {
            repeat(spins) { Thread.onSpinWait() }
            if (random.nextInt(3) == 0) registration.nudgeReader()
            pipe.sink().write(ByteBuffer.wrap(byteArrayOf(1)))
        }
        when (end) {
            0 -> registration.close()
            1 -> waiter.cancel()
        }
    }
    val ended = withTimeoutOrNull(30.seconds) {
        actor.join()
        waiter.join()
    }
    check(ended != null) { "$name: $waiter still waits after $rounds bytes and end $end" }
    if (end == 2) reads.get() shouldBe rounds
    registration.close()
    pipe.sink().close()
}
