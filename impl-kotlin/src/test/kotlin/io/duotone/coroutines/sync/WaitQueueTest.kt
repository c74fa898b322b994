package io.duotone.coroutines.sync

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.job

internal class WaitQueueTest :
    FunSpec({
        test("C20 the first is told after each change: who is first now, and that nobody waits") {
            onOneThread {
                val queue = Numbers()
                val waits = listOf(3, 1, 2).map { n -> begin { queue.awaitTurn(n) } }
                queue.firsts shouldContainExactly listOf(3, 3, 3)
                waits[0].cancel()
                queue.firsts.last() shouldBe 1
                queue.put(1)
                queue.firsts.last() shouldBe 2
                queue.put(2)
                queue.firsts.last() shouldBe null
                queue.lefts shouldContainExactly listOf(3, 1, 2)
                waits.drop(1).forEach { it.await() }
            }
        }

        test("C20 those in the middle and at the end can leave, and the others keep their order") {
            onOneThread {
                val queue = Numbers()
                val order = mutableListOf<Int>()
                val waits = List(6) { n ->
                    begin {
                        queue.awaitTurn(1)
                        order += n
                    }
                }
                for (leaving in listOf(2, 5, 0)) waits[leaving].cancel()
                val late = begin {
                    queue.awaitTurn(1)
                    order += 6
                }
                queue.put(10)
                waits.forEach { it.join() }
                late.await()
                order shouldContainExactly listOf(1, 3, 4, 6)
                queue.left shouldBe 6
            }
        }

        test("C20 whoever is refused does not wait, and leaves nothing behind in its job") {
            onOneThread {
                val queue = Numbers()
                queue.refusal = IllegalStateException("refused")
                begin {
                    repeat(3) { shouldThrow<IllegalStateException> { queue.awaitTurn(1) }.message shouldBe "refused" }
                    queue.waitingNow() shouldBe 0
                    coroutineContext.job.children.toList().shouldBeEmpty()
                }.await()
                queue.refusal = null
                queue.refusalOnceQueued = IllegalStateException("too late")
                shouldThrow<IllegalStateException> { queue.awaitTurn(1) }.message shouldBe "too late"
                queue.waitingNow() shouldBe 0
                queue.put(1)
                queue.tryTake(1) shouldBe true
            }
        }

        test("C20 all waits can be ended at once") {
            onOneThread {
                val queue = Numbers()
                val waits = List(3) { begin { queue.awaitTurn(1) } }
                queue.cancelAll(CancellationException("over"))
                waits.forEach { wait -> shouldThrow<CancellationException> { wait.await() }.message shouldBe "over" }
                queue.waitingNow() shouldBe 0
                queue.firsts.last() shouldBe null
            }
        }

        test("C20 somebody who goes on within a change may change it again") {
            onOneThread {
                val queue = Numbers()
                val order = mutableListOf<Int>()
                val waits = List(3) { n ->
                    begin(Dispatchers.Unconfined) {
                        queue.awaitTurn(1)
                        order += n
                        queue.put(1)
                    }
                }
                queue.put(1)
                waits.forEach { it.await() }
                order shouldContainExactly listOf(0, 1, 2)
                queue.left shouldBe 1
            }
        }
    })

/** A number of things, which are taken so many at a time. */
private class Numbers : WaitQueue<Int>() {
    var left = 0
    var refusal: Exception? = null
    var refusalOnceQueued: Exception? = null
    val firsts = mutableListOf<Int?>()
    val lefts = mutableListOf<Int>()

    fun put(n: Int) {
        change { left += n }
    }

    override fun take(request: Int): Boolean = (request <= left).also { if (it) left -= request }

    override fun putBack(request: Int) {
        left += request
    }

    override fun joins(request: Int) {
        refusal?.let { throw it }
    }

    override fun queued(request: Int) {
        refusalOnceQueued?.let { throw it }
    }

    override fun left(request: Int) {
        lefts += request
    }

    override fun nextIs(request: Int?) {
        firsts += request
    }
}
