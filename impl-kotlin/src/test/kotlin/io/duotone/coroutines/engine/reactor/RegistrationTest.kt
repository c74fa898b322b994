package io.duotone.coroutines.engine.reactor

import io.duotone.coroutines.engine.platform.Platform
import io.duotone.coroutines.engine.platform.SystemPlatform
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import java.lang.ref.WeakReference
import java.nio.ByteBuffer
import java.nio.channels.ClosedChannelException
import java.nio.channels.Pipe
import java.nio.channels.Selector
import java.nio.channels.spi.SelectorProvider
import java.util.concurrent.CountDownLatch
import kotlin.concurrent.thread
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.Continuation
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.startCoroutine

/** The interest protocol, step by step: here the test is the thread that polls, and nothing happens behind its back. */
internal class RegistrationTest :
    FunSpec({
        for (kind in Waiting.entries) waits(kind)
        directWaits()
    })

/** Whose waits: those of coroutines on the runtime's own dispatcher, or of others. */
private enum class Waiting { DIRECT, CANCELLABLE }

private fun FunSpec.waits(kind: Waiting) {
    test("$kind: a waiter is resumed by the poll that finds its channel ready") {
        polled(kind) {
            val waiting = waiter()
            poll()
            waiting.isCompleted shouldBe false
            write("x")
            poll()
            waiting.isCompleted shouldBe true
        }
    }

    test("$kind: the interest outlives the wait, and is narrowed by an event that finds nobody") {
        polled(kind) {
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

    test("$kind: a cancelled waiter leaves its place to the next") {
        polled(kind) {
            val cancelled = waiter()
            cancelled.cancel()
            cancelled.isCompleted shouldBe true
            val next = waiter()
            write("x")
            poll()
            next.isCompleted shouldBe true
        }
    }

    test("$kind: a waiter cancelled after a poll found its channel ready leaves that to the next") {
        polled(kind) {
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

    test("$kind: a channel is handed over once, however often it is found ready before its task has run") {
        polled(kind) {
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

    test("$kind: a channel whose task finds nobody is watched on, and then found again") {
        polled(kind) {
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

    test("$kind: a nudge ends the wait under way, or else the next one, once") {
        polled(kind) {
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

    test("$kind: close fails the waiter, and every later one") {
        polled(kind) {
            supervisorScope {
                val waiting = async(dispatcher) { registration.awaitReadable() }
                registration.close()
                shouldThrow<ClosedChannelException> { waiting.await() }
                shouldThrow<ClosedChannelException> { registration.awaitReadable() }
            }
        }
    }

    test("$kind: two waiters in one direction are refused, and the first goes on") {
        polled(kind) {
            val first = waiter()
            shouldThrow<IllegalStateException> { registration.awaitReadable() }.message shouldContain "two waiters"
            write("x")
            poll()
            first.isCompleted shouldBe true
        }
    }

    test("$kind: a cancelled waiter gets its own job's exception, and one whose job is cancelled already does not wait") {
        polled(kind) {
            val caught = mutableListOf<CancellationException>()
            val waiting = waiter {
                repeat(2) {
                    try {
                        registration.awaitReadable()
                    } catch (cancelled: CancellationException) {
                        caught += cancelled
                    }
                }
            }
            waiting.cancel(CancellationException("told to"))
            waiting.isCompleted shouldBe true
            caught.map { it.message } shouldBe listOf("told to", "told to")
        }
    }

    test("$kind: coroutines that wait in turns are each cancelled alone") {
        polled(kind) {
            val first = waiter {
                repeat(2) { registration.awaitReadable() }
                awaitCancellation()
            }
            write("x")
            poll()
            poll()
            val second = waiter()
            first.cancel()
            second.isCompleted shouldBe false
            second.cancel()
            second.isCompleted shouldBe true
            first.isCompleted shouldBe true
        }
    }
}

private fun FunSpec.directWaits() {
    test("a wait that is over before it has quite begun does not end the next one in its place") {
        val passed = mutableListOf<String>()
        val cancelling = CountDownLatch(1)
        val goOn = CountDownLatch(1)
        polled(Waiting.DIRECT) {
            var canceller: Thread? = null
            val job = Job()
            @OptIn(InternalCoroutinesApi::class)
            job.invokeOnCompletion(onCancelling = true) {
                cancelling.countDown()
                goOn.await()
            }
            whenArmed = {
                whenArmed = {}
                write("x")
                poll() // ends the first wait and begins the second
                canceller = thread { job.cancel() }
                cancelling.await()
            }
            directly(job) {
                try {
                    registration.awaitReadable()
                    passed += "first"
                    waitAgain(passed)
                } finally {
                    passed += "end"
                }
            }
            goOn.countDown()
            canceller?.join()
            passed shouldBe listOf("first", "second cancelled", "end")
        }
    }

    test("a nudged waiter that is cancelled on its way back has not waited with success") {
        polled(Waiting.DIRECT) {
            var returned = false
            val job = Job()
            directly(job) {
                registration.awaitReadable()
                returned = true
            }
            workers.holdBack()
            registration.nudgeReader()
            job.cancel()
            workers.goOn()
            returned shouldBe false
        }
    }

    test("a job that goes on does not keep the channels that it waited for") {
        val job = Job()
        try {
            val gone = waitedAndClosed(job)
            shouldBeCollected(gone)
        } finally {
            job.cancel()
        }
    }

    test("a channel does not keep the context of a coroutine that has ended") {
        polled(Waiting.DIRECT) {
            write("x")
            shouldBeCollected(waitedAs(Tag()))
        }
    }
}

private class Tag : AbstractCoroutineContextElement(Tag) {
    companion object : CoroutineContext.Key<Tag>
}

/** Without what the debug mode of kotlinx puts into the context of a coroutine, which would make it wait the other way. */
private fun Polled.directly(job: Job, block: suspend () -> Unit) {
    block.startCoroutine(Continuation(job + dispatcher) {})
}

private fun Polled.waitedAs(tag: Tag): WeakReference<Tag> {
    val waiting = CoroutineScope(scope + dispatcher + tag).launch { registration.awaitReadable() }
    poll()
    check(waiting.isCompleted)
    return WeakReference(tag)
}

private fun waitedAndClosed(job: Job): WeakReference<Registration> {
    var waitedFor: WeakReference<Registration>? = null
    polled(Waiting.DIRECT) {
        write("x")
        waitedFor = WeakReference(registration)
        directly(job, registration::awaitReadable)
        poll()
    }
    return checkNotNull(waitedFor)
}

private fun shouldBeCollected(reference: WeakReference<*>) {
    val collected = (1..100).any {
        System.gc()
        reference.get() == null
    }
    collected shouldBe true
}

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
    val scope: Job,
    val dispatcher: CoroutineDispatcher,
    val workers: InPlace,
) {
    /** Runs when the poller is told of an interest. */
    var whenArmed: () -> Unit = {}

    private val ready = ReadyList()

    /** How many channels the polls since the last resumption have handed over. */
    val collected: Int get() = ready.size

    val interest: Int get() = pipe.source().keyFor(platform.selector).interestOps()

    /** A coroutine that waits; it has registered when this returns, and is resumed in place. */
    fun waiter(wait: suspend CoroutineScope.() -> Unit = { registration.awaitReadable() }): Job =
        CoroutineScope(scope + dispatcher).launch(block = wait)

    fun write(text: String) {
        pipe.sink().write(ByteBuffer.wrap(text.encodeToByteArray()))
    }

    fun collect() {
        poller.poll(0, ready)
    }

    /** As a worker would. */
    fun resumeCollected() {
        ready.drainTo { it.run() }
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

/** Runs everything at once, on the thread that dispatches it, unless told to hold it back. */
private class InPlace : CoroutineDispatcher() {
    private var heldBack: MutableList<Runnable>? = null

    override fun dispatch(context: CoroutineContext, block: Runnable) {
        heldBack?.add(block) ?: block.run()
    }

    fun holdBack() {
        heldBack = mutableListOf()
    }

    fun goOn() {
        val tasks = heldBack.orEmpty()
        heldBack = null
        tasks.forEach(Runnable::run)
    }
}

private class OnePoller(private val poller: Poller, override val dispatcher: CoroutineDispatcher) : PollerSource {
    override fun poller(): Poller = poller
}

private suspend fun Polled.waitAgain(passed: MutableList<String>) {
    try {
        registration.awaitReadable()
        passed += "second"
    } catch (_: CancellationException) {
        passed += "second cancelled"
    }
}

private fun polled(kind: Waiting, block: suspend Polled.() -> Unit) {
    val platform = RememberingPlatform()
    var polled: Polled? = null
    val poller = SelectorPoller(platform) { polled?.whenArmed?.invoke() }
    val pipe = Pipe.open()
    pipe.source().configureBlocking(false)
    val workers = InPlace()
    val registration = Registration(pipe.source(), OnePoller(poller, workers))
    val scope = Job()
    val dispatcher = if (kind == Waiting.DIRECT) workers else Dispatchers.Unconfined
    try {
        runBlocking { Polled(pipe, platform, poller, registration, scope, dispatcher, workers).also { polled = it }.block() }
    } finally {
        scope.cancel()
        registration.close()
        poller.close()
        pipe.sink().close()
    }
}
