@file:JvmName("Checkpoint")

package io.duotone.coroutines.context

import io.duotone.coroutines.engine.scheduler.Budget
import kotlinx.coroutines.ensureActive
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.coroutineContext

/**
 * What every public suspend function of ours does first, whether it will wait or not: look for cancellation and spend a unit of the
 * budget. Usually this costs no suspension.
 */
internal suspend inline fun checkpoint() {
    if (!passesCheckpoint(coroutineContext)) pauseAtCheckpoint()
}

/**
 * The part of [checkpoint] that cannot suspend, for a caller that wants to stay free of a state machine: when it returns false the
 * caller goes through [checkpoint] first.
 */
internal fun passesCheckpoint(context: CoroutineContext): Boolean = Budget.spend() && context.isJobActive

/** Throws when the coroutine has been cancelled, else lets others run. */
internal suspend fun pauseAtCheckpoint() {
    coroutineContext.ensureActive()
    Budget.letOthersRun()
}
