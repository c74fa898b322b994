package io.duotone.coroutines.engine.reactor

import java.nio.channels.SelectableChannel
import java.nio.channels.SelectionKey
import java.nio.channels.Selector
import java.nio.channels.spi.AbstractSelectableChannel
import java.nio.channels.spi.AbstractSelectionKey
import java.nio.channels.spi.AbstractSelector
import java.nio.channels.spi.SelectorProvider
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import java.util.function.Consumer

/** A selector that finds nothing, writes down how long each select was to wait, and stays in the first one until [gate] opens. */
internal class ScriptedSelector(private val gate: CountDownLatch = CountDownLatch(0)) : AbstractSelector(SelectorProvider.provider()) {
    val selects = CopyOnWriteArrayList<String>()
    val wakeUps = AtomicInteger()
    private val registered = CopyOnWriteArrayList<SelectionKey>()

    override fun selectNow(action: Consumer<SelectionKey>): Int = record("now")

    override fun select(action: Consumer<SelectionKey>, timeout: Long): Int = record(if (timeout == 0L) "for ever" else "$timeout ms")

    private fun record(select: String): Int {
        selects.add(select)
        gate.await()
        return 0
    }

    override fun wakeup(): Selector {
        wakeUps.incrementAndGet()
        return this
    }

    override fun register(channel: AbstractSelectableChannel, ops: Int, attachment: Any?): SelectionKey =
        Key(channel).also {
            it.attach(attachment)
            registered.add(it)
        }

    override fun keys(): Set<SelectionKey> = registered.toSet()

    override fun implCloseSelector() {
        registered.clear()
    }

    override fun selectedKeys(): Set<SelectionKey> = throw UnsupportedOperationException()

    override fun selectNow(): Int = throw UnsupportedOperationException()

    override fun select(timeout: Long): Int = throw UnsupportedOperationException()

    override fun select(): Int = throw UnsupportedOperationException()

    private inner class Key(private val channel: SelectableChannel) : AbstractSelectionKey() {
        private var interest = 0

        override fun channel(): SelectableChannel = channel

        override fun selector(): Selector = this@ScriptedSelector

        override fun interestOps(): Int = interest

        override fun interestOps(ops: Int): SelectionKey = apply { interest = ops }

        override fun readyOps(): Int = 0
    }
}
