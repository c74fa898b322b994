package io.duotone.benchmarks.echo;

import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.Scope;
import io.duotone.net.TcpListener;
import io.duotone.net.TcpStream;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Ours, in the stage tone of Java. */
final class StageServer implements EchoServer {
    private static final Duration DRAIN = Duration.ofSeconds(1);

    private final Duotone duotone;
    private final TcpListener listener;

    StageServer(int workers) {
        duotone = Duotone.builder().threads(workers).start();
        listener = duotone.block(scope -> TcpListener.listen(scope, EchoServerKt.freeLoopbackPort()));
        var unused = duotone.spawn(scope -> listener.serve(scope, DRAIN, StageServer::echo));
    }

    private static Coroutine<@Nullable Void> echo(TcpStream stream) {
        return scope -> new EchoLoop(stream).run();
    }

    @Override
    public int getPort() {
        return listener.localAddress().getPort();
    }

    @Override
    public void hog(long busyMillis, long pauseMillis) {
        var unused = duotone.spawn(scope -> hogAgain(scope, busyMillis, pauseMillis));
    }

    private static CompletionStage<Void> hogAgain(Scope scope, long busyMillis, long pauseMillis) {
        EchoServerKt.burn(busyMillis);
        return scope.sleep(Duration.ofMillis(pauseMillis))
                .thenCompose(rested -> hogAgain(scope, busyMillis, pauseMillis));
    }

    @Override
    public void close() {
        duotone.close();
    }
}
