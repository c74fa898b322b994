package io.duotone.interop.channel;

import static io.duotone.interop.channel.Ending.failureOf;
import static io.duotone.interop.channel.Ending.get;
import static io.duotone.interop.scope.Polling.awaitUntil;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.CancelReason;
import io.duotone.Duotone;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import io.duotone.channel.Channel;
import io.duotone.channel.ChannelClosedException;
import io.duotone.channel.ChannelStatistics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a channel promises to those who send and receive in Java. */
final class ChannelTest {
    private static final Duration SOON = Duration.ofMillis(5);
    private static Duotone runtime;

    /** A channel under its name. */
    record Kind(String name, Supplier<Channel<Object>> make) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Kind> allKinds() {
        return Stream.concat(
                waitingKinds(),
                Stream.of(
                        new Kind("unbounded", Channel::unbounded),
                        new Kind("lifo unbounded", Channel::lifo),
                        new Kind("droppingOldest", () -> Channel.droppingOldest(3)),
                        new Kind("droppingLatest", () -> Channel.droppingLatest(3)),
                        new Kind("latest", Channel::latest)));
    }

    /** Those where a send may wait. */
    static Stream<Kind> waitingKinds() {
        return Stream.of(
                new Kind("rendezvous", Channel::rendezvous),
                new Kind("bounded 1", () -> Channel.bounded(1)),
                new Kind("bounded 3", () -> Channel.bounded(3)),
                new Kind("lifo 1", () -> Channel.lifo(1)),
                new Kind("lifo 3", () -> Channel.lifo(3)));
    }

    @BeforeAll
    static void start() {
        runtime = Duotone.builder().name("channels").threads(2).start();
    }

    @AfterAll
    static void stop() {
        runtime.close();
    }

    /** Sends until a send would wait; gives how many did not. */
    private static int fill(Channel<Object> channel) {
        int sent = 0;
        while (channel.trySend("filled " + sent)) {
            sent++;
        }
        return sent;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("allKinds")
    @DisplayName("T37 T39 S41 S42 a message that is sent is received, by whoever waits or comes later")
    void oneMessage(Kind kind) {
        Channel<Object> channel = kind.make().get();
        Task<Object> waiting = channel.receive();
        assertFalse(waiting.isDone());
        get(channel.send("first"));
        assertEquals("first", get(waiting));
        Task<Void> sent = channel.send("second");
        assertEquals("second", get(channel.receive()));
        get(sent);
        assertEquals(Optional.empty(), channel.tryReceive());
    }

    @Test
    @DisplayName("T37 a rendezvous keeps nothing: the send waits for the receive")
    void rendezvous() {
        Channel<String> channel = Channel.rendezvous();
        assertFalse(channel.trySend("nobody waits"));
        Task<Void> sent = channel.send("a");
        assertFalse(sent.isDone());
        assertEquals(Optional.of("a"), channel.tryReceive());
        get(sent);
        Task<String> received = channel.receive();
        assertTrue(channel.trySend("b"));
        assertEquals("b", get(received));
    }

    @Test
    @DisplayName("T37 T38 C22 messages come in the order in which they were sent, those of waiting sends included")
    void fifo() {
        Channel<Integer> channel = Channel.bounded(2);
        List<Task<Void>> sent = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            sent.add(channel.send(i));
            assertEquals(i < 2, sent.get(i).isDone());
        }
        assertFalse(channel.trySend(9), "no barging past those who wait");
        for (int i = 0; i < 6; i++) {
            assertEquals(i, get(channel.receive()));
        }
        sent.forEach(Ending::get);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waitingKinds")
    @DisplayName("T38 S41 C22 receivers are served in the order in which they came, each message to one")
    void receiversInOrder(Kind kind) {
        Channel<Object> channel = kind.make().get();
        List<Task<Object>> received = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            received.add(channel.receive());
        }
        for (int i = 0; i < 5; i++) {
            get(channel.send(i));
        }
        for (int i = 0; i < 5; i++) {
            assertEquals(i, get(received.get(i)));
        }
    }

    @Test
    @DisplayName("S42 a lifo channel gives the newest first; sends that wait get their places in their order")
    void lifo() {
        Channel<Integer> channel = Channel.lifo(2);
        get(channel.send(1));
        get(channel.send(2));
        Task<Void> third = channel.send(3);
        Task<Void> fourth = channel.send(4);
        assertFalse(channel.trySend(5));
        assertEquals(2, get(channel.receive()));
        get(third);
        assertFalse(fourth.isDone());
        assertEquals(3, get(channel.receive()));
        get(fourth);
        assertEquals(4, get(channel.receive()));
        assertEquals(1, get(channel.receive()));
    }

