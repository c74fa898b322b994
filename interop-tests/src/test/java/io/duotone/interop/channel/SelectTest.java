package io.duotone.interop.channel;

import static io.duotone.interop.channel.Ending.failureOf;
import static io.duotone.interop.channel.Ending.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Duotone;
import io.duotone.Task;
import io.duotone.channel.Channel;
import io.duotone.channel.ChannelClosedException;
import io.duotone.channel.Select;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The first of several things that can be done. */
final class SelectTest {
    private static final Duration LONG = Duration.ofDays(1);
    private final Channel<String> first = Channel.bounded(2);
    private final Channel<String> second = Channel.rendezvous();

    private Select<String> fromBoth() {
        return Select.<String>of().onReceive(first, m -> "first " + m).onReceive(second, m -> "second " + m);
    }

    @Test
    @DisplayName("C22 select: of what can happen at once, the first clause happens, and that alone")
    void biased() {
        assertTrue(first.trySend("a"));
        Task<Void> sent = second.send("b");
        assertEquals("first a", get(fromBoth().begin()));
        assertFalse(sent.isDone());
        assertEquals("second b", get(fromBoth().begin()));
        get(sent);
    }

    @Test
    @DisplayName("C22 select: unbiased gives each clause its chance")
    void unbiased() {
        Set<String> chosen = new HashSet<>();
        Channel<String> other = Channel.unbounded();
        Channel<String> one = Channel.unbounded();
        for (int i = 0; i < 1_000 && chosen.size() < 2; i++) {
            one.trySend("one");
            other.trySend("other");
            chosen.add(get(Select.<String>of()
                    .onReceive(one, m -> m)
                    .onReceive(other, m -> m)
                    .unbiased()
                    .begin()));
        }
        assertEquals(Set.of("one", "other"), chosen);
    }

    @Test
    @DisplayName("C22 select: waits for whichever comes, and leaves nothing behind at the others")
    void waits() {
        Task<String> selected = fromBoth().onTimeout(LONG, () -> "late").begin();
        assertFalse(selected.isDone());
        get(second.send("b"));
        assertEquals("second b", get(selected));
        assertTrue(first.trySend("kept"));
        assertEquals(Optional.of("kept"), first.tryReceive());
        assertFalse(second.trySend("nobody waits"));
    }

    @Test
    @DisplayName("C22 select: a message is sent, or nothing is")
    void sends() {
        Task<String> selected = Select.<String>of()
                .onSend(second, "sent", () -> "delivered")
                .onReceive(first, m -> "received " + m)
                .begin();
        assertFalse(selected.isDone());
        assertTrue(first.trySend("a"));
        assertEquals("received a", get(selected));
        assertEquals(Optional.empty(), second.tryReceive());
        Task<String> again =
                Select.<String>of().onSend(second, "sent", () -> "delivered").begin();
        assertEquals("sent", get(second.receive()));
        assertEquals("delivered", get(again));
    }

    @Test
    @DisplayName("C22 select: a timeout, at once when it is zero")
    void timeouts() {
        assertEquals("now", get(fromBoth().onTimeout(Duration.ZERO, () -> "now").begin()));
        assertEquals(
                "soon",
                get(fromBoth().onTimeout(Duration.ofMillis(3), () -> "soon").begin()));
    }

    @Test
    @DisplayName("C22 select: a stage that ends, with its value or its failure")
    void stages() {
        CompletableFuture<Integer> stage = new CompletableFuture<>();
        Task<String> selected = fromBoth().onDone(stage, n -> "done " + n).begin();
        stage.complete(7);
        assertEquals("done 7", get(selected));
        assertEquals(
                "done 7",
                get(Select.<String>of().onDone(stage, n -> "done " + n).begin()));
        IllegalStateException failure = new IllegalStateException("no");
        assertSame(
                failure,
                failureOf(Select.<String>of()
                        .onDone(CompletableFuture.<Integer>failedFuture(failure), n -> "done")
                        .begin()));
    }

    @Test
    @DisplayName("C22 select: a closed channel ends it, at once or while it waits")
    void closed() {
        Task<String> selected = fromBoth().begin();
        IllegalStateException cause = new IllegalStateException("link down");
        second.close();
        assertInstanceOf(ChannelClosedException.class, failureOf(selected));
        assertInstanceOf(ChannelClosedException.class, failureOf(fromBoth().begin()));
        first.close(cause);
        assertSame(cause, failureOf(fromBoth().begin()).getCause());
    }

    @Test
    @DisplayName("C22 select: a cancelled one has done nothing")
    void cancelled() {
        Task<String> selected = Select.<String>of()
                .onReceive(first, m -> m)
                .onSend(second, "never", () -> "sent")
                .begin();
        assertTrue(selected.cancel("changed its mind"));
        assertEquals(Optional.empty(), second.tryReceive());
        assertTrue(first.trySend("a"));
        assertEquals(Optional.of("a"), first.tryReceive());
    }

    @Test
    @DisplayName("C22 select: one of which a clause has been chosen can no more be cancelled")
    void tooLate() {
        try (Duotone busy = Duotone.builder().name("busy").threads(1).start()) {
            Task<String> selected = get(busy.spawn(scope -> {
                Task<String> waiting = fromBoth().begin();
                assertTrue(second.trySend("b"));
                assertFalse(waiting.cancel("too late"));
                return Task.completed(waiting);
            }));
            assertEquals("second b", get(selected));
        }
    }

    @Test
    @DisplayName("C22 select: a message that is given back reaches a select that waits")
    void givenBack() {
        try (Duotone busy = Duotone.builder().name("busy").threads(1).start()) {
            Task<String> selected = get(busy.spawn(scope -> {
                Task<String> derived = first.receive().thenApply(m -> m);
                assertTrue(first.trySend("a"));
                Task<String> waiting = fromBoth().begin();
                assertTrue(derived.cancel("changed its mind"));
                return Task.completed(waiting);
            }));
            assertEquals("first a", get(selected));
        }
    }

    @Test
    @DisplayName("C22 select: what a function throws is its failure; bad use is refused")
    void badUse() {
        assertTrue(first.trySend("a"));
        IllegalStateException failure = new IllegalStateException("no");
        assertSame(
                failure,
                failureOf(Select.<String>of()
                        .onReceive(first, m -> {
                            throw failure;
                        })
                        .begin()));
        assertThrows(IllegalStateException.class, () -> Select.of().begin());
        Select<String> once = fromBoth().onTimeout(Duration.ZERO, () -> "now");
        get(once.begin());
        assertThrows(IllegalStateException.class, once::begin);
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> Select.<String>of().onReceive(Channel.<String>lifo(), m -> m))
                .getMessage();
        assertTrue(message.contains("onDone"), message);
    }
}
