package io.duotone.benchmarks.echo

import java.net.InetSocketAddress

/** A TCP echo server on a free loopback port. */
internal interface EchoServer : AutoCloseable {
    val port: Int

    /**
     * Begins to occupy one worker: for [busyMillis] with work that never suspends, then [pauseMillis] of peace, again and
     * again until closed.
     */
    fun hog(busyMillis: Long, pauseMillis: Long)
}

internal fun freeLoopbackPort(): InetSocketAddress = InetSocketAddress("127.0.0.1", 0)

/** Keeps the calling thread busy for [millis]. */
internal fun burn(millis: Long) {
    val end = System.nanoTime() + millis * 1_000_000
    while (System.nanoTime() < end) Thread.onSpinWait()
}

/** The servers that are compared. */
internal enum class ServerKind(val title: String, val start: (workers: Int) -> EchoServer) {
    KOTLIN("Duotone, Kotlin", ::KotlinServer),
    STAGES("Duotone, Java stages", ::StageServer),
    NETTY("Netty NIO", ::NettyServer),
    KTOR("ktor-network", { KtorServer() }),
}

/** Room for the largest message in one read. */
internal const val RECEIVE_BUFFER: Int = 16 * 1024
