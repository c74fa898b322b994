package io.duotone.coroutines.engine.scheduler

import io.duotone.coroutines.HANG
import io.duotone.coroutines.engine.platform.SystemPlatform
import io.duotone.coroutines.engine.reactor.Poller
import io.duotone.coroutines.engine.reactor.ReadyList
import io.duotone.coroutines.engine.reactor.Registration
import io.duotone.coroutines.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeGreaterThanOrEqual
import io.kotest.matchers.shouldBe
import java.io.IOException
import java.nio.channels.SelectableChannel
import java.nio.channels.SelectionKey
import java.util.concurrent.Semaphore
import kotlin.concurrent.thread

internal class ParkerTest :
    FunSpec({
        fun sleeping(parker: Parker, nanos: Long = Long.MAX_VALUE) = thread(isDaemon = true) { parker.sleep(nanos, ReadyList()) }

        fun Thread.shouldEnd() {
            join(HANG.inWholeMilliseconds)
            isAlive shouldBe false
        }

        for (polls in listOf(false, true)) {
            val place = if (polls) "in the poller" else "on its thread"

            test("a wake ends a sleep $place") {
                val parker = Parker(SystemPlatform(), PermitPoller(polls))
                val sleeper = sleeping(parker)
                eventually("it sleeps") { parker.isParked }
                parker.toString() shouldBe if (polls) "polling" else "parked"
                parker.wake()
                sleeper.shouldEnd()
                parker.isParked shouldBe false
            }

            test("a wake before the sleep $place keeps it from beginning, once") {
                val parker = Parker(SystemPlatform(), PermitPoller(polls))
                parker.wake()
                parker.wake()
                sleeping(parker).shouldEnd()
                val second = sleeping(parker)
                eventually("it sleeps") { parker.isParked }
                parker.wakeIfParked()
                second.shouldEnd()
            }

            test("a sleep $place ends by itself, and not too early") {
                val platform = SystemPlatform()
                val parker = Parker(platform, PermitPoller(polls))
                val before = platform.nanoTime()
                val limit = 20_000_000L
                // A park may end for no reason; a worker sleeps again then.
                while (platform.nanoTime() - before < limit) parker.sleep(limit - (platform.nanoTime() - before), ReadyList())
                (platform.nanoTime() - before) shouldBeGreaterThanOrEqual limit
                parker.toString() shouldBe "running"
            }
        }

        test("wakeIfParked leaves a running worker and its next sleep alone") {
            val parker = Parker(SystemPlatform(), PermitPoller(isActive = false))
            parker.wakeIfParked()
            val sleeper = sleeping(parker)
            eventually("it sleeps") { parker.isParked }
            parker.wake()
            sleeper.shouldEnd()
        }

        test("a poll that throws leaves the worker running") {
            val poller = object : Poller by PermitPoller(isActive = true) {
                override fun poll(timeoutNanos: Long, ready: ReadyList): Unit = throw IOException("no descriptor left")
            }
            val parker = Parker(SystemPlatform(), poller)
            shouldThrow<IOException> { parker.sleep(Long.MAX_VALUE, ReadyList()) }
            parker.toString() shouldBe "running"
        }

        test("a channel registered after the place of the sleep was chosen keeps it from parking on the thread") {
            // The answers a worker gets when somebody registers between its two questions.
            val answers = ArrayDeque(listOf(false, true))
            val poller = object : Poller by PermitPoller(isActive = false) {
                override val isActive: Boolean get() = answers.removeFirst()
            }
            sleeping(Parker(SystemPlatform(), poller)).shouldEnd()
        }
    })

/** A poller without channels. */
private class PermitPoller(override val isActive: Boolean) : Poller {
    private val wakeUps = Semaphore(0)

    override fun tryOpen(): Boolean = true

    override fun register(channel: SelectableChannel, registration: Registration): SelectionKey = throw UnsupportedOperationException()

    override fun interestChanged() {}

    override fun deregistered() {}

    override fun awaitFreed() {}

    override fun poll(timeoutNanos: Long, ready: ReadyList) {
        wakeUps.tryAcquire(timeoutNanos, java.util.concurrent.TimeUnit.NANOSECONDS)
        wakeUps.drainPermits()
    }

    override fun tryPoll(timeoutNanos: Long, ready: ReadyList): Boolean = false

    override fun wakeUp() {
        wakeUps.release()
    }

    override fun close() {}
}
