package io.duotone.benchmarks.echo

import io.netty.bootstrap.ServerBootstrap
import io.netty.buffer.PooledByteBufAllocator
import io.netty.channel.ChannelHandlerContext
import io.netty.channel.ChannelInboundHandlerAdapter
import io.netty.channel.ChannelInitializer
import io.netty.channel.ChannelOption
import io.netty.channel.EventLoop
import io.netty.channel.FixedRecvByteBufAllocator
import io.netty.channel.MultiThreadIoEventLoopGroup
import io.netty.channel.nio.NioIoHandler
import io.netty.channel.socket.SocketChannel
import io.netty.channel.socket.nio.NioServerSocketChannel
import java.net.InetSocketAddress
import java.util.concurrent.TimeUnit

/** Netty with its NIO transport: pooled direct buffers, no delay, one flush for each batch of reads. */
internal class NettyServer(workers: Int) : EchoServer {
    private val group = MultiThreadIoEventLoopGroup(workers, NioIoHandler.newFactory())
    private val channel =
        ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel::class.java)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, FixedRecvByteBufAllocator(RECEIVE_BUFFER))
            .childHandler(
                object : ChannelInitializer<SocketChannel>() {
                    override fun initChannel(channel: SocketChannel) {
                        channel.pipeline().addLast(Echo())
                    }
                },
            ).bind(freeLoopbackPort())
            .syncUninterruptibly()
            .channel()

    override val port: Int = (channel.localAddress() as InetSocketAddress).port

    private class Echo : ChannelInboundHandlerAdapter() {
        override fun channelRead(context: ChannelHandlerContext, message: Any) {
            context.write(message, context.voidPromise())
        }

        override fun channelReadComplete(context: ChannelHandlerContext) {
            context.flush()
        }
    }

    override fun hog(busyMillis: Long, pauseMillis: Long) {
        val loop = group.next() as EventLoop
        loop.scheduleWithFixedDelay({ burn(busyMillis) }, 0, pauseMillis, TimeUnit.MILLISECONDS)
    }

    override fun close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly()
    }

    private companion object {
        const val BACKLOG = 4096
    }
}