    @Test
    @DisplayName("S41 C22 channels that drop: the oldest, the latest, all but the latest")
    void dropping() {
        Channel<Integer> oldest = Channel.droppingOldest(2);
        Channel<Integer> latest = Channel.droppingLatest(2);
        Channel<Integer> conflated = Channel.latest();
        for (int i = 0; i < 4; i++) {
            assertTrue(oldest.trySend(i));
            assertTrue(latest.trySend(i));
            assertTrue(conflated.send(i).isDone());
        }
        List.of(oldest, latest, conflated).forEach(Channel::close);
        assertEquals(List.of(2, 3), drained(oldest));
        assertEquals(List.of(0, 1), drained(latest));
        assertEquals(List.of(3), drained(conflated));
    }

    private static <E> List<E> drained(Channel<E> channel) {
        List<E> all = new ArrayList<>();
        get(channel.forEach(message -> {
            all.add(message);
            return Task.completed(null);
        }));
        return all;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("allKinds")
    @DisplayName("T38 C22 after close what is kept is received, then ChannelClosedException")
    void drainThenClosed(Kind kind) {
        Channel<Object> channel = kind.make().get();
        int kept = 0;
        while (kept < 3 && channel.trySend(kept)) {
            kept++;
        }
        if (kind.name().equals("latest")) {
            kept = 1;
        }
        channel.close();
        channel.close();
        assertTrue(channel.isClosed());
        for (int i = 0; i < kept; i++) {
            get(channel.receive());
        }
        assertNull(assertInstanceOf(ChannelClosedException.class, failureOf(channel.receive()))
                .getCause());
        assertThrows(ChannelClosedException.class, channel::tryReceive);
        assertThrows(ChannelClosedException.class, () -> channel.trySend("late"));
        assertInstanceOf(ChannelClosedException.class, failureOf(channel.send("late")));
        assertInstanceOf(ChannelClosedException.class, failureOf(channel.send("late", SOON)));
        assertInstanceOf(ChannelClosedException.class, failureOf(channel.receive(SOON)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waitingKinds")
    @DisplayName("T38 S42 C22 close wakes senders that wait, and withdraws their messages")
    void closeWakesSenders(Kind kind) {
        Channel<Object> channel = kind.make().get();
        int kept = fill(channel);
        List<Task<Void>> blocked = List.of(channel.send("a"), channel.send("b", Duration.ofDays(1)));
        IOException cause = new IOException("link down");
        channel.close(cause);
        for (Task<Void> send : blocked) {
            assertSame(
                    cause,
                    assertInstanceOf(ChannelClosedException.class, failureOf(send))
                            .getCause());
        }
        for (int i = 0; i < kept; i++) {
            assertTrue(get(channel.receive()).toString().startsWith("filled"));
        }
        assertSame(cause, failureOf(channel.receive()).getCause());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("allKinds")
    @DisplayName("T38 C22 close wakes receivers that wait, with its cause")
    void closeWakesReceivers(Kind kind) {
        Channel<Object> channel = kind.make().get();
        IOException cause = new IOException("link down");
        List<Task<Object>> waiting = List.of(channel.receive(), channel.receive(Duration.ofDays(1)), channel.receive());
        channel.close(cause);
        for (Task<Object> receive : waiting) {
            assertSame(
                    cause,
                    assertInstanceOf(ChannelClosedException.class, failureOf(receive))
                            .getCause());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waitingKinds")
    @DisplayName("C22 a cancelled send has withdrawn its message")
    void cancelledSend(Kind kind) {
        Channel<Object> channel = kind.make().get();
        int kept = fill(channel);
        Task<Void> withdrawn = channel.send("withdrawn");
        Task<Void> sent = channel.send("sent");
        assertTrue(withdrawn.cancel("changed its mind"));
        assertTrue(withdrawn.isCancelled());
        List<Object> all = new ArrayList<>();
        for (int i = 0; i <= kept; i++) {
            all.add(get(channel.receive()));
        }
        get(sent);
        assertTrue(all.contains("sent"), all::toString);
        assertEquals(Optional.empty(), channel.tryReceive());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waitingKinds")
    @DisplayName("C22 a send whose message has been taken can no more be cancelled, and says so")
    void deliveredSend(Kind kind) {
        // No worker is free to complete the send: the cancellation comes between its delivery and its end.
        try (Duotone busy = Duotone.builder().name("busy").threads(1).start()) {
            Channel<Object> channel = kind.make().get();
            fill(channel);
            Task<Void> sent = get(busy.spawn(scope -> {
                Task<Void> blocked = channel.send("delivered");
                Task<Void> derived = blocked.thenRun(() -> {});
                Optional<Object> taken = channel.tryReceive();
                while (taken.isPresent()) {
                    taken = channel.tryReceive();
                }
                assertFalse(blocked.isDone());
                assertFalse(blocked.cancel("too late"));
                assertTrue(derived.cancel("a dependent may be cancelled in either case"));
                assertFalse(blocked.isCancelled());
                return Task.completed(blocked);
            }));
            get(sent);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("allKinds")
    @DisplayName("C22 a cancelled receive takes no message")
    void cancelledReceive(Kind kind) {
        Channel<Object> channel = kind.make().get();
        Task<Object> first = channel.receive();
        Task<Object> second = channel.receive();
        assertTrue(first.cancel("changed its mind"));
        get(channel.send("message"));
        assertEquals("message", get(second));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("allKinds")
    @DisplayName("C22 a receive whose message has come can no more be cancelled, and says so")
    void deliveredReceive(Kind kind) {
        try (Duotone busy = Duotone.builder().name("busy").threads(1).start()) {
            Channel<Object> channel = kind.make().get();
            Task<Object> received = get(busy.spawn(scope -> {
                Task<Object> waiting = channel.receive();
                assertTrue(channel.trySend("message"));
                assertFalse(waiting.isDone());
                assertFalse(waiting.cancel("too late"));
                return Task.completed(waiting);
            }));
            assertEquals("message", get(received));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("allKinds")
    @DisplayName("C22 a message for a receive that lost its last dependent goes to the next, in front of all others")
    void givenBack(Kind kind) {
        try (Duotone busy = Duotone.builder().name("busy").threads(1).start()) {
            Channel<Object> channel = kind.make().get();
            get(busy.spawn(scope -> {
                Task<Object> waiting = channel.receive();
                Task<String> derived = waiting.thenApply(Object::toString);
                assertTrue(channel.trySend("first"));
                boolean hasSecond = channel.trySend("second");
                assertTrue(derived.cancel("changed its mind"));
                assertTrue(waiting.isCancelled());
                if (!kind.name().startsWith("lifo")) {
                    assertEquals(Optional.of("first"), channel.tryReceive());
                    assertEquals(hasSecond ? Optional.of("second") : Optional.empty(), channel.tryReceive());
                } else {
                    assertTrue(channel.tryReceive().isPresent());
                    assertEquals(hasSecond, channel.tryReceive().isPresent());
                }
                return Task.completed(null);
            }));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("allKinds")
    @DisplayName(
            "C22 a message that is given back reaches a receiver that waits, also when the channel is closed meanwhile")
    void givenBackToWaiting(Kind kind) {
        try (Duotone busy = Duotone.builder().name("busy").threads(1).start()) {
            for (boolean closes : new boolean[] {false, true}) {
                Channel<Object> channel = kind.make().get();
                Task<Object> next = get(busy.spawn(scope -> {
                    Task<Object> waiting = channel.receive();
                    Task<String> derived = waiting.thenApply(Object::toString);
                    Task<Object> behind = channel.receive();
                    assertTrue(channel.trySend("message"));
                    if (closes) {
                        channel.close();
                    }
                    assertFalse(behind.isDone());
                    assertTrue(derived.cancel("changed its mind"));
                    return Task.completed(behind);
                }));
                assertEquals("message", get(next));
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waitingKinds")
    @DisplayName("C22 a timeout fails the wait, which has done nothing then; zero tries once")
    void timeouts(Kind kind) {
        Channel<Object> channel = kind.make().get();
        assertInstanceOf(TimeoutException.class, failureOf(channel.receive(Duration.ZERO)));
        Throwable late = assertInstanceOf(TimeoutException.class, failureOf(channel.receive(SOON)));
        assertTrue(late.getMessage().contains("a channel"), late::getMessage);
        int kept = fill(channel);
        assertInstanceOf(TimeoutException.class, failureOf(channel.send("late", Duration.ofNanos(-1))));
        assertInstanceOf(TimeoutException.class, failureOf(channel.send("late", SOON)));
        for (int i = 0; i < kept; i++) {
            assertTrue(get(channel.receive(Duration.ofDays(1))).toString().startsWith("filled"));
        }
        assertEquals(Optional.empty(), channel.tryReceive());
        Task<Object> waiting = channel.receive(Duration.ofDays(1));
        get(channel.send("in time", Duration.ofDays(1)));
        assertEquals("in time", get(waiting));
    }

    /** A message that says whether it was closed. */
    private static final class Resource implements AutoCloseable {
        volatile boolean closed;

        @Override
        public void close() {
            closed = true;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waitingKinds")
    @DisplayName(
            "C22 cancel closes what is queued, and wakes everybody; a message still to be sent belongs to its sender")
    void cancelChannel(Kind kind) {
        Channel<Object> channel = kind.make().get();
        List<Resource> queued = new ArrayList<>();
        for (Resource each = new Resource(); channel.trySend(each); each = new Resource()) {
            queued.add(each);
        }
        Resource refused = new Resource();
        Resource withdrawn = new Resource();
        Resource timedOut = new Resource();
        Task<Void> blocked = channel.send(refused);
        assertTrue(channel.send(withdrawn).cancel("changed its mind"));
        assertInstanceOf(TimeoutException.class, failureOf(channel.send(timedOut, SOON)));
        CancelReason reason = CancelReason.cancelled("no more");
        channel.cancel(reason);
        Throwable failure = assertInstanceOf(ChannelClosedException.class, failureOf(blocked));
        assertSame(
                reason,
                assertInstanceOf(TaskCancelledException.class, failure.getCause())
                        .reason());
        assertInstanceOf(
                TaskCancelledException.class, failureOf(channel.receive()).getCause());
        assertThrows(ChannelClosedException.class, () -> channel.trySend("late"));
        queued.forEach(each -> assertTrue(each.closed, "what was queued is closed"));
        for (Resource each : List.of(refused, withdrawn, timedOut)) {
            assertFalse(each.closed, "what was not delivered belongs to its sender");
        }
    }

    @Test
    @DisplayName("C22 what a dropping channel drops is closed")
    void droppedIsClosed() {
        Channel<Resource> channel = Channel.latest();
        Resource old = new Resource();
        Resource fresh = new Resource();
        get(channel.send(old));
        get(channel.send(fresh));
        assertTrue(old.closed);
        assertSame(fresh, get(channel.receive()));
        assertFalse(fresh.closed);
    }

    @Test
    @DisplayName("C22 a message that was given back is closed when the channel is cancelled")
    void givenBackAndCancelled() {
        try (Duotone busy = Duotone.builder().name("busy").threads(1).start()) {
            Channel<Resource> channel = Channel.bounded(2);
            Resource message = new Resource();
            get(busy.spawn(scope -> {
                Task<String> derived = channel.receive().thenApply(Object::toString);
                assertTrue(channel.trySend(message));
                derived.cancel("changed its mind");
                return Task.completed(null);
            }));
            assertEquals(OptionalInt.of(1), channel.statistics().queued());
            channel.cancel("no more");
            assertTrue(message.closed);
        }
    }

    @Test
    @DisplayName("C22 statistics and toString tell what is kept and who waits")
    void statistics() {
        Channel<String> channel = Channel.bounded(1);
        assertEquals(new ChannelStatistics(OptionalInt.of(0), 0, 0), channel.statistics());
        Task<String> waiting = channel.receive();
        assertEquals("Channel(bounded 1, 0 queued, 0 sending, 1 receiving)", channel.toString());
        waiting.cancel("enough");
        assertEquals(0, channel.statistics().waitingReceivers());
        get(channel.send("a"));
        Task<Void> blocked = channel.send("b");
        assertEquals(new ChannelStatistics(OptionalInt.empty(), 1, 0), channel.statistics());
        channel.close();
        assertInstanceOf(ChannelClosedException.class, failureOf(blocked));
        awaitUntil(() -> channel.toString().equals("Channel(bounded 1, some queued, 0 sending, 0 receiving, closed)"));
        Channel<String> lifo = Channel.lifo();
        get(lifo.send("a"));
        assertEquals("Channel(lifo unbounded, 1 queued, 0 sending, 0 receiving)", lifo.toString());
    }

    @Test
    @DisplayName("C22 what hangs on a receive runs on a worker, whoever sends")
    void dependentsRunOnWorkers() {
        Channel<String> channel = Channel.rendezvous();
        Task<String> received = channel.receive();
        Task<String> thread =
                received.thenApply(message -> Thread.currentThread().getName());
        assertTrue(channel.trySend("message"));
        assertTrue(get(thread).contains("worker"), get(thread));
    }

    @Test
    @DisplayName("C22 threads that are blocked for a message, or until it is taken, wake each other")
    void blockedThreadsWakeEachOther() throws InterruptedException {
        Channel<Integer> channel = Channel.rendezvous();
        Thread sending = new Thread(() -> {
            for (int message = 0; message < 1000; message++) {
                channel.send(message).join();
            }
            channel.close();
        });
        sending.start();
        for (int message = 0; message < 1000; message++) {
            assertEquals(message, channel.receive().join());
        }
        assertInstanceOf(ChannelClosedException.class, failureOf(channel.receive()));
        sending.join();
    }

    @Test
    @DisplayName("C22 bad input is refused with a message that says what to do")
    void badInput() {
        String message = assertThrows(IllegalArgumentException.class, () -> Channel.bounded(0))
                .getMessage();
        assertTrue(message.contains("Channel.rendezvous()"), message);
        assertThrows(IllegalArgumentException.class, () -> Channel.lifo(0));
        assertThrows(IllegalArgumentException.class, () -> Channel.droppingOldest(-1));
        Channel<Object> channel = Channel.unbounded();
        assertThrows(NullPointerException.class, () -> channel.send(null));
        assertThrows(NullPointerException.class, () -> channel.trySend(null));
    }
}
