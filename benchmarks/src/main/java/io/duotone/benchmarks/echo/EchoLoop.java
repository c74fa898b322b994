package io.duotone.benchmarks.echo;

import io.duotone.net.TcpStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One connection's loop, written on stages: receive, send, and again. A chain of {@code thenCompose} would grow with each
 * message, so the loop has a stage of its own for its end, and calls that complete at once are taken in a plain loop
 * rather than by recursion.
 *
 * <p>One thread at a time: each step is started by the completion of the one before.
 */
final class EchoLoop {
    private static final int RECEIVE_BUFFER = 16 * 1024;

    private final TcpStream stream;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(RECEIVE_BUFFER);
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

    EchoLoop(TcpStream stream) {
        this.stream = stream;
    }

    CompletionStage<@Nullable Void> run() {
        receive();
        return ended;
    }

    private void receive() {
        while (true) {
            CompletableFuture<Integer> received =
                    stream.receiveSome(buffer.clear()).toCompletableFuture();
            if (!received.isDone()) {
                var unused = received.whenComplete((count, failure) -> {
                    if (failure != null) {
                        ended.completeExceptionally(failure);
                    } else if (send(count)) {
                        receive();
                    }
                });
                return;
            }
            if (!send(received.join())) {
                return;
            }
        }
    }

    /** Sends what was received; whether it has been sent already, so that the caller goes on. */
    private boolean send(int count) {
        if (count < 0) {
            ended.complete(null);
            return false;
        }
        CompletableFuture<@Nullable Void> sent = stream.sendAll(buffer.flip()).toCompletableFuture();
        if (sent.isDone() && !sent.isCompletedExceptionally()) {
            return true;
        }
        var unused = sent.whenComplete((done, failure) -> {
            if (failure != null) {
                ended.completeExceptionally(failure);
            } else {
                receive();
            }
        });
        return false;
    }
}
