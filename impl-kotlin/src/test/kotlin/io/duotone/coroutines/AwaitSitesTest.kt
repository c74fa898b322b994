package io.duotone.coroutines

import io.duotone.Task
import io.duotone.coroutines.facade.await
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeInRange
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.launch
import kotlinx.coroutines.yield
import java.io.IOException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionStage

internal class AwaitSitesTest :
    FunSpec({
        test("Y15 a failure that a coroutine awaited shows where, and who waits for that coroutine") {
            runDuotone {
                val task = spawn(contained = true) { failsFarAway() }
                val failure = shouldThrow<IOException> { outer(task) }
                failure.original().stackTraceToString() shouldContain "failsFarAway"
                sitesOf(failure).first().run {
                    shouldContain("inner")
                    shouldContain("outer")
                }
            }
        }

        test("Y15 so does one that crossed the bridge from Java") {
            runDuotone {
                val stage = CompletableFuture<Int>()
                launch { stage.completeExceptionally(IOException("from Java")) }
                sitesOf(shouldThrow<IOException> { awaitsStage(stage) }).first() shouldContain "awaitsStage"
                sitesOf(shouldThrow<IOException> { awaitsStage(Task.failed(IOException("at once"))) }).first() shouldContain "awaitsStage"
            }
        }

        test("Y15 a failure of a child shows where the scope was waited for, and in the end who ran the runtime") {
            val failure = shouldThrow<IOException> { runDuotone { scopeOfSomebody() } }
            failure.original().stackTraceToString() shouldContain "failsFarAway"
            sitesOf(failure).first() shouldContain "scopeOfSomebody"
            sitesOf(failure).last() shouldContain "AwaitSitesTest"
        }

        test("Y15 a failure awaited over and over does not grow for ever") {
            runDuotone {
                val task = spawn(contained = true) { failsFarAway() }
                repeat(100) { shouldThrow<IOException> { outer(task) } }
                // In debug mode each await throws a copy of its own, with its own place on it.
                sitesOf(shouldThrow<IOException> { outer(task) }).size shouldBeInRange 1..8
            }
        }
    })

/** In debug mode kotlinx throws a copy, with the failure as its cause. */
private fun Throwable.original(): Throwable = generateSequence(this) { it.cause }.last()

/** The frames behind each mark in the trace, of the failure itself or of the copy that was thrown. */
private fun sitesOf(failure: Throwable): List<String> = generateSequence(failure) { it.cause }
    .map { thrown -> thrown.stackTrace.joinToString("\n").split("awaited.from").drop(1) }
    .maxBy { it.size }

private suspend fun failsFarAway(): Int {
    yield()
    throw IOException("far away")
}

private suspend fun outer(task: Deferred<Int>): Int = inner(task) + 1

private suspend fun inner(task: Deferred<Int>): Int = task.await() + 1

private suspend fun awaitsStage(stage: CompletionStage<Int>): Int = stage.await() + 1

private suspend fun scopeOfSomebody(): Int {
    val result = taskScope<Int> {
        spawn { failsFarAway() }
        awaitCancellation()
    }
    return result + 1
}
