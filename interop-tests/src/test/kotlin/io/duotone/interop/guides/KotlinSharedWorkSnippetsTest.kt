package io.duotone.interop.guides

import io.duotone.ContextKey
import io.duotone.coroutines.context.get
import io.duotone.coroutines.context.withValue
import io.duotone.coroutines.memoized
import io.duotone.coroutines.runDuotone
import io.duotone.coroutines.spawn
import io.duotone.coroutines.tasks
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldStartWith
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.yield
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger

// snippet context
val USER: ContextKey<String> = ContextKey.named("user")

suspend fun handle(): String = "page for " + (currentCoroutineContext()[USER] ?: "nobody")
// end

/** What the guide to tasks and scopes shows in Kotlin: scopes without a body, work done once, values, and what is running. */
internal class KotlinSharedWorkSnippetsTest :
    FunSpec({
        test("R3 R12 an open scope") {
            val uploaded = ConcurrentLinkedQueue<String>()
            suspend fun upload(file: String) {
                yield()
                uploaded += file
            }
            runDuotone {
                // snippet open
                val uploads = open("uploads")
                uploads.spawn { upload("a") }
                uploads.spawn { upload("b") }
                uploads.join() // no more comes: waits for both
                // end
                uploaded shouldContainExactlyInAnyOrder listOf("a", "b")
            }
        }

        test("Y7 C25 work that is done once") {
            val runs = AtomicInteger()
            runDuotone {
                // snippet memoized
                val config = memoized("config") { runs.incrementAndGet() }
                val both = spawn({ config.await() }, { config.await() }) // one run, the same value twice
                // end
                both.await().run { first() + second() }
            } shouldBe 2
        }

        test("T63 C28 the work that was given a value has it, and no other") {
            runDuotone {
                // snippet context
                val page = USER.withValue("ann") { handle() }
                // end
                page + ", " + handle()
            } shouldBe "page for ann, page for nobody"
        }

        test("R24 what is running") {
            val begun = CompletableDeferred<Unit>()
            val gate = CompletableDeferred<Unit>()
            runDuotone {
                spawn("import") {
                    spawn("page 1") { gate.await() }
                    begun.complete(Unit)
                }
                begun.await()
                // snippet tasks
                val text = tasks().joinToString("\n")
                // end
                gate.complete(Unit)
                text
            }.run {
                this shouldStartWith "import ("
                this shouldContain "\n  page 1 ("
            }
        }
    })
