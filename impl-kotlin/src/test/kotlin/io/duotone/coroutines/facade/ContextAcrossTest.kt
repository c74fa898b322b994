package io.duotone.coroutines.facade

import io.duotone.ContextKey
import io.duotone.Coroutine
import io.duotone.Coroutines
import io.duotone.Scope
import io.duotone.Task
import io.duotone.coroutines.context.asContextElement
import io.duotone.coroutines.context.get
import io.duotone.coroutines.context.withValue
import io.duotone.coroutines.net.workers
import io.duotone.coroutines.runDuotone
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CopyableThreadContextElement
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.asContextElement
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.time.Duration
import java.util.concurrent.CompletableFuture
import kotlin.coroutines.CoroutineContext

/** Values and thread context elements of Kotlin coroutines, as the Java code sees them that they start. */
internal class ContextAcrossTest :
    FunSpec({
        /** All the ways to start Java code from a scope, each with what `look` finds there. */
        suspend fun everywhere(look: () -> String): List<String> {
            val plain = Coroutine { Task.completed(look()) }
            val staged = Coroutine { scope -> scope.sleep(Duration.ofMillis(1)).thenApply { look() } }
            val async = Coroutines.async { look() }
            return withContext(currentCoroutineContext()) {
                val scope = asJava()
                listOf(
                    plain.await(),
                    staged.await(),
                    scope.spawn(plain).await(),
                    scope.spawn(staged).await(),
                    scope.spawn(async).await(),
                    async.await(),
                    scope.spawnBlocking { look() }.await(),
                    scope.spawn(listOf(plain, staged, async)).await().distinct().single(),
                    scope.fork(staged).await(),
                    scope.map(listOf(1)) { staged }.await().single(),
                    scope.mapBlocking(listOf(1)) { look() }.await().single(),
                    scope.spawn(Coroutine { inner -> inner.spawn(staged) }).await(),
                )
            }
        }

        test("C28 Java code that a coroutine awaits or spawns sees its values, and the coroutine keeps its own") {
            runDuotone {
                everywhere { "${USER.get()}" }.distinct() shouldContainExactly listOf("null")
                USER.withValue("ann") {
                    everywhere { "${USER.get()}" }.distinct() shouldContainExactly listOf("ann")
                    val changes = Coroutine { inner -> inner.yieldNow().thenApply { USER.get() } }.with(USER, "bob")
                    changes.await() shouldBe "bob"
                    "${currentCoroutineContext()[USER]} ${USER.get()}" shouldBe "ann ann"
                    asJava().spawn(changes).await() shouldBe "bob"
                    "${currentCoroutineContext()[USER]} ${USER.get()}" shouldBe "ann ann"
                    shouldThrow<IllegalStateException> { Coroutine<Int> { error("wanted") }.with(USER, "bob").await() }
                    "${currentCoroutineContext()[USER]} ${USER.get()}" shouldBe "ann ann"
                }
                USER.get() shouldBe null
            }
        }

        test("C28 a stage that somebody else completes does not change the values of whoever awaits it") {
            runDuotone(workers(1)) {
                val gate = CompletableFuture<String>()
                val waits = asJava().spawn(Coroutine { gate })
                val opens = Coroutine { _ ->
                    gate.complete("open")
                    Task.completed(USER.get())
                }.with(USER, "bob")
                USER.withValue("ann") {
                    val opened = asJava().spawn(opens)
                    waits.await() shouldBe "open"
                    USER.get() shouldBe "ann"
                    opened.await() shouldBe "bob"
                    USER.get() shouldBe "ann"
                }
            }
        }

        test("C28 kotlinx's thread context elements are set around Java code too, and taken back") {
            runDuotone {
                everywhere { "${LOCAL.get()}" }.distinct() shouldContainExactly listOf("null")
                withContext(LOCAL.asContextElement("local") + USER.asContextElement("ann")) {
                    everywhere { "${LOCAL.get()} ${USER.get()}" }.distinct() shouldContainExactly listOf("local ann")
                    LOCAL.get() shouldBe "local"
                }
                everywhere { "${LOCAL.get()}" }.distinct() shouldContainExactly listOf("null")
            }
        }

        test("C28 a bridged thread local is set in coroutines and in the Java code they start") {
            runDuotone {
                withContext(BRIDGED.asContextElement("bridged")) {
                    yield()
                    LOCAL.get() shouldBe "bridged"
                    everywhere { "${LOCAL.get()} ${BRIDGED.get()}" }.distinct() shouldContainExactly listOf("bridged bridged")
                    LOCAL.get() shouldBe "bridged"
                }
                yield()
                LOCAL.get() shouldBe null
                everywhere { "${LOCAL.get()}" }.distinct() shouldContainExactly listOf("null")
            }
        }

        test("C28 an element that wants to be copied is, for each Java task") {
            val original = Counting()
            runDuotone {
                withContext(original) {
                    val scope = asJava()
                    val look = Coroutine { inner -> Task.completed(inner.asKotlin().coroutineContext[Counting]) }
                    val copies = List(2) { scope.spawn(look).await() }
                    (copies + original).distinct().size shouldBe 3
                }
            }
        }

        test("C28 a view of a scope gives Kotlin the values it adds") {
            runDuotone {
                val view = asJava().with(USER, "eve")
                view.asKotlin().coroutineContext[USER] shouldBe "eve"
                view.asKotlin().asJava().get(USER) shouldBe "eve"
                asJava().asKotlin() shouldBeSameInstanceAs this
            }
        }

        test("R22 Java code that a coroutine awaits has the scope it was given for the current one") {
            runDuotone {
                val scopes = Coroutine { scope -> scope.yieldNow().thenApply { listOf(scope, Scope.current()) } }
                scopes.await().distinct().size shouldBe 1
                shouldThrow<IllegalStateException> { Scope.current() }
            }
        }
    }) {
    private companion object {
        val USER: ContextKey<String> = ContextKey.named("user")
        val LOCAL = ThreadLocal<String?>()
        val BRIDGED: ContextKey<String> = ContextKey.of("bridged", LOCAL)
    }

    @OptIn(DelicateCoroutinesApi::class, ExperimentalCoroutinesApi::class)
    private class Counting : CopyableThreadContextElement<Unit> {
        companion object Key : CoroutineContext.Key<Counting>

        override val key: CoroutineContext.Key<*> get() = Key

        override fun copyForChild(): CopyableThreadContextElement<Unit> = Counting()

        override fun mergeForChild(overwritingElement: CoroutineContext.Element): CoroutineContext = overwritingElement

        override fun updateThreadContext(context: CoroutineContext) {}

        override fun restoreThreadContext(context: CoroutineContext, oldState: Unit) {}
    }
}
