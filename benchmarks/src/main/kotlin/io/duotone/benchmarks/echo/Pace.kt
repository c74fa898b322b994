package io.duotone.benchmarks.echo

/**
 * The schedule of one connection: a message every [interval] until [end], all in nanoseconds. A message that was due while
 * its predecessor was still out counts from when it was due, so that a stalled server is not excused from the requests it
 * held up; the generator's own lateness does not count.
 */
internal class Pace(private val connection: PingPong, private var due: Long, private val interval: Long, private val end: Long) {
    private var since = 0L
    private val recorded = mutableListOf<Long>()

    val latencies: List<Long> get() = recorded

    var isOut: Boolean = false
        private set

    fun sendIfDue(now: Long) {
        if (!isOut && due <= now && due < end) send(System.nanoTime())
    }

    fun received(now: Long) {
        recorded += now - since
        isOut = false
        if (due <= now && due < end) send(due)
    }

    private fun send(countsFrom: Long) {
        connection.send()
        since = countsFrom
        due += interval
        isOut = true
    }
}
