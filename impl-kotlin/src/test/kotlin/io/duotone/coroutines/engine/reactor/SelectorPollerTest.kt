package io.duotone.coroutines.engine.reactor

import io.duotone.coroutines.engine.platform.Platform
import io.duotone.coroutines.engine.platform.SystemPlatform
import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import java.nio.channels.ClosedChannelException
import java.nio.channels.ClosedSelectorException
import java.nio.channels.Pipe
import java.nio.channels.Selector
import java.util.concurrent.CountDownLatch
import kotlin.concurrent.thread
import kotlin.time.Duration.Companion.seconds

internal class SelectorPollerTest :
    FunSpec({
        test("a selector is opened with the first registration, and used only then") {
            val platform = SelectorPlatform(ScriptedSelector())
            val poller = SelectorPoller(platform) {}
            poller.isActive shouldBe false
            poller.poll(0, ReadyList())
            poller.wakeUp()
            platform.opened shouldBe 0
            withPipe { poller.register(it.source(), Registration(it.source(), { poller })) }
            platform.opened shouldBe 1
            poller.isActive shouldBe true
        }

        test("a wait is rounded up to whole milliseconds, and none is for ever unless it has no limit") {
            val selector = ScriptedSelector()
            val poller = SelectorPoller(SelectorPlatform(selector)) {}
            withPipe { poller.register(it.source(), Registration(it.source(), { poller })) }
            for (nanos in listOf(0L, 1L, 100_000L, 1_000_000L, 1_000_001L, Long.MAX_VALUE)) poller.poll(nanos, ReadyList())
            selector.selects shouldBe listOf("now", "1 ms", "1 ms", "1 ms", "2 ms", "for ever")
        }

        test("a wake-up that meets the monitor in the select is kept for the owner, who waits for its turn") {
            val gate = CountDownLatch(1)
            val selector = ScriptedSelector(gate)
            val poller = SelectorPoller(SelectorPlatform(selector)) {}
            withPipe { poller.register(it.source(), Registration(it.source(), { poller })) }

            val monitor = thread { poller.tryPoll(1_000_000, ReadyList()) }
            eventually(10.seconds) { selector.selects.size shouldBe 1 }
            val owner = thread { poller.poll(Long.MAX_VALUE, ReadyList()) }
            // The owner has found the monitor there, and woken it.
            eventually(10.seconds) { selector.wakeUps.get() shouldBe 1 }
            poller.wakeUp()
            gate.countDown()
            monitor.join(10_000)
            owner.join(10_000)

            selector.selects shouldBe listOf("1 ms", "now")
            poller.poll(Long.MAX_VALUE, ReadyList())
            selector.selects.last() shouldBe "for ever"
        }

        test("the owner that waits for its turn comes before the monitor, which is there again at once") {
            val gate = CountDownLatch(1)
            val selector = ScriptedSelector(gate)
            val poller = SelectorPoller(SelectorPlatform(selector)) {}
            withPipe { poller.register(it.source(), Registration(it.source(), { poller })) }

            val owner = thread(start = false) { poller.poll(0, ReadyList()) }
            val monitor = thread {
                poller.tryPoll(1_000_000, ReadyList())
                // The owner has not been scheduled yet, or it would be before us anyway.
                while (owner.isAlive) poller.tryPoll(2_000_000, ReadyList())
            }
            eventually(10.seconds) { selector.selects.size shouldBe 1 }
            owner.start()
            eventually(10.seconds) { owner.state shouldBe Thread.State.WAITING }
            gate.countDown()
            owner.join(10_000)
            monitor.join(10_000)

            selector.selects.take(2) shouldBe listOf("1 ms", "now")
        }

        test("a second poller is refused while one polls") {
            val gate = CountDownLatch(1)
            val selector = ScriptedSelector(gate)
            val poller = SelectorPoller(SelectorPlatform(selector)) {}
            withPipe { poller.register(it.source(), Registration(it.source(), { poller })) }
            val owner = thread { poller.poll(0, ReadyList()) }
            eventually(10.seconds) { selector.selects.size shouldBe 1 }
            poller.tryPoll(0, ReadyList()) shouldBe false
            gate.countDown()
            owner.join(10_000)
            poller.tryPoll(0, ReadyList()) shouldBe true
        }

        test("the last channel that closes leaves the poller active until a poll has freed its descriptor") {
            var wakes = 0
            val poller = SelectorPoller(SystemPlatform()) { wakes++ }
            val pipe = Pipe.open()
            pipe.source().configureBlocking(false)
            val registration = Registration(pipe.source(), { poller })
            shouldThrow<CancelledForTest> { registration.waitInVain() }
            poller.isActive shouldBe true
            wakes = 0
            registration.close()
            registration.close()
            wakes shouldBe 1
            poller.isActive shouldBe true
            poller.poll(0, ReadyList())
            poller.isActive shouldBe false
            pipe.sink().close()
            poller.close()
        }

        test("closing the poller closes the channels that are registered, and refuses others") {
            val poller = SelectorPoller(SystemPlatform()) {}
            withPipe { pipe ->
                val registration = Registration(pipe.source(), { poller })
                shouldThrow<CancelledForTest> { registration.waitInVain() }
                poller.close()
                poller.close()
                pipe.source().isOpen shouldBe false
                registration.isClosed shouldBe true
                poller.isActive shouldBe false
                poller.poll(1_000_000, ReadyList())
                shouldThrow<ClosedChannelException> { registration.awaitReadable() }
            }
            withPipe { pipe ->
                shouldThrow<ClosedSelectorException> { poller.register(pipe.source(), Registration(pipe.source(), { poller })) }
                shouldThrow<ClosedChannelException> { Registration(pipe.source(), { poller }).awaitReadable() }
                pipe.source().isRegistered shouldBe false
            }
            val unused = SelectorPoller(SystemPlatform()) {}
            unused.close()
            withPipe { pipe ->
                shouldThrow<ClosedSelectorException> { unused.register(pipe.source(), Registration(pipe.source(), { unused })) }
            }
        }
    })

private class SelectorPlatform(private val selector: Selector) : Platform by SystemPlatform() {
    var opened = 0
        private set

    override fun openSelector(): Selector = selector.also { opened++ }
}

private suspend fun withPipe(block: suspend (Pipe) -> Unit) {
    val pipe = Pipe.open()
    pipe.source().configureBlocking(false)
    try {
        block(pipe)
    } finally {
        pipe.source().close()
        pipe.sink().close()
    }
}
