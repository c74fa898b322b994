package io.duotone.coroutines

import io.duotone.Duotone
import io.duotone.DuotoneOptions
import io.kotest.core.spec.style.FunSpec
import kotlinx.coroutines.CoroutineScope
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicReference
import kotlin.concurrent.thread
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** Far above what any quick test takes on a busy machine: reaching it means a hang. */
internal val HANG: Duration = 60.seconds

/**
 * Runs [body] on a thread of its own and fails, with [state] and the stacks of all threads, when it has not ended after [limit]. A
 * lost wake-up thus fails with what is needed to find it, instead of hanging until the whole JVM is killed.
 */
internal fun <T> watched(limit: Duration = HANG, state: () -> Any? = { "" }, body: () -> T): T {
    val outcome = AtomicReference<Result<T>?>()
    val runner = thread(name = "watched", isDaemon = true) { outcome.set(runCatching(body)) }
    runner.join(limit.inWholeMilliseconds)
    return (outcome.get() ?: throw AssertionError(hangReport(limit, state()))).getOrThrow()
}

private fun hangReport(limit: Duration, state: Any?): String = buildString {
    append("nothing came of it in $limit: $state")
    for ((thread, stack) in Thread.getAllStackTraces()) {
        append("\n\n\"${thread.name}\" ${thread.state}")
        stack.forEach { append("\n    at $it") }
    }
}

/** [DuotoneRuntime.block] under a watchdog. */
internal fun <T> DuotoneRuntime.blockWatched(limit: Duration = HANG, block: suspend CoroutineScope.() -> T): T =
    watched(limit, ::diagnosis) { block(block) }

/** One line for the runtime and one for each worker. */
internal fun DuotoneRuntime.diagnosis(): String = "$this\n" + pool.workers.joinToString("\n")

/** A runtime for one test, closed after [body]. */
internal fun <T> withRuntime(
    name: String,
    workers: Int,
    options: DuotoneOptions.Builder.() -> Unit = {},
    body: (DuotoneRuntime) -> T,
): T {
    val runtime = DuotoneRuntime(Duotone.builder().name(name).threads(workers).apply(options).build())
    return runtime.use(body)
}

/** Waits until [condition] holds, looking again and again; fails after [limit]. For what no latch can tell. */
internal fun eventually(what: String, limit: Duration = HANG, condition: () -> Boolean) {
    val never = CountDownLatch(1)
    val end = System.nanoTime() + limit.inWholeNanoseconds
    while (!condition()) {
        if (System.nanoTime() > end) throw AssertionError("not within $limit: $what")
        never.await(1, TimeUnit.MILLISECONDS)
    }
}

/** The names of the live threads that belong to the runtime [name]. */
internal fun threadsOf(
    name: String
): List<String> = Thread.getAllStackTraces().keys.filter { it.isAlive }.map { it.name }.filter { it.startsWith("$name-") }

/** One body over one worker, two, and more than most machines that build this have cores to spare for. */
internal fun FunSpec.onWorkers(name: String, body: (DuotoneRuntime) -> Unit) {
    for (workers in listOf(1, 2, 4)) {
        test("$name: $workers workers") { withRuntime("on-workers", workers, body = body) }
    }
}

/** Waits for the latch under a watchdog. */
internal fun CountDownLatch.awaitWatched(runtime: DuotoneRuntime): Unit = watched(state = runtime::diagnosis) { await() }

/** Of the calling thread, without what kotlinx adds to it in debug mode. */
internal fun threadName(): String = Thread.currentThread().name.substringBefore(" @")
