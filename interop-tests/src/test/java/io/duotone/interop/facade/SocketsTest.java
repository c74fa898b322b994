package io.duotone.interop.facade;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.CancelReason;
import io.duotone.ConcurrentOperationException;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.Scope;
import io.duotone.Task;
import io.duotone.net.ConnectionHandler;
import io.duotone.net.TcpListener;
import io.duotone.net.TcpStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** TcpStream and TcpListener from Java, in both tones. */
class SocketsTest {
    private static final Duotone DUOTONE = Duotone.start(DuotoneOptions.defaults());
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final Duration DRAIN = Duration.ofSeconds(5);
    private static final String TEXT = "grüß dich ".repeat(1000);

    @AfterAll
    static void close() {
        DUOTONE.close();
    }

    /** Echoes in the stage tone until the other end has said all. */
    private static Coroutine<Void> echoInStages(TcpStream stream) {
        return scope -> echoOn(stream, ByteBuffer.allocate(4096));
    }

    private static Task<Void> echoOn(TcpStream stream, ByteBuffer buffer) {
        return stream.receiveSome(buffer.clear())
                .thenCompose(received -> received < 0
                        ? stream.sendEof()
                        : stream.sendAll(buffer.flip()).thenCompose(sent -> echoOn(stream, buffer)));
    }

    /** Echoes in the await tone. */
    private static Coroutine<Void> echoAwaiting(TcpStream stream) {
        return async(scope -> {
            for (byte[] received = await(stream.receiveSome(4096));
                    received.length > 0;
                    received = await(stream.receiveSome(4096))) {
                await(stream.sendAll(received));
            }
            return await(stream.sendEof());
        });
    }

    private static String callAwaiting(Scope scope, InetSocketAddress address) {
        try (TcpStream stream = await(TcpStream.connect(scope, address))) {
            Task<Void> sent = stream.sendAll(TEXT).thenCompose(all -> stream.sendEof());
            ByteBuffer answer = ByteBuffer.allocate(100_000);
            while (await(stream.receiveSome(answer)) >= 0) {
                assertTrue(answer.hasRemaining());
            }
            await(sent);
            return new String(answer.array(), 0, answer.position(), UTF_8);
        }
    }

    private static void assertEchoes(ConnectionHandler handler) {
        List<String> answers = DUOTONE.block(async(scope -> {
            TcpListener listener = await(TcpListener.listen(scope, ANY_PORT));
            Task<Void> serving = listener.serve(scope, DRAIN, handler);
            List<String> all = await(scope.spawn(
                    Collections.nCopies(8, async(inner -> callAwaiting(inner, listener.localAddress())))));
            listener.close();
            await(serving);
            return all;
        }));
        assertEquals(Collections.nCopies(8, TEXT), answers);
    }

    @Test
    @DisplayName("T46 an echo in the stage tone serves clients in the await tone")
    void echoStages() {
        assertEchoes(SocketsTest::echoInStages);
    }

    @Test
    @DisplayName("T46 an echo in the await tone does too")
    void echoAwaits() {
        assertEchoes(SocketsTest::echoAwaiting);
    }

    @Test
    @DisplayName(
            "T45 a failing handler is reported and hurts no other connection; each stream is closed after its handler")
    void failingHandler() {
        AtomicReference<Throwable> reported = new AtomicReference<>();
        List<TcpStream> streams = Collections.synchronizedList(new java.util.ArrayList<>());
        IllegalStateException broken = new IllegalStateException("broken");
        try (Duotone duotone = Duotone.builder()
                .uncaught((name, failure) -> reported.set(failure))
                .start()) {
            duotone.block(async(scope -> {
                TcpListener listener = await(TcpListener.listen(scope, ANY_PORT));
                Task<Void> serving = listener.serve(scope, DRAIN, stream -> {
                    streams.add(stream);
                    if (streams.size() == 1) {
                        throw broken;
                    }
                    return echoInStages(stream);
                });
                try (TcpStream first = await(TcpStream.connect(scope, listener.localAddress()))) {
                    assertEquals(0, await(first.receiveSome(10)).length);
                }
                assertEquals(TEXT, callAwaiting(scope, listener.localAddress()));
                listener.close();
                return await(serving);
            }));
        }
        // With assertions on, kotlinx hands over a copy with the frames of the coroutine, and the original as its
        // cause.
        Throwable seen = reported.get();
        assertTrue(seen == broken || seen.getCause() == broken, () -> "reported: " + seen);
        assertTrue(streams.stream().allMatch(TcpStream::isClosed));
    }

    @Test
    @DisplayName("C26 cancelling serve closes the listener and cancels the handlers left after the drain time")
    void cancelServe() {
        AtomicReference<Task<Void>> sleeping = new AtomicReference<>();
        AtomicReference<TcpListener> kept = new AtomicReference<>();

        DUOTONE.block(async(scope -> {
            TcpListener listener = await(TcpListener.listen(scope, ANY_PORT));
            kept.set(listener);
            CountDownLatch handling = new CountDownLatch(1);
            Coroutine<Void> patient = inner -> {
                sleeping.set(inner.sleep(Duration.ofDays(1)));
                handling.countDown();
                return sleeping.get();
            };
            Task<Void> serving = listener.serve(scope, Duration.ofMillis(20), stream -> patient);
            try (TcpStream client = await(TcpStream.connect(scope, listener.localAddress()))) {
                Signals.awaitReached(handling);
                assertTrue(serving.cancel("maintenance"));
                assertTrue(serving.isCancelled());
                assertEquals(0, await(client.receiveSome(1)).length);
            }
            return 1;
        }));

        CancelReason reason = sleeping.get().cancelReason();
        assertNotNull(reason);
        assertEquals("maintenance", reason.message());
        assertThrows(IOException.class, () -> {
            try (Socket socket = new Socket()) {
                socket.connect(kept.get().localAddress());
            }
        });
    }

