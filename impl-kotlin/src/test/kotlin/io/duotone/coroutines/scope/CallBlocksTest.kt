package io.duotone.coroutines.scope

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.comparables.shouldBeLessThanOrEqualTo
import io.kotest.matchers.shouldBe
import java.util.concurrent.atomic.AtomicReferenceArray

internal class CallBlocksTest :
    FunSpec({
        test("what has ended is not kept, and what has not is found, over many blocks") {
            val blocks = CallBlocks<Registered>(slots = 4)
            val all = List(50) { blocks.begin() }
            val (even, odd) = all.withIndex().partition { it.index % 2 == 0 }.let { (a, b) -> a.map { it.value } to b.map { it.value } }
            blocks.elements().toList() shouldContainExactlyInAnyOrder all
            even.forEach { it.end() }
            blocks.elements().toList() shouldContainExactlyInAnyOrder odd
            odd.forEach { it.end() }
            blocks.elements().toList().shouldBeEmpty()
        }

        test("there is no block before the first, and one is enough for those that end one after the other") {
            val blocks = CallBlocks<Registered>(slots = 4)
            blocks.size shouldBe 0
            repeat(100) {
                blocks.begin().end()
                blocks.size shouldBe 1
            }
        }

        test("no slot is given to two") {
            val blocks = CallBlocks<Registered>(slots = 4)
            val kept = ArrayList<Registered>()
            repeat(1000) { if (it % 3 == 0) kept += blocks.begin() else blocks.begin().end() }
            blocks.elements().toList() shouldContainExactlyInAnyOrder kept
        }

        test("those that never end do not keep a block each") {
            val blocks = CallBlocks<Registered>(slots = 4)
            val kept = ArrayList<Registered>()
            repeat(4000) { if (it % 4 == 0) kept += blocks.begin() else blocks.begin().end() }
            kept.size shouldBe 1000
            blocks.size * 4 shouldBeLessThanOrEqualTo 3 * kept.size
        }

        test("after many at a time the blocks go again") {
            val blocks = CallBlocks<Registered>(slots = 4)
            List(4000) { blocks.begin() }.forEach { it.end() }
            blocks.size shouldBe 1000
            // Each full block lets go of one more than it needs.
            repeat(4 * 1000) { blocks.begin().end() }
            blocks.size shouldBe 1
        }
    })

private class Registered(private val block: AtomicReferenceArray<Registered?>, private val slot: Int) {
    fun end() {
        check(block.get(slot) === this)
        block.setRelease(slot, null)
    }
}

private fun CallBlocks<Registered>.begin(): Registered = Registered(blockWithRoom(), freeSlot).also(::register)
