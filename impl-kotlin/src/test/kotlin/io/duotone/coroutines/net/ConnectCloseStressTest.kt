package io.duotone.coroutines.net

import io.duotone.coroutines.engine.stressScale
import io.duotone.coroutines.runDuotone
import io.kotest.assertions.nondeterministic.eventually
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.io.IOException
import kotlin.random.Random
import kotlin.time.Duration.Companion.seconds

/** Connections come and go, closed from either end and from other threads, while somebody waits on them or not. */
class ConnectCloseStressTest :
    FunSpec({
        val seed = System.nanoTime()

        for (workers in listOf(1, 2, 4)) {
            test("T49 2000 connections opened and closed leave no descriptor behind: $workers workers, seed $seed") {
                val before = openSocketsOrNull()
                runDuotone(workers(workers)) {
                    TcpListener.listen(loopback()).use { listener ->
                        val serving = launch { listener.serve { it.serveUntilClosed() } }
                        List(8) { i ->
                            val random = Random(seed + i)
                            launch { repeat(250 * stressScale) { connectAndClose(listener, random) } }
                        }.joinAll()
                        listener.close()
                        serving.join()
                    }
                    // The runtime still runs here: the descriptors must go without its end.
                    if (before != null) eventually(20.seconds) { openSocketsOrNull() shouldBe before }
                }
            }
        }
    })

private suspend fun TcpStream.serveUntilClosed() {
    try {
        while (true) {
            when (receiveSome(1).decodeToString()) {
                "" -> return
                "c" -> return close()
                else -> sendAll("answer")
            }
        }
    } catch (_: IOException) {
        // The client went away without a word.
    }
}

private suspend fun connectAndClose(listener: TcpListener, random: Random) {
    val client = TcpStream.connect(listener.localAddress)
    when (random.nextInt(6)) {
        0 -> Unit

        1 -> client.sendAll("a")

        2 -> {
            client.sendAll("a")
            client.receiveText(6) shouldBe "answer"
        }

        3 -> {
            client.sendAll("c")
            client.receiveSome().size shouldBe 0
        }

        4 -> withContext(Dispatchers.IO) { client.close() }

        else -> kotlinx.coroutines.coroutineScope {
            launch { runCatching { client.receiveSome() } }
            launch(Dispatchers.IO) { client.close() }
        }
    }
    client.close()
}
