package io.duotone.net;

import io.duotone.Coroutine;

/** What a server does with a connection: makes the coroutine that serves it. */
@FunctionalInterface
public interface ConnectionHandler {
    /** The work for one connection. The stream is closed when that work has ended, however it ended. */
    Coroutine<?> handle(TcpStream stream);
}
