package io.duotone.spi;

import io.duotone.Scope;
import io.duotone.Task;
import io.duotone.net.TcpListener;
import io.duotone.net.TcpStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Sockets of the runtime; see {@link TcpStream} and {@link TcpListener}. */
public interface NetProvider {
    /** See {@link TcpStream#connect(Scope, String, int, Duration)}; a null timeout waits for ever. */
    Task<TcpStream> connect(Scope scope, InetSocketAddress address, @Nullable Duration timeout);

    /** See {@link TcpListener#listen(Scope, InetSocketAddress, int)}. */
    Task<TcpListener> listen(Scope scope, InetSocketAddress address, int backlog);
}
