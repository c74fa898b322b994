package io.duotone.coroutines.scope

import io.duotone.coroutines.engine.AbstractLincheckTest
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicReferenceArray

/** One owner that begins calls, anybody who ends them, and one who closes: what goes on after that is attached, by one of the two. */
internal class PendingCallsLincheckTest : AbstractLincheckTest(PendingCallsModel::class, PendingCallsSpecification::class)

/** As [PendingCalls] has it, with blocks of two, and without kotlinx. */
@Param(name = "call", gen = IntGen::class, conf = "0:3")
internal class PendingCallsModel {
    private class Call(private val block: AtomicReferenceArray<Call?>, private val slot: Int) {
        private val ended = AtomicBoolean()

        @Volatile
        var isAttached = false

        val goesOn: Boolean get() = !ended.get()

        fun end(): Boolean {
            val first = ended.compareAndSet(false, true)
            if (first) block.setRelease(slot, null)
            return first
        }
    }

    private val blocks = CallBlocks<Call>(slots = 2)
    private val calls = AtomicReferenceArray<Call?>(4)

    @Volatile
    private var isClosing = false

    @Operation(nonParallelGroup = "owner")
    fun begin(@Param(name = "call") number: Int): Boolean {
        if (calls.get(number)?.goesOn == true) return false
        val call = Call(blocks.blockWithRoom(), blocks.freeSlot)
        blocks.register(call)
        if (isClosing) call.isAttached = true
        calls.set(number, call)
        return true
    }

    @Operation
    fun end(@Param(name = "call") number: Int): Boolean = calls.get(number)?.end() == true

    @Operation(nonParallelGroup = "closer")
    fun close() {
        isClosing = true
        blocks.elements().forEach { it.isAttached = true }
    }

    /** Attached and still there. */
    @Operation(nonParallelGroup = "closer")
    fun holdsUpClose(@Param(name = "call") number: Int): Boolean = calls.get(number).let { it != null && it.isAttached && it.goesOn }

    /** Neither what has ended nor what has not begun is kept; by the only one who begins. */
    @Operation(nonParallelGroup = "owner")
    fun isKept(@Param(name = "call") number: Int): Boolean = calls.get(number).let {
        it != null && it.goesOn && it in blocks.elements() &&
            it.goesOn
    }
}

internal class PendingCallsSpecification {
    private val going = HashSet<Int>()
    private var isClosing = false

    fun begin(number: Int): Boolean = going.add(number)

    fun end(number: Int): Boolean = going.remove(number)

    fun close() {
        isClosing = true
    }

    fun holdsUpClose(number: Int): Boolean = isClosing && number in going

    fun isKept(number: Int): Boolean = number in going
}
