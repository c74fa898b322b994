package io.duotone.examples.echo;

import io.duotone.Coroutine;
import io.duotone.Task;
import io.duotone.net.TcpStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The echo in Java, stage tone. */
public final class JavaEcho {
    private static final int BUFFER_BYTES = 16 * 1024;

    private JavaEcho() {}

    /** Sends back what comes, until the client has said it all; then says so too. */
    public static Coroutine<@Nullable Void> serve(TcpStream stream) {
        return scope -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
            return StageLoop.run(() -> echoOnce(stream, buffer));
        };
    }

    private static Task<Boolean> echoOnce(TcpStream stream, ByteBuffer buffer) {
        return stream.receiveSome(buffer.clear())
                .thenCompose(received -> received < 0
                        ? stream.sendEof().thenApply(sent -> false)
                        : stream.sendAll(buffer.flip()).thenApply(sent -> true));
    }
}
