package io.duotone.interop.guides

import io.duotone.ErrorShape
import io.duotone.ScopePolicy
import io.duotone.TaskGroupException
import io.duotone.coroutines.isolate
import io.duotone.coroutines.runDuotone
import io.duotone.coroutines.spawn
import io.duotone.coroutines.taskScope
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.milliseconds

// snippet first-program
suspend fun greet(name: String): String {
    delay(10.milliseconds)
    return "Hello, $name"
}

// end
private fun firstProgram(): String {
    // snippet first-program
    val text = runDuotone { greet("Ann") }
    // end
    return text
}

private fun load() = 42

private fun fails(message: String): String = error(message)

/** What the guide to tasks and scopes shows in Kotlin: how work is started, and how scopes end. */
internal class KotlinStartingSnippetsTest :
    FunSpec({
        test("T1 T2 the first program") {
            firstProgram() shouldBe "Hello, Ann"
        }

        test("C13 a suspend function runs when it is called, a task at once") {
            val runs = AtomicInteger()
            runDuotone {
                // snippet lazy-hot
                val lazy = suspend { runs.incrementAndGet() } // nothing runs yet
                val hot = spawn { lazy() } // runs now
                val again = spawn { lazy() } // runs a second time
                // end
                hot.await() + again.await()
            } shouldBe 3
        }

        test("T11 C14 one, two and many are spawned") {
            runDuotone {
                // snippet spawn
                val one = spawn { greet("Ann") }
                val named = spawn("greeting") { greet("Bob") }
                val two = spawn({ greet("Cid") }, { load() })
                val many = spawn(listOf("Dan", "Eve", "Fay").map { suspend { greet(it) } })
                // end
                one.await() + named.await() shouldBe "Hello, AnnHello, Bob"
                two.await().second() shouldBe 42
                many.await() shouldContainExactly listOf("Hello, Dan", "Hello, Eve", "Hello, Fay")
            }
        }

        test("C1 a scope ends after all that it started") {
            val audits = AtomicInteger()
            suspend fun audit() {
                delay(5.milliseconds)
                audits.incrementAndGet()
            }
            // snippet scope-end
            val rows = runDuotone {
                spawn { audit() } // nobody waits for this task, but the scope does
                load()
            }
            // end
            rows shouldBe 42
            audits.get() shouldBe 1
        }

        test("C2 C3 policy and error shape are options of a scope") {
            runDuotone {
                shouldThrow<TaskGroupException> {
                    // snippet policy
                    taskScope("mirrors", policy = ScopePolicy.COLLECT, errors = ErrorShape.GROUP_IF_MANY) {
                        spawn { fails("disk full") }
                        spawn { fails("no route") }
                        load()
                    }
                    // end
                }.failures() shouldHaveSize 2
            }
        }

        test("R4 R10 R11 tasks have roles") {
            val ended = CompletableDeferred<String>()
            suspend fun heartbeat(): Unit = try {
                awaitCancellation()
            } finally {
                ended.complete("cleaned up")
            }
            runDuotone {
                taskScope {
                    // snippet roles
                    spawn("heartbeat", background = true) { heartbeat() }
                    spawn("metrics", contained = true) { load() }
                    spawn("server", master = true) { greet("Ann") }.await()
                    // end
                }
            } shouldBe "Hello, Ann"
            ended.await() shouldBe "cleaned up"
        }

        test("R20 C4 a fork keeps its failure from its scope, isolate makes it a value") {
            runDuotone {
                // snippet fork
                val report = fork { fails("no paper") }
                val text = runCatching { report.await() }.getOrDefault("later")

                val other = isolate { fails("no ink") }.getOrDefault("instead")
                // end
                text + other
            } shouldBe "laterinstead"
        }
    })
