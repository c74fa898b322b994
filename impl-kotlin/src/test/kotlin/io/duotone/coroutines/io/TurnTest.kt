package io.duotone.coroutines.io

import io.duotone.ConcurrentOperationException
import io.duotone.coroutines.blockWatched
import io.duotone.coroutines.engine.stressScale
import io.duotone.coroutines.onWorkers
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext

internal class TurnTest :
    FunSpec({
        test("C27 an operation beside one that goes on is refused") {
            val turn = Turn()
            holding(turn) { _, _ ->
                shouldThrow<ConcurrentOperationException> { turn.await("receive", "it") }.message shouldContain "receive is under way on it"
                turn.isTaken shouldBe true
            }
            turn.isTaken shouldBe false
        }

        test("C27 an operation after a cancelled one, which is still on its way out, waits for that") {
            val turn = Turn()
            holding(turn) { holder, leave ->
                holder.cancel()
                val newcomer = launch(Dispatchers.Unconfined) {
                    turn.await("receive", "it")
                    turn.giveBack()
                }
                newcomer.isActive shouldBe true
                shouldThrow<ConcurrentOperationException> { turn.await("receive", "it") }
                leave.complete(Unit)
                holder.join()
                newcomer.join()
                turn.isTaken shouldBe false
            }
        }

        test("a newcomer that is cancelled leaves its place to another") {
            val turn = Turn()
            holding(turn) { holder, leave ->
                holder.cancel()
                val first = launch(Dispatchers.Unconfined) { turn.await("receive", "it") }
                first.cancel()
                val second = launch(Dispatchers.Unconfined) { turn.await("receive", "it") }
                leave.complete(Unit)
                holder.join()
                second.join()
                turn.isTaken shouldBe true
                turn.giveBack()
            }
        }

        onWorkers("C27 stress: whoever cancels an operation may begin the next at once") { runtime ->
            val turn = Turn()
            repeat(2_000 * stressScale) {
                runtime.blockWatched {
                    val began = CompletableDeferred<Unit>()
                    val holder = launch {
                        turn.await("receive", "it")
                        began.complete(Unit)
                        try {
                            awaitCancellation()
                        } finally {
                            turn.giveBack()
                        }
                    }
                    began.await()
                    holder.cancel()
                    turn.await("receive", "it")
                    turn.giveBack()
                }
                turn.isTaken shouldBe false
            }
        }
    })

/** Runs [block] beside a coroutine that has the turn; once cancelled, that gives it back when it is told to leave. */
private suspend fun holding(turn: Turn, block: suspend CoroutineScope.(holder: Job, leave: CompletableDeferred<Unit>) -> Unit) {
    coroutineScope {
        val leave = CompletableDeferred<Unit>()
        val holder = launch(start = CoroutineStart.UNDISPATCHED) {
            turn.await("receive", "it")
            try {
                awaitCancellation()
            } finally {
                withContext(NonCancellable) { leave.await() }
                turn.giveBack()
            }
        }
        block(holder, leave)
        leave.complete(Unit)
        holder.cancel()
    }
}
