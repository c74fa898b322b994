package io.duotone.coroutines.engine.platform

/**
 * Keeps what a subclass adds off the cache lines of the object that lies before it in the heap: 128 bytes, since processors fetch lines
 * in pairs. For what one worker writes all the time: without it the collector may put two such objects side by side, and then each write
 * of one worker takes the line away from another.
 */
@Suppress("unused")
internal abstract class Padded {
    @JvmField protected val pad0: Long = 0L

    @JvmField protected val pad1: Long = 0L

    @JvmField protected val pad2: Long = 0L

    @JvmField protected val pad3: Long = 0L

    @JvmField protected val pad4: Long = 0L

    @JvmField protected val pad5: Long = 0L

    @JvmField protected val pad6: Long = 0L

    @JvmField protected val pad7: Long = 0L

    @JvmField protected val pad8: Long = 0L

    @JvmField protected val pad9: Long = 0L

    @JvmField protected val pad10: Long = 0L

    @JvmField protected val pad11: Long = 0L

    @JvmField protected val pad12: Long = 0L

    @JvmField protected val pad13: Long = 0L

    @JvmField protected val pad14: Long = 0L
}