    @Test
    @DisplayName("T46 timeouts are failures and leave the stream usable")
    void timeouts() {
        DUOTONE.block(async(scope -> {
            TcpListener listener = await(TcpListener.listen(scope, ANY_PORT));
            assertInstanceOf(
                    TimeoutException.class,
                    assertThrows(CompletionException.class, () -> await(listener.accept(Duration.ofMillis(5))))
                            .getCause());
            Task<TcpStream> accepting = listener.accept(DRAIN);
            try (TcpStream client = await(TcpStream.connect(
                            scope, "127.0.0.1", listener.localAddress().getPort(), DRAIN));
                    TcpStream server = await(accepting)) {
                ByteBuffer into = ByteBuffer.allocate(10);
                assertInstanceOf(
                        TimeoutException.class,
                        assertThrows(
                                        CompletionException.class,
                                        () -> await(client.receiveSome(into, Duration.ofMillis(5))))
                                .getCause());
                await(server.sendAll(ByteBuffer.wrap(new byte[] {1, 2, 3}), DRAIN));
                assertEquals(3, await(client.receiveSome(into, DRAIN)));
                assertArrayEquals(new byte[] {1, 2, 3}, java.util.Arrays.copyOf(into.array(), 3));
                assertEquals(client.localAddress(), server.remoteAddress());
            } finally {
                listener.close();
            }
            return 1;
        }));
    }

    @Test
    @DisplayName("T49 C27 a second receive is refused, the first goes on; cancelling it leaves the stream usable")
    void oneReceiveAtATime() {
        DUOTONE.block(async(scope -> {
            TcpListener listener = await(TcpListener.listen(scope, ANY_PORT));
            Task<TcpStream> accepting = listener.accept();
            try (TcpStream client = await(TcpStream.connect(scope, listener.localAddress()));
                    TcpStream server = await(accepting)) {
                Task<byte[]> first = client.receiveSome(10);
                assertThrows(ConcurrentOperationException.class, () -> await(client.receiveSome(10)));
                assertFalse(first.isDone());
                assertTrue(first.cancel("not needed"));
                await(server.sendAll(new byte[] {7}));
                // The cancelled receive gives up its turn a moment after its task is cancelled.
                AtomicReference<Task<byte[]>> next = new AtomicReference<>(client.receiveSome(10));
                Signals.awaitUntil(() -> {
                    if (next.get().isCompletedExceptionally()) {
                        next.set(client.receiveSome(10));
                    }
                    return next.get().isDone() && !next.get().isCompletedExceptionally();
                });
                assertArrayEquals(new byte[] {7}, await(next.get()));
            } finally {
                listener.close();
            }
            return 1;
        }));
    }

    @Test
    @SuppressWarnings("try") // closing early is what is tested
    @DisplayName(
            "T47 T49 a closed stream and a closed listener fail what waits on them; a connect nobody answers names the address")
    void closed() {
        DUOTONE.block(async(scope -> {
            TcpListener listener = await(TcpListener.listen(scope, ANY_PORT, 16));
            InetSocketAddress address = listener.localAddress();
            Task<TcpStream> accepting = listener.accept();
            try (TcpStream client = await(TcpStream.connect(scope, address));
                    TcpStream server = await(accepting)) {
                Task<byte[]> receiving = client.receiveSome(10);
                client.close();
                assertInstanceOf(
                        ClosedChannelException.class,
                        assertThrows(java.io.UncheckedIOException.class, () -> await(receiving))
                                .getCause());
                assertTrue(client.isClosed());
                assertFalse(server.isClosed());
            }
            Task<TcpStream> waiting = listener.accept();
            listener.close();
            assertInstanceOf(
                    ClosedChannelException.class,
                    assertThrows(java.io.UncheckedIOException.class, () -> await(waiting))
                            .getCause());
            Throwable refused = assertThrows(
                            java.io.UncheckedIOException.class, () -> await(TcpStream.connect(scope, address)))
                    .getCause();
            assertInstanceOf(ConnectException.class, refused);
            assertTrue(String.valueOf(refused.getMessage()).contains(String.valueOf(address.getPort())));
            return 1;
        }));
    }

    @Test
    @DisplayName("T47 a connection accepted for a cancelled caller is closed")
    void acceptedForNobody() {
        AtomicInteger cancelled = new AtomicInteger();
        DUOTONE.block(async(scope -> {
            TcpListener listener = await(TcpListener.listen(scope, ANY_PORT));
            for (int i = 0; i < 200; i++) {
                Task<TcpStream> accepting = listener.accept();
                // Now and then before there is a connection, else in a race with it.
                boolean early = i % 10 == 0 && accepting.cancel("early");
                TcpStream client = await(TcpStream.connect(scope, listener.localAddress()));
                if (!early && !accepting.cancel("race")) {
                    await(accepting).close();
                } else {
                    cancelled.incrementAndGet();
                }
                Task<byte[]> end = client.receiveSome(1);
                // Either accepted and closed by now, or still in the queue of the system: then the next accept has it.
                while (!end.isDone()) {
                    Task<TcpStream> next = listener.accept(Duration.ofMillis(10));
                    next.handle((stream, failure) -> {
                                if (stream != null) {
                                    stream.close();
                                }
                                return 1;
                            })
                            .join();
                }
                assertEquals(0, end.join().length);
                client.close();
            }
            listener.close();
            return 1;
        }));
        assertTrue(cancelled.get() >= 20);
    }
}
