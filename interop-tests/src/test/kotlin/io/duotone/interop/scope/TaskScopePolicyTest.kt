package io.duotone.interop.scope

import io.duotone.CancelReason
import io.duotone.Duotone
import io.duotone.ScopePolicy
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.TaskScope
import io.duotone.coroutines.reason
import io.duotone.coroutines.taskScope
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.awaitCancellation
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.TimeoutException
import kotlin.time.Duration.Companion.milliseconds

/** Rows R6-R17 and C2-C9: every policy with every outcome of a child; see the table. Its twin in Java is `ScopePolicyTest`. */
internal class TaskScopePolicyTest :
    FunSpec({
        for (row in ScopePolicyRow.table()) {
            test("T23 T24 T25 Y10 R4 R6 R7 R9 R10 R11 R13 R15 R17 C2 ${row.policy}: ${row.does}") {
                TaskScopeScenario(row).run() shouldBe row
            }
        }
    })

private class Told(name: String) : RuntimeException(name)

private class TaskScopeScenario(private val row: ScopePolicyRow) {
    private val siblingStarted = CompletableDeferred<Unit>()
    private val childStarted = CompletableDeferred<Unit>()
    private val siblingMayEnd = CompletableDeferred<Unit>()
    private val uncaught = ConcurrentLinkedQueue<String>()

    @Volatile
    private var siblingSaw = "-"

    @Volatile
    private var childSaw = "-"

    fun run(): ScopePolicyRow {
        var scope = "-"
        val options = Duotone.builder().uncaught { task, _ -> uncaught += task }.build()
        DuotoneRuntime(options).use { runtime ->
            runtime.block {
                var leaked: TaskScope? = null
                scope = outcomeOf {
                    taskScope("scope", ScopePolicy.valueOf(row.policy)) {
                        leaked = this
                        body()
                    }
                }
                if (row.does == "spawned-late") refused(checkNotNull(leaked))
            }
        }
        return row.copy(
            scope = scope,
            sibling = siblingSaw,
            child = childSaw,
            uncaught = uncaught.sorted().joinToString(",").ifEmpty {
                "-"
            }
        )
    }

    private suspend fun outcomeOf(block: suspend () -> String): String = try {
        block()
    } catch (cancelled: CancellationException) {
        cancelled.reason.kind.name
    } catch (_: TimeoutException) {
        "timeout"
    } catch (told: Told) {
        (listOf<Throwable>(told) + told.suppressed).joinToString("+") { it.message.orEmpty() }
    }

    private suspend fun TaskScope.body(): String {
        spawn("sibling") { sibling() }
        when (row.does) {
            "value" -> child { "value" }

            "failure", "two-failures" -> child { fail() }

            "cancelled-itself" -> child { throw CancellationException("enough") }

            "cancelled" -> child { waits() }.also {
                bothStarted()
                it.cancel()
            }

            "scope-cancelled" -> {
                child { waits() }
                bothStarted()
                cancel(CancelReason.cancelled("told to"))
            }

            "timeout" -> {
                child { waits() }
                bothStarted()
                timeoutAfter(1.milliseconds)
            }

            "cleanup-failure" -> {
                child {
                    try {
                        waits()
                    } finally {
                        throw Told("child")
                    }
                }
                bothStarted()
                cancel(CancelReason.cancelled("told to"))
            }

            "contained-failure" -> child(contained = true) { fail() }

            "master-value" -> child(master = true) { "value" }

            "master-failure" -> child(master = true) { fail() }

            "master-contained-failure" -> child(master = true, contained = true) { fail() }

            "master-cancelled" -> child(master = true) { waits() }.also {
                bothStarted()
                it.cancel()
            }

            "background" -> {
                child(background = true) { waits() }
                bothStarted()
                siblingMayEnd.complete(Unit)
            }

            "background-failure" -> child(background = true) { fail() }

            "spawned-into-cancelled" -> {
                siblingStarted.await()
                cancel(CancelReason.cancelled("told to"))
                val late = spawn("child") { childSaw = "started" }
                if (late.isCancelled && childSaw == "-") childSaw = "not-started"
            }

            "spawned-late" -> siblingMayEnd.complete(Unit)

            else -> error("the table has a row that this test does not know: ${row.does}")
        }
        return "value"
    }

    private fun refused(scope: TaskScope) {
        shouldThrow<IllegalStateException> { scope.spawn { childSaw = "started" } }
        scope.trySpawn { childSaw = "started" } shouldBe null
        if (childSaw == "-") childSaw = "refused"
    }

    private fun TaskScope.child(
        contained: Boolean = false,
        master: Boolean = false,
        background: Boolean = false,
        does: suspend () -> String,
    ): Deferred<String> {
        val child = spawn("child", contained, master, background) {
            siblingStarted.await()
            childStarted.complete(Unit)
            does()
        }
        if (row.sibling == "ends") child.invokeOnCompletion { siblingMayEnd.complete(Unit) }
        return child
    }

    private suspend fun bothStarted() {
        siblingStarted.await()
        childStarted.await()
    }

    private fun fail(): Nothing = throw Told("child")

    private suspend fun waits(): Nothing = try {
        awaitCancellation()
    } catch (cancelled: CancellationException) {
        childSaw = cancelled.reason.kind.name
        throw cancelled
    }

    private suspend fun sibling(): String {
        siblingStarted.complete(Unit)
        try {
            siblingMayEnd.await()
            siblingSaw = "ends"
        } catch (cancelled: CancellationException) {
            siblingSaw = cancelled.reason.kind.name
            if (row.does != "two-failures") throw cancelled
        }
        if (row.does == "two-failures") throw Told("sibling")
        return "sibling"
    }
}
