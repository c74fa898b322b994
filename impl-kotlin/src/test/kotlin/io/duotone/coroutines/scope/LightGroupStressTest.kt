package io.duotone.coroutines.scope

import io.duotone.coroutines.blockWatched
import io.duotone.coroutines.engine.stressScale
import io.duotone.coroutines.onWorkers
import io.duotone.coroutines.spawn
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.util.SplittableRandom
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.minutes

/** Groups cancelled at every moment: each ends, once, after all of its members that began. */
internal class LightGroupStressTest :
    FunSpec({
        onWorkers("random cancels, failures and sizes") { runtime ->
            val seed = System.nanoTime()
            val random = SplittableRandom(seed)
            val begun = AtomicInteger()
            val ended = AtomicInteger()

            fun member(kind: Int): suspend () -> Int = {
                begun.incrementAndGet()
                try {
                    when (kind) {
                        0 -> yield()
                        1 -> delay(1)
                        2 -> Channel<Int>().receive()
                        3 -> error("a member failed")
                        4 -> withContext(Dispatchers.Default) { yield() }
                    }
                    kind
                } finally {
                    ended.incrementAndGet()
                }
            }

            val detached = CoroutineScope(runtime.dispatcher + SupervisorJob())
            runtime.blockWatched(2.minutes * stressScale) {
                repeat(1500 * stressScale) { round ->
                    val size = if (round % 50 == 0) random.nextInt(2000) else random.nextInt(20)
                    val endless = random.nextBoolean()
                    val blocks = List(size) { member(random.nextInt(10).let { if (it == 2 && !endless) 0 else it }) }
                    val group = detached.async { spawn(blocks).await() }
                    repeat(random.nextInt(3)) { yield() }
                    repeat(random.nextInt(2000)) { Thread.onSpinWait() }
                    if (endless || random.nextBoolean()) group.cancel()
                    val outcome = runCatching { group.await() }
                    group.join()
                    val context = "seed $seed, round $round: $outcome"
                    // Nothing of the group runs on after it.
                    (context to ended.get()) shouldBe (context to begun.get())
                    outcome.onSuccess { (context to it.size) shouldBe (context to size) }
                    outcome.onFailure {
                        (context to (it is CancellationException || it.message == "a member failed")) shouldBe
                            (context to true)
                    }
                }
            }
        }
    })
