package io.duotone.interop.channel;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
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
import io.duotone.CancelReason;
import io.duotone.Duotone;
import io.duotone.Task;
import io.duotone.channel.Channel;
import io.duotone.channel.ChannelClosedException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The messages of a channel one by one, in every way there is. */
final class ChannelIterationTest {
    private final Channel<Integer> channel = Channel.bounded(8);

    private void sendThree() {
        for (int i = 1; i <= 3; i++) {
            assertTrue(channel.trySend(i));
        }
    }

    @Test
    @DisplayName("S41 C22 forEach handles one message after the other, up to the end of the channel")
    void forEach() {
        ConcurrentLinkedQueue<Integer> seen = new ConcurrentLinkedQueue<>();
        Task<Void> loop = channel.forEach(message -> {
            seen.add(message);
            return Task.completed(null);
        });
        sendThree();
        channel.close();
        get(loop);
        assertEquals(List.of(1, 2, 3), List.copyOf(seen));
    }

    @Test
    @DisplayName("C22 an action that fails ends forEach, and leaves the channel and its messages as they are")
    void forEachFails() {
        sendThree();
        IllegalStateException failure = new IllegalStateException("no");
        // Not the same object: with its assertions on, kotlinx copies what it rethrows.
        Throwable thrown = failureOf(channel.forEach(message -> Task.failed(failure)));
        assertEquals("no", assertInstanceOf(IllegalStateException.class, thrown).getMessage());
        assertFalse(channel.isClosed());
        assertEquals(2, get(channel.receive()));
    }

    @Test
    @DisplayName("C22 an iteration ends with the cause of a close, and with the reason of a cancel")
    void endsWithCause() {
        IllegalStateException cause = new IllegalStateException("link down");
        Task<Void> loop = channel.forEach(message -> Task.completed(null));
        channel.close(cause);
        Throwable thrown = assertInstanceOf(ChannelClosedException.class, failureOf(loop));
        // A copy that kotlinx makes, with its assertions on, has the original for its cause.
        Throwable original = thrown.getCause() instanceof ChannelClosedException closed ? closed : thrown;
        assertSame(cause, original.getCause());
        Channel<Integer> cancelled = Channel.rendezvous();
        cancelled.cancel(CancelReason.cancelled("no more"));
        assertInstanceOf(
                ChannelClosedException.class, failureOf(cancelled.iterator().next()));
    }

    @Test
    @DisplayName("S41 the await tone: a for loop, and a stream")
    void awaitTone() {
        int sum = Duotone.run(async(scope -> {
            scope.spawn(inner ->
                    channel.send(20).thenCompose(any -> channel.send(22)).thenRun(channel::close));
            int total = 0;
            for (int message : channel.awaiting()) {
                total += message;
            }
            return total;
        }));
        assertEquals(42, sum);
        Channel<Integer> other = Channel.rendezvous();
        List<Integer> doubled = Duotone.run(async(scope -> {
            Task<Void> sent = scope.spawn(inner -> other.send(1).thenCompose(any -> other.send(2)));
            List<Integer> two =
                    other.stream().map(message -> message * 2).limit(2).toList();
            await(sent);
            return two;
        }));
        assertEquals(List.of(2, 4), doubled);
        assertFalse(other.isClosed());
    }

    @Test
    @DisplayName("C16 the await-tone loop is refused on a worker, and takes nothing there")
    void onWorker() {
        sendThree();
        assertEquals(1, Duotone.<Integer>run(scope -> {
            assertThrows(
                    IllegalStateException.class,
                    () -> channel.awaiting().iterator().hasNext());
            return channel.receive();
        }));
    }

    @Test
    @DisplayName("C22 closing an iterator ends its waits with nothing; the channel and other receivers go on")
    void closeIterator() {
        AsyncIterator<Integer> mine = channel.iterator();
        Task<Optional<Integer>> waiting = mine.next();
        Task<Integer> other = channel.receive();
        mine.close();
        assertEquals(Optional.empty(), get(waiting));
        assertEquals(Optional.empty(), get(mine.next()));
        sendThree();
        assertEquals(1, get(other));
        assertEquals(2, get(channel.iterator().next()).orElseThrow());
        mine.close();
    }

    @Test
    @DisplayName("C22 a cancelled next leaves its message for the next one")
    void cancelledNext() {
        AsyncIterator<Integer> mine = channel.iterator();
        assertTrue(mine.next().cancel("changed its mind"));
        Task<Optional<Integer>> waiting = mine.next();
        sendThree();
        assertEquals(Optional.of(1), get(waiting));
    }

    @Test
    @DisplayName("C22 an await-tone loop that is cancelled takes no message with it")
    void cancelledLoop() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Duotone.run(async(scope -> {
            Task<String> reader = scope.spawn(async(inner -> {
                begun.countDown();
                for (int message : channel.awaiting()) {
                    throw new AssertionError("got " + message);
                }
                return "ended";
            }));
            assertTrue(begun.await(30, TimeUnit.SECONDS));
            awaitUntil(() -> channel.statistics().waitingReceivers() == 1);
            reader.cancel("enough");
            awaitUntil(() -> channel.statistics().waitingReceivers() == 0);
            sendThree();
            assertEquals(1, await(channel.receive()));
            return null;
        }));
    }

    @Test
    @DisplayName("S41 C22 a publisher gives what is asked for, and ends with the channel")
    void publisher() throws Exception {
        ConcurrentLinkedQueue<Object> seen = new ConcurrentLinkedQueue<>();
        CountDownLatch completed = new CountDownLatch(1);
        channel.asPublisher().subscribe(new Flow.Subscriber<>() {
            private Flow.Subscription subscription;

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                this.subscription = subscription;
                subscription.request(1);
            }

            @Override
            public void onNext(Integer message) {
                seen.add(message);
                subscription.request(1);
            }

            @Override
            public void onError(Throwable failure) {
                seen.add(failure);
                completed.countDown();
            }

            @Override
            public void onComplete() {
                completed.countDown();
            }
        });
        sendThree();
        channel.close();
        assertTrue(completed.await(30, TimeUnit.SECONDS));
        assertEquals(List.of(1, 2, 3), List.copyOf(seen));
    }
}
