package io.duotone.examples.echo

import io.duotone.Duotone
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.facade.asJava
import io.duotone.coroutines.facade.await
import io.duotone.coroutines.net.TcpListener
import io.duotone.coroutines.net.TcpStream
import io.duotone.examples.onOwnThread
import io.kotest.core.spec.style.FunSpec
import io.kotest.datatest.withData
import io.kotest.matchers.shouldBe
import java.net.InetSocketAddress
import java.net.Socket
import java.util.concurrent.TimeUnit
import kotlin.random.Random
import kotlin.time.Duration.Companion.seconds

private class Variant(val name: String, val serve: suspend (TcpStream) -> Unit)

class EchoTest : FunSpec({
    context("T46 what a client sends comes back, and then the end") {
        withData(
            nameFn = { it.name },
            Variant("Kotlin") { KotlinEcho.serve(it) },
            Variant("Java") { JavaEcho.serve(it.asJava()).await() },
        ) { variant ->
            DuotoneRuntime(Duotone.builder().threads(2).build()).use { runtime ->
                val listener = runtime.block { TcpListener.listen(InetSocketAddress("127.0.0.1", 0)) }
                val serving = runtime.spawn { listener.serve(5.seconds) { variant.serve(it) } }
                val clients = List(10) { onOwnThread { talk(listener.localAddress, Random.nextBytes(1_500_000)) } }
                clients.forEach { it.get(60, TimeUnit.SECONDS) }
                listener.close()
                runtime.block { serving.await() }
            }
        }
    }
})

private fun talk(address: InetSocketAddress, bytes: ByteArray) {
    Socket(address.address, address.port).use { socket ->
        socket.soTimeout = 30_000
        val sending = onOwnThread {
            socket.getOutputStream().write(bytes)
            socket.shutdownOutput()
        }
        socket.getInputStream().readAllBytes().contentEquals(bytes) shouldBe true
        sending.get(30, TimeUnit.SECONDS)
    }
}
