package io.duotone.examples

import kotlinx.coroutines.channels.Channel
import sun.misc.Signal

/**
 * The wish that the process end: SIGTERM, or SIGINT from the keyboard. The first one is given to [await]; a second means that
 * the user will not wait, and ends the process at once with the exit code shells use for it.
 */
public class Termination {
    private val requests = Channel<Unit>(Channel.CONFLATED)
    private var requested = false

    init {
        listOf("TERM", "INT").forEach { name -> Signal.handle(Signal(name), ::onSignal) }
    }

    /** Waits for the first signal. */
    public suspend fun await() {
        requests.receive()
    }

    @Synchronized
    private fun onSignal(signal: Signal) {
        if (requested) Runtime.getRuntime().halt(SIGNAL_EXIT_BASE + signal.number)
        requested = true
        requests.trySend(Unit)
    }

    private companion object {
        const val SIGNAL_EXIT_BASE = 128
    }
}
