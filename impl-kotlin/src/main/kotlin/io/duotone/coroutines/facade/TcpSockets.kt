package io.duotone.coroutines.facade

import io.duotone.Scope
import io.duotone.Task
import io.duotone.net.TcpListener
import io.duotone.net.TcpStream
import io.duotone.spi.NetProvider
import java.net.InetSocketAddress
import java.time.Duration
import kotlin.time.toKotlinDuration
import io.duotone.coroutines.net.TcpListener as KotlinListener
import io.duotone.coroutines.net.TcpStream as KotlinStream

/** Connects and listens for the Java face. */
internal object TcpSockets : NetProvider {
    override fun connect(scope: Scope, address: InetSocketAddress, timeout: Duration?): Task<TcpStream> {
        val limit = timeout?.toKotlinDuration() ?: kotlin.time.Duration.INFINITE
        return scope.javaScope.call("connect to $address") { KotlinStream.connect(address, limit).asJava() }
    }

    override fun listen(scope: Scope, address: InetSocketAddress, backlog: Int): Task<TcpListener> =
        scope.javaScope.call("listen on $address") { KotlinListener.listen(address, backlog).asJava() }
}
