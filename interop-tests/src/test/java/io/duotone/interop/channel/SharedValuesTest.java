package io.duotone.interop.channel;

import static io.duotone.interop.channel.Ending.failureOf;
import static io.duotone.interop.channel.Ending.get;
import static io.duotone.interop.scope.Polling.awaitUntil;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.AsyncIterator;
import io.duotone.Duotone;
import io.duotone.Task;
import io.duotone.channel.Broadcast;
import io.duotone.channel.ChannelClosedException;
import io.duotone.channel.LatestValue;
import io.duotone.channel.OneShot;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What goes to all who wait: one outcome, every message, or the latest value. */
final class SharedValuesTest {
    @Test
    @DisplayName("C22 a one-shot gives its value to all who wait, and to those who come later")
    void oneShot() {
        OneShot<String> shot = OneShot.create();
        Task<String> first = shot.task();
        Task<String> cancelled = shot.task();
        assertTrue(cancelled.cancel("changed its mind"));
        assertFalse(first.isDone());
        assertEquals("OneShot(pending)", shot.toString());
        assertTrue(shot.succeed("value"));
        assertFalse(shot.succeed("again"));
        assertFalse(shot.fail(new IllegalStateException()));
        assertTrue(shot.isDone());
        assertEquals("value", get(first));
        assertEquals("value", get(shot.task()));
        assertTrue(cancelled.isCancelled());
        assertEquals("OneShot(has a value)", shot.toString());
    }

    @Test
    @DisplayName("C22 a one-shot gives its failure to all who wait")
    void oneShotFails() {
        OneShot<String> shot = OneShot.create();
        Task<String> waiting = shot.task();
        IllegalStateException failure = new IllegalStateException("no");
        assertTrue(shot.fail(failure));
        assertSame(failure, failureOf(waiting));
        assertSame(failure, failureOf(shot.task()));
        assertThrows(NullPointerException.class, () -> OneShot.create().fail(null));
    }

    @Test
    @DisplayName("C22 a broadcast gives each message to every subscriber, in order, and waits for the slow ones")
    void broadcast() {
        Broadcast<Integer> broadcast = Broadcast.create();
        get(broadcast.send(0));
        AsyncIterator<Integer> quick = broadcast.subscribe();
        AsyncIterator<Integer> slow = broadcast.subscribe();
        assertEquals(2, broadcast.subscribers());
        Task<Void> all = broadcast
                .send(1)
                .thenCompose(any -> broadcast.send(2))
                .thenCompose(any -> broadcast.send(3))
                .thenCompose(any -> broadcast.send(4));
        for (int i = 1; i <= 2; i++) {
            assertEquals(Optional.of(i), get(quick.next()));
        }
        assertFalse(all.isDone());
        for (int i = 1; i <= 4; i++) {
            assertEquals(Optional.of(i), get(slow.next()));
        }
        for (int i = 3; i <= 4; i++) {
            assertEquals(Optional.of(i), get(quick.next()));
        }
        get(all);
        Task<Optional<Integer>> waiting = slow.next();
        slow.close();
        assertEquals(Optional.empty(), get(waiting));
        awaitUntil(() -> broadcast.subscribers() == 1);
        quick.close();
        awaitUntil(() -> broadcast.toString().equals("Broadcast(0 subscribers)"));
    }

    @Test
    @DisplayName("C22 a broadcast replays the last messages to new subscribers, or drops the oldest for slow ones")
    void replayAndDrop() {
        Broadcast<Integer> replaying = Broadcast.replaying(2);
        for (int i = 0; i < 4; i++) {
            assertTrue(replaying.trySend(i));
        }
        AsyncIterator<Integer> late = replaying.subscribe();
        assertEquals(Optional.of(2), get(late.next()));
        assertEquals(Optional.of(3), get(late.next()));
        late.close();
        Broadcast<Integer> dropping = Broadcast.droppingOldest(1);
        AsyncIterator<Integer> slow = dropping.subscribe();
        for (int i = 0; i < 100; i++) {
            assertTrue(dropping.trySend(i));
        }
        int seen = -1;
        int count = 0;
        while (seen < 99) {
            int next = get(slow.next()).orElseThrow();
            assertTrue(next > seen);
            seen = next;
            count++;
        }
        assertTrue(count <= 100);
        slow.close();
        assertThrows(IllegalArgumentException.class, () -> Broadcast.create(-1));
        assertThrows(IllegalArgumentException.class, () -> Broadcast.droppingOldest(0));
    }

    @Test
    @DisplayName("C22 a subscription ends with its runtime, and not as if all had come")
    void runtimeCloses() {
        Broadcast<Integer> broadcast = Broadcast.create();
        AsyncIterator<Integer> iterator;
        try (Duotone runtime = Duotone.builder().name("short").start()) {
            iterator = get(runtime.spawn(scope -> Task.completed(broadcast.subscribe())));
        }
        assertInstanceOf(ChannelClosedException.class, failureOf(iterator.next()));
        assertEquals(0, broadcast.subscribers());
    }

    @Test
    @DisplayName("C22 a latest value: whoever follows it sees the newest, and never misses the last")
    void latestValue() {
        LatestValue<Integer> value = LatestValue.of(0);
        AsyncIterator<Integer> follower = value.subscribe();
        assertEquals(Optional.of(0), get(follower.next()));
        for (int i = 1; i <= 100; i++) {
            value.set(i);
        }
        int seen = 0;
        while (seen < 100) {
            int next = get(follower.next()).orElseThrow();
            assertTrue(next > seen);
            seen = next;
        }
        Task<Optional<Integer>> waiting = follower.next();
        value.set(100);
        assertFalse(waiting.isDone(), "an equal value is no news");
        assertEquals(101, value.update(old -> old + 1));
        assertEquals(Optional.of(101), get(waiting));
        assertTrue(value.compareAndSet(101, 5));
        assertFalse(value.compareAndSet(101, 6));
        assertEquals(5, value.get());
        assertEquals("LatestValue(5, 1 subscribers)", value.toString());
        follower.close();
        awaitUntil(() -> value.subscribers() == 0);
        assertThrows(NullPointerException.class, () -> value.set(null));
    }
}
