package io.duotone.coroutines.scope

import io.duotone.CancelReason
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.blockWatched
import io.duotone.coroutines.eventually
import io.duotone.coroutines.onWorkers
import io.duotone.coroutines.reason
import io.duotone.coroutines.taskScope
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeLessThan
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.yield
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.hours

/** Scopes with very many children. */
internal class ManyChildrenStressTest :
    FunSpec({
        onWorkers("C5 100,000 children are cancelled, all clean up, and nothing stays behind") { runtime ->
            cancelMany(runtime) // classes, pools and queues have their size from then on
            val before = usedHeap()
            cancelMany(runtime)
            eventually("no work is queued") { !runtime.pool.hasQueuedWork() }
            usedHeap() - before shouldBeLessThan 4_000_000L
        }

        onWorkers("T22 a scope of 1,000,000 children joins") { runtime ->
            val ended = AtomicInteger()
            runtime.blockWatched {
                taskScope {
                    repeat(1_000_000) {
                        spawn { ended.incrementAndGet() }
                        if (it % 1000 == 0) yield()
                    }
                }
            }
            ended.get() shouldBe 1_000_000
        }
    })

private const val MANY = 100_000

private fun cancelMany(runtime: DuotoneRuntime) {
    val started = AtomicInteger()
    val cleanedUp = AtomicInteger()
    val cancelled = shouldThrow<CancellationException> {
        runtime.blockWatched {
            taskScope("many") {
                repeat(MANY) { child ->
                    spawn {
                        started.incrementAndGet()
                        try {
                            if (child % 2 == 0) awaitCancellation() else delay(1.hours)
                        } finally {
                            cleanedUp.incrementAndGet()
                        }
                    }
                }
                while (started.get() < MANY) yield()
                cancel(CancelReason.cancelled("enough"))
            }
        }
    }
    cancelled.reason shouldBe CancelReason.cancelled("enough")
    cleanedUp.get() shouldBe MANY
}

private fun usedHeap(): Long {
    val memory = Runtime.getRuntime()
    return (1..5).minOf {
        System.gc()
        memory.totalMemory() - memory.freeMemory()
    }
}
