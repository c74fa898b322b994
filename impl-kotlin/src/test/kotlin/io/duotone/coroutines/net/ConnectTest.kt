package io.duotone.coroutines.net

import io.duotone.coroutines.runDuotone
import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.comparables.shouldBeLessThan
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import java.net.ConnectException
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.net.UnknownHostException
import java.util.concurrent.TimeoutException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.measureTime

class ConnectTest :
    FunSpec({
        test("T41 a host is given by name, by address, or as a socket address") {
            runDuotone {
                TcpListener.listen(loopback()).use { listener ->
                    val port = listener.localAddress.port
                    val connects = listOf<suspend () -> TcpStream>(
                        { TcpStream.connect("localhost", port) },
                        { TcpStream.connect("127.0.0.1", port) },
                        { TcpStream.connect(InetSocketAddress.createUnresolved("localhost", port)) },
                        { TcpStream.connect(loopback(port)) },
                        { TcpStream.connect(loopback(port), timeout = 10.seconds) },
                    )
                    for (connect in connects) {
                        connect().use { client ->
                            listener.accept().use { server ->
                                server.remoteAddress shouldBe client.localAddress
                                server.localAddress shouldBe client.remoteAddress
                                client.toString() shouldContain "${client.localAddress} -> ${client.remoteAddress}"
                            }
                        }
                    }
                }
            }
        }

        test("T41 a refused connect names the address") {
            runDuotone {
                val port = closedPort()
                val failure = shouldThrow<ConnectException> { TcpStream.connect("127.0.0.1", port) }
                failure.message shouldContain "/127.0.0.1:$port: Connection refused"
            }
        }

        test("T41 the addresses of a name are tried in their order, until one answers") {
            runDuotone {
                TcpListener.listen(loopback()).use { listener ->
                    val target = InetSocketAddress.createUnresolved("some.name", listener.localAddress.port)
                    val names = ArrayList<String>()
                    val connecting = Connecting(target) { host, _ ->
                        names += host
                        listOf("127.0.0.2", "127.0.0.1", "127.0.0.3").map(InetAddress::getByName)
                    }
                    connecting.within(10.seconds).use { it.remoteAddress shouldBe loopback(target.port) }
                    names shouldBe listOf("some.name")
                }
            }
        }

        test("T41 when no address of a name answers, the failures of the others are suppressed in the first") {
            runDuotone {
                val port = closedPort()
                val connecting = Connecting(InetSocketAddress.createUnresolved("some.name", port)) { _, _ ->
                    listOf("127.0.0.1", "127.0.0.2", "127.0.0.3").map(InetAddress::getByName)
                }
                val failure = shouldThrow<ConnectException> { connecting.within(Duration.INFINITE) }
                failure.message shouldContain "cannot connect to /127.0.0.1:$port: "
                failure.suppressed.map { it.message?.substringBefore(": ") } shouldBe
                    listOf("cannot connect to /127.0.0.2:$port", "cannot connect to /127.0.0.3:$port")
            }
        }

        test("T41 a look-up that hangs is left behind by a timeout") {
            runDuotone {
                val target = InetSocketAddress.createUnresolved("some.name", 1)
                shouldThrow<TimeoutException> { Connecting(target) { _, _ -> awaitCancellation() }.within(20.milliseconds) }
            }
        }

        test("T41 an unknown host") {
            runDuotone {
                shouldThrow<UnknownHostException> { TcpStream.connect("no:address:at:all", 80) }
            }
        }

        test("T41 a port that cannot be") {
            runDuotone {
                shouldThrow<IllegalArgumentException> { TcpStream.connect("localhost", 65_536) }
            }
        }

        test("T41 a connect that nobody answers ends with its timeout and leaves no socket behind") {
            withFullBacklog { address ->
                val before = openSocketsOrNull()
                runDuotone {
                    shouldThrow<TimeoutException> { TcpStream.connect(address, timeout = 50.milliseconds) }.message shouldContain
                        "not connected to"
                    shouldThrow<TimeoutException> { TcpStream.connect(address, timeout = Duration.ZERO) }
                    if (before != null) eventually(10.seconds) { openSocketsOrNull() shouldBe before }
                }
            }
        }

        test("T41 a connect that nobody answers can be cancelled, and leaves no socket behind") {
            withFullBacklog { address ->
                val before = openSocketsOrNull()
                runDuotone {
                    val connecting = launch(start = CoroutineStart.UNDISPATCHED) { TcpStream.connect(address) }
                    connecting.isActive shouldBe true
                    measureTime { connecting.cancelAndJoin() } shouldBeLessThan 10.seconds
                    if (before != null) eventually(10.seconds) { openSocketsOrNull() shouldBe before }
                }
            }
        }

        test("a connect by a cancelled coroutine does not begin") {
            runDuotone {
                val ended = async(start = CoroutineStart.UNDISPATCHED) {
                    coroutineContext[kotlinx.coroutines.Job].shouldNotBeNull().cancel()
                    shouldThrow<CancellationException> { TcpStream.connect("localhost", 1) }
                }
                ended.join()
                ended.isCancelled shouldBe true
            }
        }
    })

/** A port of the loopback interface where nobody listens. */
private fun closedPort(): Int = ServerSocket(0, 1, loopback().address).use { it.localPort }

/** Runs [block] with the address of a listener that does not accept, and whose backlog is full. */
private fun withFullBacklog(block: (InetSocketAddress) -> Unit) {
    ServerSocket(0, 1, loopback().address).use { listener ->
        val address = InetSocketAddress(listener.inetAddress, listener.localPort)
        val filling = ArrayList<TcpStream>()
        try {
            runDuotone {
                var full = false
                while (!full) {
                    try {
                        filling += TcpStream.connect(address, timeout = 100.milliseconds)
                    } catch (_: TimeoutException) {
                        full = true
                    }
                    check(filling.size < 100) { "a backlog of 1 takes ${filling.size} connections" }
                }
            }
            block(address)
        } finally {
            filling.forEach(TcpStream::close)
        }
    }
}
