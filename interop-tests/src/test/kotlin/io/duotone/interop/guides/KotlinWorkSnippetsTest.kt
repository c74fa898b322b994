package io.duotone.interop.guides

import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.TaskGroup
import io.duotone.coroutines.asCompleted
import io.duotone.coroutines.blocking.blocking
import io.duotone.coroutines.blocking.mapBlocking
import io.duotone.coroutines.mapConcurrently
import io.duotone.coroutines.race
import io.duotone.coroutines.runDuotone
import io.duotone.coroutines.taskScope
import io.duotone.coroutines.time.cycle
import io.duotone.coroutines.time.interval
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.nio.file.Files
import kotlin.io.path.deleteExisting
import kotlin.io.path.fileSize
import kotlin.io.path.readText
import kotlin.io.path.writeText
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds

private suspend fun near(): String {
    yield()
    return "near"
}

private suspend fun far(): String = awaitCancellation()

private suspend fun down(): String {
    yield()
    error("down")
}

private suspend fun lengthOf(page: String): Int {
    yield()
    return page.length
}

/** What the guide to tasks and scopes shows in Kotlin: ways to work together. */
internal class KotlinWorkSnippetsTest :
    FunSpec({
        test("T27 race") {
            runDuotone {
                // snippet race
                val first = race({ near() }, { far() })
                // end
                first
            } shouldBe "near"
        }

        test("T21 C23 asCompleted") {
            val lines = ArrayList<String>()
            runDuotone {
                // snippet as-completed
                asCompleted({ near() }, { down() }, { far() })
                    .take(2) // and then the others are cancelled
                    .collect { lines += it.getOrDefault("failed") }
                // end
            }
            lines shouldContainExactlyInAnyOrder listOf("near", "failed")
        }

        test("T19 map with a limit") {
            val pages = listOf("a", "bb", "ccc")
            runDuotone {
                // snippet map
                val lengths = pages.mapConcurrently(limit = 2) { page -> lengthOf(page) }
                // end
                lengths
            } shouldContainExactly listOf(1, 2, 3)
        }

        test("S27 S31 a group of tasks") {
            runDuotone {
                // snippet group
                val group = TaskGroup<String>()
                group.spawn(this) { near() }
                group.spawn(this) { far() }
                val first = group.waitFirstAndPop()?.await()
                group.cancelAll()
                // end
                first
            } shouldBe "near"
        }

        test("T16 T20 blocking work") {
            val file = Files.createTempFile("guide", null).also { it.writeText("text") }
            val files = listOf(file, file)
            runDuotone {
                // snippet blocking
                val text = blocking { file.readText() }
                val sizes = files.mapBlocking(limit = 8) { it.fileSize() }
                // end
                text shouldBe "text"
                sizes shouldContainExactly listOf(4L, 4L)
            }
            file.deleteExisting()
        }

        test("C15 a confined view of a runtime") {
            DuotoneRuntime().use { runtime ->
                runtime.block {
                    // snippet confined
                    var counter = 0 // no lock: one at a time
                    withContext(runtime.confined()) {
                        repeat(1000) { launch { counter++ } }
                    }
                    // end
                    counter
                } shouldBe 1000
            }
        }

        test("T31 an interval") {
            val missed = ArrayList<Long>()
            runDuotone {
                // snippet interval
                val beat = interval(2.milliseconds)
                repeat(3) {
                    missed += beat.tick() // 0: this tick was not late by a whole period
                }
                // end
            }
            missed shouldHaveSize 3
        }

        test("S46 C24 a cycle") {
            val pinged = CompletableDeferred<String>()
            runDuotone {
                taskScope {
                    // snippet cycle
                    val heartbeat = cycle(1.hours, "heartbeat") { pinged.complete("ping") }
                    heartbeat.callNow() // and then one hour after each run
                    // end
                    pinged.await()
                }
            } shouldBe "ping"
        }
    })
