package io.duotone.examples.kv

import io.duotone.examples.CommandLine
import io.duotone.examples.CommandLineOption
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/**
 * The options of a server.
 *
 * @property bind the address to listen on
 * @property port the port to listen on; 0 takes a free one
 * @property threads workers of the runtime; 0 for one per core
 * @property maxRequest the most bytes of one request's arguments together
 * @property maxClients the most connections at a time; further ones get Redis's error and are closed
 * @property subscriberLimit the most bytes that may wait for a subscriber before it is cut off
 * @property idle how long a connection may neither ask nor take its answers; zero for ever. Subscribers may always wait.
 * @property grace how long a stopping server waits for what runs
 */
public data class KvOptions(
    val bind: String = "127.0.0.1",
    val port: Int = REDIS_PORT,
    val threads: Int = 0,
    val maxRequest: Long = 64 * MEBIBYTE,
    val maxClients: Int = 10_000,
    val subscriberLimit: Long = 32 * MEBIBYTE,
    val idle: Duration = Duration.ZERO,
    val grace: Duration = 5.seconds,
) {
    /** What `CONFIG GET` shows, under Redis's names; [boundPort] is the port really taken. */
    internal fun toConfig(boundPort: Int): Map<String, String> = mapOf(
        "appendonly" to "no",
        "bind" to bind,
        "client-output-buffer-limit" to "normal 0 0 0 slave 0 0 0 pubsub $subscriberLimit 0 0",
        "databases" to Store.DATABASES.toString(),
        "io-threads" to threads.toString(),
        "maxclients" to maxClients.toString(),
        "maxmemory" to "0",
        "port" to boundPort.toString(),
        "proto-max-bulk-len" to maxRequest.toString(),
        "save" to "",
        "shutdown-timeout" to grace.inWholeSeconds.toString(),
        "timeout" to idle.inWholeSeconds.toString(),
    )

    public companion object {
        private const val REDIS_PORT = 6379
        private const val MEBIBYTE = 1024L * 1024
        private const val MAX_PORT = 65_535L
        private const val MAX_THREADS = 1024L
        private const val MAX_CLIENTS = 1_000_000L
        private const val MIN_REQUEST = 1024L
        private const val MAX_MILLIS = 365L * 24 * 3600 * 1000

        /** The options of the command line. */
        internal val COMMAND_LINE: List<CommandLineOption> = listOf(
            CommandLineOption("port", "PORT", "port to listen on; 0 takes a free one (6379)"),
            CommandLineOption("bind", "ADDRESS", "address to listen on (127.0.0.1)"),
            CommandLineOption("threads", "N", "worker threads; 0 for one per core (0)"),
            CommandLineOption("max-request", "BYTES", "largest request (64 MiB)"),
            CommandLineOption("max-clients", "N", "most connections at a time (10000)"),
            CommandLineOption("subscriber-limit", "BYTES", "most that may wait for a slow subscriber (32 MiB)"),
            CommandLineOption("idle", "MS", "close a connection that is idle for so long; 0 for never (0)"),
            CommandLineOption("grace", "MS", "how long SIGTERM waits for what runs (5000)"),
        )

        /** Options from a command line. */
        internal fun of(line: CommandLine): KvOptions {
            val defaults = KvOptions()
            return KvOptions(
                bind = line.text("bind", defaults.bind),
                port = line.number("port", defaults.port.toLong(), 0..MAX_PORT).toInt(),
                threads = line.number("threads", 0, 0..MAX_THREADS).toInt(),
                maxRequest = line.number("max-request", defaults.maxRequest, MIN_REQUEST..512 * MEBIBYTE),
                maxClients = line.number("max-clients", defaults.maxClients.toLong(), 1..MAX_CLIENTS).toInt(),
                subscriberLimit = line.number("subscriber-limit", defaults.subscriberLimit, MIN_REQUEST..Int.MAX_VALUE),
                idle = line.number("idle", 0, 0..MAX_MILLIS).milliseconds,
                grace = line.number("grace", defaults.grace.inWholeMilliseconds, 0..MAX_MILLIS).milliseconds,
            )
        }
    }
}
