package io.duotone.coroutines.engine.queue

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.matchers.nulls.shouldBeNull
import java.lang.ref.WeakReference
import kotlin.time.Duration.Companion.seconds

/** That nothing refers to this any more, which the collector is asked to find out. */
internal suspend fun WeakReference<*>.shouldBeCollected() = eventually(10.seconds) {
    System.gc()
    get().shouldBeNull()
}
