package io.duotone.coroutines

import io.duotone.Both
import io.duotone.DuotoneOptions
import io.duotone.coroutines.blocking.blocking
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import kotlin.time.Duration.Companion.milliseconds

class RunDuotoneTest :
    FunSpec({
        suspend fun waitAndAdd(x: Int): Int {
            delay(20.milliseconds)
            return x + 1
        }

        test("T1 T2 run gives the value of main") {
            runDuotone { spawn({ waitAndAdd(3) }, { waitAndAdd(4) }).await() } shouldBe Both(4, 5)
        }

        test("T2 run throws what main threw, as it is") {
            val failure = IllegalArgumentException("mine")
            shouldThrow<IllegalArgumentException> { runDuotone { throw failure } } shouldBe failure
        }

        test("T11 a collection is one group, in the order of its blocks") {
            runDuotone {
                spawn(
                    List(1000) { i ->
                        suspend {
                            yield()
                            i
                        }
                    },
                ).await()
            } shouldBe List(1000) { it }
        }

        test("T11 T12 all members of a group run to their end, the others' failures are suppressed") {
            var ended = 0
            val failure = shouldThrow<IllegalStateException> {
                runDuotone(DuotoneOptions.defaults()) {
                    spawn(
                        listOf<suspend () -> Int>(
                            { error("first") },
                            {
                                delay(10)
                                error("second")
                            },
                            {
                                delay(20)
                                ++ended
                            },
                        ),
                    ).await()
                }
            }
            failure.message shouldBe "first"
            failure.suppressed.single().message shouldBe "second"
            ended shouldBe 1
        }

        test("a million yields among launches end") {
            runDuotone {
                List(1000) {
                    launch { repeat(1000) { yield() } }
                }.joinAll()
            }
        }

        test("R26 kotlinx channels and timeouts run unchanged") {
            runDuotone {
                val channel = Channel<Int>()
                launch { repeat(10_000) { channel.send(it) } }
                var sum = 0L
                repeat(10_000) { sum += channel.receive() }
                sum shouldBe 49_995_000L
                withTimeoutOrNull(10) { channel.receive() } shouldBe null
            }
        }

        test("T16 Y16 a blocking call runs off the workers") {
            runDuotone {
                blocking { Thread.currentThread().name } shouldContain "blocking"
            }
        }

        test("C16 blocking on a worker is refused") {
            val refused = shouldThrow<IllegalStateException> {
                runDuotone { runDuotone { 1 } }
            }
            refused.message shouldContain "runDuotone would block"
        }

        test("S7 C9 a closed runtime leaves no thread behind, and refuses work") {
            val runtime = DuotoneRuntime(Options.named("leaves-nothing"))
            runtime.block { blocking { 1 } } shouldBe 1
            runtime.close()
            runtime.close()
            Thread.getAllStackTraces().keys.map { it.name }.filter { it.startsWith("leaves-nothing") }.shouldBeEmpty()
            shouldThrow<IllegalStateException> { runtime.spawn { 1 } }.message shouldContain "is closed"
        }
    })

internal object Options {
    fun named(name: String): DuotoneOptions = io.duotone.Duotone.builder().name(name).build()
}
