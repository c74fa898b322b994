package io.duotone.coroutines.facade

import io.duotone.Task
import io.duotone.sync.Event
import io.duotone.sync.SyncStatistics
import java.time.Duration
import kotlin.coroutines.Continuation
import kotlin.time.toKotlinDuration
import io.duotone.coroutines.sync.Event as KotlinEvent
import kotlin.time.Duration as Limit

/** The Java face of an event; one for each, kept by the event itself. */
internal class JavaEvent(val kotlin: KotlinEvent) : Event {
    override fun isSet(): Boolean = kotlin.isSet

    override fun set(): Boolean = kotlin.set()

    override fun clear(): Boolean = kotlin.clear()

    override fun await(): Task<Void?> = VoidCallTask(currentFace()).begin { AWAIT(kotlin, it) }.asVoid()

    override fun await(timeout: Duration): Task<Boolean> {
        val limit = timeout.toKotlinDuration()
        return CallTask<Boolean>(currentFace()).begin { AWAIT_WITHIN(kotlin, limit, it) }
    }

    override fun statistics(): SyncStatistics = kotlin.statistics()

    override fun toString(): String = kotlin.toString()

    private companion object {
        val AWAIT: (KotlinEvent, Continuation<Unit>) -> Any? = unary<KotlinEvent, Unit>(KotlinEvent::await)
        val AWAIT_WITHIN: (KotlinEvent, Limit, Continuation<Boolean>) -> Any? = binary<KotlinEvent, Limit, Boolean>(KotlinEvent::await)
    }
}
