package io.duotone.coroutines.facade

import io.duotone.AsyncIterator
import io.duotone.Coroutine
import io.duotone.Duotone
import io.duotone.DuotoneOptions
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.spi.AwaitProvider
import io.duotone.spi.ChannelProvider
import io.duotone.spi.DuotoneProvider
import io.duotone.spi.NetProvider
import io.duotone.spi.SyncProvider
import java.util.concurrent.Flow

/** The provider of the Java face, found by [java.util.ServiceLoader]. Applications have no use for it. */
public class KotlinDuotoneProvider : DuotoneProvider {
    override fun start(options: DuotoneOptions): Duotone = DuotoneRuntime(options).asJava()

    override fun shared(): Duotone = DuotoneRuntime.shared.asJava()

    override fun currentOrNull(): Duotone? = DuotoneRuntime.currentOrNull()?.asJava()

    override fun <T> memoized(name: String?, coroutine: Coroutine<T>): Coroutine<T> = memoizedForJava(name, coroutine)

    override fun <E : Any> iterator(publisher: Flow.Publisher<out E>, batch: Int): AsyncIterator<E> =
        PublisherIterator<E>(currentFace(), batch).subscribedTo(publisher)

    override fun net(): NetProvider = TcpSockets

    override fun sync(): SyncProvider = SyncObjects

    override fun channels(): ChannelProvider = ChannelObjects

    override fun await(): AwaitProvider = AwaitBodies
}
