package io.duotone.coroutines.net

import io.duotone.coroutines.engine.stressScale
import io.duotone.coroutines.runDuotone
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.delay
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import java.nio.ByteBuffer
import java.util.concurrent.TimeoutException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.random.Random
import kotlin.time.Duration.Companion.milliseconds

/** Timeouts race with the bytes they are waiting for: none is lost, and nobody waits for ever. */
class TcpStressTest :
    FunSpec({
        val seed = System.nanoTime()

        for (workers in listOf(1, 2, 4)) {
            test("T46 100 connections, 300 messages each, limits of 1 to 3 ms: $workers workers, seed $seed") {
                val timeouts = AtomicInteger()
                runDuotone(workers(workers)) {
                    TcpListener.listen(loopback()).use { listener ->
                        val serving = launch { listener.serve { it.echoWithDelays(Random(seed + it.remoteAddress.port)) } }
                        List(100) { i ->
                            val random = Random(seed + i)
                            launch {
                                TcpStream.connect(listener.localAddress).use { client ->
                                    repeat(300 * stressScale) { client.exchange(random, timeouts) }
                                }
                            }
                        }.joinAll()
                        listener.close()
                        serving.join()
                    }
                }
                timeouts.get() shouldBeGreaterThan 100
            }
        }
    })

private const val MOST_BYTES = 2000

private suspend fun TcpStream.exchange(random: Random, timeouts: AtomicInteger) {
    val message = random.nextBytes(random.nextInt(1, MOST_BYTES))
    sendAll(message)
    val answer = ByteBuffer.allocate(message.size)
    while (answer.hasRemaining()) {
        try {
            receiveSome(answer, timeout = random.nextInt(1, 4).milliseconds) shouldBeGreaterThan 0
        } catch (_: TimeoutException) {
            timeouts.incrementAndGet()
        }
    }
    answer.array().contentEquals(message) shouldBe true
}

private suspend fun TcpStream.echoWithDelays(random: Random) {
    val buffer = ByteBuffer.allocateDirect(MOST_BYTES)
    while (receiveSome(buffer.clear()) >= 0) {
        if (random.nextInt(4) == 0) delay(random.nextInt(1, 4).milliseconds)
        sendAll(buffer.flip())
    }
}
