package io.duotone.coroutines.engine.reactor

import io.duotone.coroutines.engine.platform.Platform
import io.duotone.coroutines.engine.platform.SystemPlatform
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import java.nio.ByteBuffer
import java.nio.channels.ClosedChannelException
import java.nio.channels.Pipe
import java.nio.channels.Selector
import java.nio.channels.spi.SelectorProvider

/** The interest protocol, step by step: here the test is the thread that polls, and nothing happens behind its back. */
internal class RegistrationTest :
    FunSpec({
        test("a waiter is resumed by the poll that finds its channel ready") {
            polled {
                val waiting = waiter()
                poll()
                waiting.isCompleted shouldBe false
                write("x")
                poll()
                waiting.isCompleted shouldBe true
            }
        }

        test("the interest outlives the wait, and is narrowed by an event that finds nobody") {
            polled {
                val first = waiter()
                write("x")
                poll()
                first.isCompleted shouldBe true
                interest shouldBe 1
                poll() // still readable, and nobody there
                interest shouldBe 0
                val second = waiter()
                interest shouldBe 1
                poll()
                second.isCompleted shouldBe true
            }
        }

        test("a cancelled waiter leaves its place to the next") {
            polled {
                val cancelled = waiter()
                cancelled.cancel()
                cancelled.isCompleted shouldBe true
                val next = waiter()
                write("x")
                poll()
                next.isCompleted shouldBe true
            }
        }

        test("a waiter cancelled after a poll found its channel ready leaves that to the next") {
            polled {
                val cancelled = waiter()
                write("x")
                collect()
                cancelled.cancel()
                cancelled.isCompleted shouldBe true
                val next = waiter()
                resumeCollected()
                next.isCompleted shouldBe true
            }
        }

        test("a channel is handed over once, however often it is found ready before its task has run") {
            polled {
                val first = waiter()
                write("x")
                repeat(3) { collect() }
                collected shouldBe 1
                interest shouldBe 1
                resumeCollected()
                first.isCompleted shouldBe true
                val second = waiter()
                poll()
                second.isCompleted shouldBe true
            }
        }

        test("a channel whose task finds nobody is watched on, and then found again") {
            polled {
                waiter().cancel()
                val taken = waiter()
                write("x")
                collect()
                registration.nudgeReader()
                taken.isCompleted shouldBe true
                resumeCollected()
                waiter().isCompleted shouldBe true // what is left of that nudge
                val next = waiter()
                poll()
                next.isCompleted shouldBe true
            }
        }

        test("a nudge ends the wait under way, or else the next one, once") {
            polled {
                val nudged = waiter()
                registration.nudgeReader()
                nudged.isCompleted shouldBe true
                waiter().isCompleted shouldBe true // what is left of that nudge: see ReadinessSlot
                val quiet = waiter()
                quiet.isCompleted shouldBe false
                write("x")
                poll()
                quiet.isCompleted shouldBe true
                registration.nudgeReader()
                waiter().isCompleted shouldBe true
            }
        }

        test("close fails the waiter, and every later one") {
            polled {
                supervisorScope {
                    val waiting = async(Dispatchers.Unconfined) { registration.awaitReadable() }
                    registration.close()
                    shouldThrow<ClosedChannelException> { waiting.await() }
                    shouldThrow<ClosedChannelException> { registration.awaitReadable() }
                }
            }
        }

        test("two waiters in one direction are refused, and the first goes on") {
            polled {
                val first = waiter()
                shouldThrow<IllegalStateException> { registration.awaitReadable() }.message shouldContain "two waiters"
                write("x")
                poll()
                first.isCompleted shouldBe true
            }
        }
    })

/** Thrown by [waitInVain]. */
internal class CancelledForTest : RuntimeException()

/** Registers by a wait that is cancelled at once. */
internal suspend fun Registration.waitInVain(): Nothing {
    runCatching {
        coroutineScope {
            val waiting = launch(Dispatchers.Unconfined, CoroutineStart.UNDISPATCHED) { awaitReadable() }
            waiting.cancel(CancellationException("in vain"))
            waiting.join()
        }
    }
    throw CancelledForTest()
}

private class Polled(
    private val pipe: Pipe,
    private val platform: RememberingPlatform,
    private val poller: SelectorPoller,
    val registration: Registration,
    private val scope: Job,
) {
    private val ready = ReadyList()

    /** How many channels the polls since the last resumption have handed over. */
    val collected: Int get() = ready.size

    val interest: Int get() = pipe.source().keyFor(platform.selector).interestOps()

    /** A coroutine that waits; it has registered when this returns, and is resumed in place. */
    fun waiter(): Job = CoroutineScope(scope + Dispatchers.Unconfined).launch { registration.awaitReadable() }

    fun write(text: String) {
        pipe.sink().write(ByteBuffer.wrap(text.encodeToByteArray()))
    }

    fun collect() {
        poller.poll(0, ready)
    }

    fun resumeCollected() {
        ready.resumeAll()
    }

    fun poll() {
        collect()
        resumeCollected()
    }
}

private class RememberingPlatform : Platform by SystemPlatform() {
    val selector: Selector = SelectorProvider.provider().openSelector()

    override fun openSelector(): Selector = selector
}

private fun polled(block: suspend Polled.() -> Unit) {
    val platform = RememberingPlatform()
    val poller = SelectorPoller(platform) {}
    val pipe = Pipe.open()
    pipe.source().configureBlocking(false)
    val registration = Registration(pipe.source(), { poller })
    val scope = Job()
    try {
        runBlocking { Polled(pipe, platform, poller, registration, scope).block() }
    } finally {
        scope.cancel()
        registration.close()
        poller.close()
        pipe.sink().close()
    }
}
