package io.duotone.coroutines.context

import io.duotone.ContextKey
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.blocking.blocking
import io.duotone.coroutines.blocking.mapBlocking
import io.duotone.coroutines.mapConcurrently
import io.duotone.coroutines.net.receiveText
import io.duotone.coroutines.net.tcpPair
import io.duotone.coroutines.net.workers
import io.duotone.coroutines.race
import io.duotone.coroutines.runDuotone
import io.duotone.coroutines.spawn
import io.duotone.coroutines.taskScope
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.nio.ByteBuffer

internal class ContextValueTest :
    FunSpec({
        test("C28 the value is in the context and on the thread, before and after waits, and gone when the block has ended") {
            runDuotone {
                seen() shouldBe "null null"
                withContext(USER.asContextElement("ann")) {
                    seen() shouldBe "ann ann"
                    delay(1)
                    seen() shouldBe "ann ann"
                    withContext(Dispatchers.IO) { seen() } shouldBe "ann ann"
                    USER.withValue("bob") { seen() } shouldBe "bob bob"
                    USER.withValue(null) { seen() } shouldBe "null null"
                    seen() shouldBe "ann ann"
                }
                seen() shouldBe "null null"
                yield()
                seen() shouldBe "null null"
            }
        }

        test("C28 values of several keys stand side by side, and one given without a value is the one of the calling code") {
            runDuotone {
                withContext(USER.asContextElement("ann") + TENANT.asContextElement("x")) {
                    "${USER.get()} ${TENANT.get()}" shouldBe "ann x"
                    val captured = USER.asContextElement()
                    yield()
                    USER.withValue("bob") {
                        "${USER.get()} ${TENANT.get()}" shouldBe "bob x"
                        withContext(captured) { "${USER.get()} ${TENANT.get()}" } shouldBe "ann x"
                    }
                }
            }
        }

        test("C28 T63 it follows every way to start work, and stays there") {
            runDuotone {
                USER.withValue("ann") {
                    async { seen() }.await() shouldBe "ann ann"
                    spawn { seen() }.await() shouldBe "ann ann"
                    taskScope {
                        seen() shouldBe "ann ann"
                        spawn { seen() }.await() shouldBe "ann ann"
                        fork { seen() }.await() shouldBe "ann ann"
                        trySpawn { seen() }?.await() shouldBe "ann ann"
                    }
                    spawn({ seen() }, { seen() }).await().first shouldBe "ann ann"
                    spawn(List(300) { suspend { yield().let { seen() } } }).await().distinct() shouldContainExactly listOf("ann ann")
                    race({ seen() }, { seen() }) shouldBe "ann ann"
                    listOf(1, 2).mapConcurrently { seen() } shouldContainExactly listOf("ann ann", "ann ann")
                    listOf(1, 2).mapConcurrently(1) { seen() } shouldContainExactly listOf("ann ann", "ann ann")
                    blocking { USER.get() } shouldBe "ann"
                    listOf(1, 2).mapBlocking { USER.get() } shouldContainExactly listOf("ann", "ann")
                }
                blocking { USER.get() } shouldBe null
                spawn(List(3) { suspend { seen() } }).await().distinct() shouldContainExactly listOf("null null")
            }
        }

        test("T63 siblings on one worker do not see each other's values, however they take turns") {
            runDuotone(workers(1)) {
                val all = List(20) { number ->
                    spawn {
                        val value = "u$number".takeIf { number % 3 != 0 }
                        val element = if (value == null) currentCoroutineContext() else USER.asContextElement(value)
                        withContext(element) {
                            repeat(20) {
                                USER.get() shouldBe value
                                yield()
                            }
                        }
                    }
                }
                for (task in all) task.await()
            }
        }

        test("T63 nothing is left on the thread when the work fails or is cancelled") {
            runDuotone(workers(1)) {
                shouldThrow<IllegalStateException> {
                    USER.withValue("ann") {
                        yield()
                        error("wanted")
                    }
                }.message shouldBe "wanted"
                seen() shouldBe "null null"
                val waits = launch(USER.asContextElement("ann")) {
                    try {
                        delay(Long.MAX_VALUE)
                    } finally {
                        seen() shouldBe "ann ann"
                    }
                }
                yield()
                waits.cancelAndJoin()
                seen() shouldBe "null null"
                val interrupted = CompletableDeferred<String?>()
                val blocks = launch(USER.asContextElement("ann")) {
                    blocking {
                        try {
                            Thread.currentThread().join()
                        } catch (_: InterruptedException) {
                            interrupted.complete(USER.get())
                        }
                    }
                }
                yield()
                blocks.cancelAndJoin()
                if (interrupted.isCompleted) interrupted.await() shouldBe "ann"
                blocking { USER.get() } shouldBe null
            }
        }

        test("C28 a coroutine that waits for a socket goes on with its values, and one beside it without") {
            runDuotone(workers(1)) {
                tcpPair().use { pair ->
                    val plain = CompletableDeferred<Unit>()
                    val withValue = async(USER.asContextElement("ann")) {
                        val text = pair.server.receiveText(4)
                        pair.server.sendAll(ByteBuffer.wrap("pong".toByteArray()))
                        "$text ${seen()}"
                    }
                    val without = async {
                        plain.complete(Unit)
                        pair.client.receiveText(4) + " " + seen()
                    }
                    plain.await()
                    delay(1)
                    pair.client.sendAll(ByteBuffer.wrap("ping".toByteArray()))
                    withValue.await() shouldBe "ping ann ann"
                    without.await() shouldBe "pong null null"
                }
            }
        }

        test("T63 what is started on a runtime by code with values has them") {
            runDuotone {
                USER.withValue("ann") {
                    val other = DuotoneRuntime(workers(1))
                    try {
                        other.spawn { yield().let { seen() } }.await() shouldBe "ann ann"
                        blocking { other.block { seen() } } shouldBe "ann ann"
                    } finally {
                        blocking { other.close() }
                    }
                }
            }
        }
    }) {
    private companion object {
        val USER: ContextKey<String> = ContextKey.named("user")
        val TENANT: ContextKey<String> = ContextKey.named("tenant")

        suspend fun seen() = "${currentCoroutineContext()[USER]} ${USER.get()}"
    }
}
