package io.duotone.coroutines.io

import io.duotone.ConcurrentOperationException
import java.util.concurrent.atomic.AtomicBoolean

/**
 * Who may operate in one direction of a stream: one at a time, and a second is refused instead of queued (row C27).
 *
 * | field | written by | read by | mode |
 * |---|---|---|---|
 * | the value | the operation that takes it; it alone gives it back | any thread | compare-and-set; back with release, which pairs with that |
 */
internal class Turn : AtomicBoolean() {
    /** Takes the turn for [operation] ("receive"), or throws [ConcurrentOperationException]. [on] is what it happens on. */
    fun take(operation: String, on: Any) {
        if (!compareAndSet(false, true)) refuse(operation, on)
    }

    fun giveBack() {
        setRelease(false)
    }

    val isTaken: Boolean get() = get()

    private fun refuse(operation: String, on: Any): Nothing =
        throw ConcurrentOperationException(
            "cannot $operation: another $operation is under way on $on; let one coroutine own each direction"
        )
}
