package io.duotone.coroutines.engine.blocking

import io.kotest.assertions.withClue
import io.kotest.matchers.shouldBe
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger

/** Runs [body] and remembers how it ended; a second report is a failure. */
internal class RecordingCall(private val body: RecordingCall.() -> Any?) : BlockingCall<Any?>() {
    private val reports = AtomicInteger()
    private val reported = CountDownLatch(1)
    private val begun = CountDownLatch(1)

    @Volatile
    private var ending: Any? = null

    @Volatile
    var thread: Thread? = null
        private set

    override fun call(): Any? {
        thread = Thread.currentThread()
        begun.countDown()
        return body()
    }

    override fun returned(value: Any?) = report(value)

    override fun threw(failure: Throwable) = report(failure)

    override fun dropped() = report(Dropped)

    private fun report(how: Any?) {
        reports.incrementAndGet()
        ending = how
        reported.countDown()
    }

    val isReported: Boolean get() = reported.count == 0L

    fun awaitBegun() = begun.await(SECONDS, TimeUnit.SECONDS) shouldBe true

    /** What it returned, what it threw, or [Dropped]. */
    fun awaitEnd(): Any? {
        withClue("reported within $SECONDS s") { reported.await(SECONDS, TimeUnit.SECONDS) shouldBe true }
        reports.get() shouldBe 1
        return ending
    }

    object Dropped

    private companion object {
        const val SECONDS = 20L
    }
}
