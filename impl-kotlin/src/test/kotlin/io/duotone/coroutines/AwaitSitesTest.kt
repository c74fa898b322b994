package io.duotone.coroutines

import io.duotone.Task
import io.duotone.coroutines.facade.await
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
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
                failure.stackTraceToString().run {
                    shouldContain("failsFarAway")
                    shouldContain("awaited.from")
                    substringAfter("awaited.from").run {
                        shouldContain("inner")
                        shouldContain("outer")
                    }
                }
            }
        }

        test("Y15 so does one that crossed the bridge from Java") {
            runDuotone {
                val stage = CompletableFuture<Int>()
                launch { stage.completeExceptionally(IOException("from Java")) }
                val failure = shouldThrow<IOException> { awaitsStage(stage) }
                failure.stackTraceToString().substringAfter("awaited.from") shouldContain "awaitsStage"

                val failed = shouldThrow<IOException> { awaitsStage(Task.failed(IOException("at once"))) }
                failed.stackTraceToString().substringAfter("awaited.from") shouldContain "awaitsStage"
            }
        }

        test("Y15 a failure of a child shows where the scope was waited for, and in the end who ran the runtime") {
            val failure = shouldThrow<IOException> { runDuotone { scopeOfSomebody() } }
            val trace = failure.stackTraceToString()
            trace shouldContain "failsFarAway"
            trace.substringAfter("awaited.from") shouldContain "scopeOfSomebody"
            trace.substringAfterLast("awaited.from") shouldContain "AwaitSitesTest"
        }

        test("Y15 a failure awaited over and over does not grow for ever") {
            runDuotone {
                val task = spawn(contained = true) { failsFarAway() }
                val failure = shouldThrow<IOException> { task.await() }
                repeat(100) { shouldThrow<IOException> { outer(task) } }
                failure.stackTrace.count { it.className == "awaited" } shouldBe 8
            }
        }
    })

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
