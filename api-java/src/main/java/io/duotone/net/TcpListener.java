package io.duotone.net;

import io.duotone.Scope;
import io.duotone.Task;
import io.duotone.spi.DuotoneProvider;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A listening TCP socket (rows T43, T47).
 *
 * <p><b>Threads</b>: any thread may call, one accept at a time: a second fails with
 * {@link io.duotone.ConcurrentOperationException}.
 */
public interface TcpListener extends AutoCloseable {
    /** The backlog of {@link #listen(Scope, InetSocketAddress)}; the system may cap it. */
    int DEFAULT_BACKLOG = 65_535;

    /**
     * Binds and listens; port 0 takes a free one. {@code SO_REUSEADDR} is on.
     *
     * <p><b>Errors</b>: {@link java.net.BindException} naming the address.
     */
    static Task<TcpListener> listen(Scope scope, InetSocketAddress address) {
        return DuotoneProvider.get().net().listen(scope, address, DEFAULT_BACKLOG);
    }

    /** As {@link #listen(Scope, InetSocketAddress)}, with a backlog of 1 to 65535. */
    static Task<TcpListener> listen(Scope scope, InetSocketAddress address, int backlog) {
        return DuotoneProvider.get().net().listen(scope, address, backlog);
    }

    /** The address it listens on, with the real port. */
    InetSocketAddress localAddress();

    /**
     * Waits for the next connection.
     *
     * <p><b>Cancellation</b>: a connection accepted for a cancelled caller is closed, not lost.
     *
     * <p><b>Errors</b>: {@link java.nio.channels.ClosedChannelException} once the listener is closed.
     */
    Task<TcpStream> accept();

    /** As {@link #accept()}; fails with {@link java.util.concurrent.TimeoutException} when none came in time. */
    Task<TcpStream> accept(Duration timeout);

    /**
     * Accepts connections until cancelled, each served by a task of its own below {@code scope} (rows T45, C26).
     * A failing handler is reported to the runtime's uncaught handler and hurts no other connection. Too many open files
     * and other passing errors pause accepting for 100 ms.
     *
     * <p><b>Cancellation</b>: closes the listener, waits up to {@code drain} for the handlers, then cancels those left.
     * The returned task is cancelled at once; {@code scope} ends only after all of that. Closing the listener ends it the
     * same way, but without an error.
     */
    Task<@Nullable Void> serve(Scope scope, Duration drain, ConnectionHandler handler);

    /** Stops listening at once. Idempotent; an accept that waits fails. */
    @Override
    void close();
}
