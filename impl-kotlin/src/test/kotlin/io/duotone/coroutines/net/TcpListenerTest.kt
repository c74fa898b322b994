package io.duotone.coroutines.net

import io.duotone.ConcurrentOperationException
import io.duotone.coroutines.runDuotone
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.net.BindException
import java.net.ConnectException
import java.net.InetSocketAddress
import java.nio.channels.ClosedChannelException

class TcpListenerTest :
    FunSpec({
        test("T43 the address has the real port") {
            runDuotone {
                TcpListener.listen(loopback()).use { listener ->
                    listener.localAddress.port shouldNotBe 0
                    listener.toString() shouldBe "TcpListener(${listener.localAddress})"
                }
            }
        }

        test("T43 a name is looked up") {
            runDuotone {
                TcpListener.listen(InetSocketAddress.createUnresolved("localhost", 0)).use {
                    it.localAddress.address.isLoopbackAddress shouldBe true
                }
            }
        }

        test("T43 an address in use is refused by its name") {
            runDuotone {
                TcpListener.listen(loopback()).use { listener ->
                    val refused = shouldThrow<BindException> { TcpListener.listen(listener.localAddress) }
                    refused.message shouldContain "cannot listen on ${listener.localAddress}: Address already in use"
                }
            }
        }

        test("T43 an address just given up can be taken again, also while its connections live on") {
            runDuotone {
                val first = TcpListener.listen(loopback())
                val client = TcpStream.connect(first.localAddress)
                val server = first.accept()
                first.close()
                TcpListener.listen(first.localAddress).close()
                client.sendAll("x")
                server.receiveText(1) shouldBe "x"
                client.close()
                server.close()
            }
        }

        test("T43 a backlog is 1 to 65535") {
            runDuotone {
                for (backlog in listOf(0, -1, 65_536)) {
                    shouldThrow<IllegalArgumentException> { TcpListener.listen(loopback(), backlog) }.message shouldContain
                        "backlog is $backlog"
                }
                TcpListener.listen(loopback(), backlog = 1).close()
                TcpListener.listen(loopback(), backlog = 65_535).close()
            }
        }

        test("T47 connections are accepted in their order, waiting or waited for") {
            runDuotone {
                TcpListener.listen(loopback()).use { listener ->
                    val clients = List(5) { TcpStream.connect(listener.localAddress) }
                    for (client in clients) listener.accept().use { it.remoteAddress shouldBe client.localAddress }
                    val waiting = async(start = CoroutineStart.UNDISPATCHED) { listener.accept() }
                    listener.toString() shouldContain ", accepting"
                    val late = TcpStream.connect(listener.localAddress)
                    waiting.await().use { it.remoteAddress shouldBe late.localAddress }
                    (clients + late).forEach { it.close() }
                }
            }
        }

        test("T47 close fails an accept that waits, and all after it; nobody can connect any more") {
            runDuotone {
                supervisorScope {
                    val listener = TcpListener.listen(loopback())
                    val waiting = async(start = CoroutineStart.UNDISPATCHED) { listener.accept() }
                    withContext(Dispatchers.IO) { listener.close() }
                    listener.close()
                    shouldThrow<ClosedChannelException> { waiting.await() }
                    shouldThrow<ClosedChannelException> { listener.accept() }
                    listener.serve { }
                    listener.isClosed shouldBe true
                    shouldThrow<ConnectException> { TcpStream.connect(listener.localAddress) }
                }
            }
        }

        test("C27 a second accept or serve is refused, and the first goes on") {
            runDuotone {
                TcpListener.listen(loopback()).use { listener ->
                    val first = async(start = CoroutineStart.UNDISPATCHED) { listener.accept() }
                    shouldThrow<ConcurrentOperationException> { listener.accept() }
                    shouldThrow<ConcurrentOperationException> { listener.serve { } }
                    listener.isClosed shouldBe false
                    TcpStream.connect(listener.localAddress).use { client ->
                        first.await().use { it.remoteAddress shouldBe client.localAddress }
                    }
                }
            }
        }

        test("T47 an address is free when close returns, also while somebody waits in the selector") {
            runDuotone {
                var listener = TcpListener.listen(loopback())
                repeat(200) { round ->
                    val closed = listener
                    val waiting = launch { shouldThrow<ClosedChannelException> { closed.accept() } }
                    if (round % 2 == 0) withContext(Dispatchers.IO) { closed.close() } else closed.close()
                    listener = TcpListener.listen(closed.localAddress)
                    waiting.join()
                }
                listener.close()
            }
        }

        test("T47 a cancelled accept leaves the connection to the next one, or closes it") {
            runDuotone {
                TcpListener.listen(loopback()).use { listener ->
                    repeat(100) { round ->
                        val cancelled = launch(start = CoroutineStart.UNDISPATCHED) { listener.accept().close() }
                        val client = TcpStream.connect(listener.localAddress)
                        if (round % 2 == 0) yield()
                        cancelled.cancelAndJoin()
                        val next = async(start = CoroutineStart.UNDISPATCHED) { listener.accept() }
                        val closed = async(start = CoroutineStart.UNDISPATCHED) { client.receiveSome(1).isEmpty() }
                        select {
                            next.onAwait { accepted -> accepted.use { it.remoteAddress shouldBe client.localAddress } }
                            closed.onAwait { it shouldBe true }
                        }
                        next.cancelAndJoin()
                        closed.cancelAndJoin()
                        client.close()
                    }
                }
            }
        }
    })
