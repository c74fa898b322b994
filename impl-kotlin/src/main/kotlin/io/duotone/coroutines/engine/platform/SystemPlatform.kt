package io.duotone.coroutines.engine.platform

import java.io.IOException
import java.lang.invoke.MethodHandle
import java.lang.invoke.MethodHandles
import java.lang.invoke.MethodType
import java.nio.channels.Selector
import java.nio.channels.spi.SelectorProvider
import java.util.concurrent.ThreadLocalRandom
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.locks.LockSupport

/** The platform of production: the JDK's own clock, threads and selectors. */
internal class SystemPlatform : Platform {
    private val origin = System.nanoTime()

    override fun nanoTime(): Long = System.nanoTime() - origin

    override fun seed(): Long = ThreadLocalRandom.current().nextLong()

    override fun thread(name: String, owner: Any?, body: Runnable): Thread = EngineThread(name, owner, body)

    override fun virtualThread(name: String, body: Runnable): Thread? = VirtualThreads.unstarted?.let { unstarted ->
        (unstarted.invoke(body) as Thread).also { it.name = name }
    }

    override fun park(nanos: Long) {
        if (nanos == Long.MAX_VALUE) LockSupport.park(this) else LockSupport.parkNanos(this, nanos)
    }

    override fun unpark(thread: Thread) {
        LockSupport.unpark(thread)
    }

    override fun openSelector(): Selector {
        FirstClose.prepare()
        return SelectorProvider.provider().openSelector()
    }
}

/** `Thread.ofVirtual().unstarted(body)`, which the bytecode level of 17 cannot name; null before JDK 21. */
private object VirtualThreads {
    val unstarted: MethodHandle? = runCatching {
        val builder = Class.forName("java.lang.Thread\$Builder")
        val ofVirtual = Class.forName("java.lang.Thread\$Builder\$OfVirtual")
        val lookup = MethodHandles.publicLookup()
        val make = lookup.findStatic(Thread::class.java, "ofVirtual", MethodType.methodType(ofVirtual))
        val unstarted = lookup.findVirtual(builder, "unstarted", MethodType.methodType(Thread::class.java, Runnable::class.java))
        MethodHandles.foldArguments(
            MethodHandles.dropArguments(unstarted.asType(unstarted.type().changeParameterType(0, ofVirtual)), 2),
            make,
        )
    }.getOrNull()
}

/**
 * The JDK needs two descriptors of its own when it closes a channel for the first time. A server whose first close comes when all are
 * used up could never close anything again, and so never recover: hence a first close while there are some.
 */
private object FirstClose {
    private val prepared = AtomicBoolean()

    fun prepare() {
        if (!prepared.compareAndSet(false, true)) return
        try {
            SelectorProvider.provider().openSocketChannel().close()
        } catch (_: IOException) {
            // No descriptor even for this: nor will there be one for the selector, which says so.
            prepared.set(false)
        }
    }
}
