package io.duotone.net;

import io.duotone.Scope;
import io.duotone.Task;
import io.duotone.io.ByteStream;
import io.duotone.spi.DuotoneProvider;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A TCP connection (row T46). {@code TCP_NODELAY} is on. Cancellation, errors and threads as in its two halves. */
public interface TcpStream extends ByteStream {
    /**
     * Connects to a host by name or address. Names are looked up on the blocking pool, their addresses tried in order.
     *
     * <p><b>Errors</b>: {@link java.net.UnknownHostException}; a {@link java.net.ConnectException} that names the address,
     * with the failures of the other addresses suppressed in it. On failure and on cancellation the socket is closed.
     */
    static Task<TcpStream> connect(Scope scope, String host, int port) {
        return DuotoneProvider.get().net().connect(scope, InetSocketAddress.createUnresolved(host, port), null);
    }

    /**
     * As {@link #connect(Scope, String, int)}; fails with {@link java.util.concurrent.TimeoutException} when not connected
     * within {@code timeout}.
     */
    static Task<TcpStream> connect(Scope scope, String host, int port, Duration timeout) {
        return DuotoneProvider.get().net().connect(scope, InetSocketAddress.createUnresolved(host, port), timeout);
    }

    /** As {@link #connect(Scope, String, int)}, for an address; an unresolved one is looked up. */
    static Task<TcpStream> connect(Scope scope, InetSocketAddress address) {
        return DuotoneProvider.get().net().connect(scope, address, null);
    }

    /** The address of this end. */
    InetSocketAddress localAddress();

    /** The address of the other end. */
    InetSocketAddress remoteAddress();

    /** Whether {@link #close} has been called. */
    boolean isClosed();
}
