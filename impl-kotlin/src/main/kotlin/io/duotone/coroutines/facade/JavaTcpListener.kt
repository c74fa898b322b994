package io.duotone.coroutines.facade

import io.duotone.Scope
import io.duotone.Task
import io.duotone.net.ConnectionHandler
import io.duotone.net.TcpListener
import io.duotone.net.TcpStream
import java.net.InetSocketAddress
import java.time.Duration
import java.util.Objects
import kotlin.coroutines.intrinsics.startCoroutineUninterceptedOrReturn
import kotlin.time.toKotlinDuration
import io.duotone.coroutines.net.TcpListener as KotlinListener
import kotlin.time.Duration as Limit

/** The Java face of a listener; one for each, kept by the listener itself. */
internal class JavaTcpListener(val kotlin: KotlinListener) : TcpListener {
    private val runtime = kotlin.runtime.javaFace

    override fun localAddress(): InetSocketAddress = kotlin.localAddress

    override fun accept(): Task<TcpStream> = accept(Limit.INFINITE)

    override fun accept(timeout: Duration): Task<TcpStream> = accept(timeout.toKotlinDuration())

    private fun accept(limit: Limit): Task<TcpStream> {
        val accept: suspend () -> TcpStream = { kotlin.accept(limit).asJava() }
        return CallTask<TcpStream>(runtime).begin { accept.startCoroutineUninterceptedOrReturn(it) }
    }

    override fun serve(scope: Scope, drain: Duration, handler: ConnectionHandler): Task<Void?> {
        Objects.requireNonNull(handler, "handler")
        val limit = drain.toKotlinDuration()
        return scope.javaScope.call("serve $kotlin") {
            kotlin.serve(limit) { stream -> handler.handle(stream.asJava()).startHere(this) }
            null
        }
    }

    override fun close() {
        kotlin.close()
    }

    override fun toString(): String = kotlin.toString()
}
