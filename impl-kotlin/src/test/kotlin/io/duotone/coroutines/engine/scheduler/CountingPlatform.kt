package io.duotone.coroutines.engine.scheduler

import io.duotone.coroutines.engine.platform.Platform
import io.duotone.coroutines.engine.platform.SystemPlatform
import java.nio.channels.Selector
import java.util.concurrent.atomic.AtomicInteger

/** The platform of production with its calls counted, so that a test sees what an idle runtime does. */
internal class CountingPlatform(private val real: Platform = SystemPlatform()) : Platform by real {
    val parks = AtomicInteger()
    val unparks = AtomicInteger()
    val selectors = AtomicInteger()

    override fun park(nanos: Long) {
        parks.incrementAndGet()
        real.park(nanos)
    }

    override fun unpark(thread: Thread) {
        unparks.incrementAndGet()
        real.unpark(thread)
    }

    override fun openSelector(): Selector {
        selectors.incrementAndGet()
        return real.openSelector()
    }
}
