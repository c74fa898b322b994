/** TCP sockets (rows T41, T43, T45-T47): start at {@link io.duotone.net.TcpStream} or {@link io.duotone.net.TcpListener}. */
@NullMarked
package io.duotone.net;

import org.jspecify.annotations.NullMarked;
