package io.duotone.interop.flow;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.AsyncIterator;
import io.duotone.Duotone;
import io.duotone.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A publisher as an iterator, against the rules of Reactive Streams (their numbers in brackets). */
final class PublisherIteratorTest {
    private final HandPublisher<String> publisher = new HandPublisher<>();

    @Test
    @DisplayName("C22 a batch is requested ahead, and more when half of it has been taken")
    void batches() {
        AsyncIterator<String> elements = AsyncIterator.from(publisher, 5);
        assertEquals(List.of(5L), List.copyOf(publisher.requests));
        publisher.send("a", "b", "c", "d", "e");
        assertEquals(List.of("a", "b"), List.of(taken(elements), taken(elements)));
        assertEquals(List.of(5L), List.copyOf(publisher.requests));
        assertEquals("c", taken(elements));
        assertEquals(List.of(5L, 3L), List.copyOf(publisher.requests));
        publisher.send("f", "g", "h");
        assertEquals(List.of("d", "e", "f"), List.of(taken(elements), taken(elements), taken(elements)));
        assertEquals(List.of(5L, 3L, 3L), List.copyOf(publisher.requests));
        publisher.assertSerial();
    }

    @Test
    @DisplayName("C22 all of a publisher of the JDK comes in its order, by loop and by forEach, whatever the batch")
    void allOfIt() {
        List<Integer> numbers = IntStream.range(0, 2_000).boxed().toList();
        for (int batch : new int[] {1, 2, 3, 64, 5_000}) {
            List<Integer> looped = new ArrayList<>();
            List<Integer> called = new ArrayList<>();
            Duotone.run(async(scope -> {
                SubmissionPublisher<Integer> source = new SubmissionPublisher<>(Runnable::run, 16);
                try (AsyncIterator<Integer> first = AsyncIterator.from(source, batch)) {
                    AsyncIterator<Integer> second = AsyncIterator.from(source, batch);
                    Task<Void> each = second.forEach(number -> {
                        called.add(number);
                        return scope.yieldNow();
                    });
                    CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
                        numbers.forEach(source::submit);
                        source.close();
                    });
                    first.awaiting().forEach(looped::add);
                    await(each);
                    return await(sent);
                }
            }));
            assertEquals(numbers, looped);
            assertEquals(numbers, called);
        }
    }

    @Test
    @DisplayName("C22 close cancels the subscription, ends those who wait, and closes what nobody took")
    void close() {
        AtomicInteger closed = new AtomicInteger();
        HandPublisher<AutoCloseable> source = new HandPublisher<>();
        AsyncIterator<AutoCloseable> elements = AsyncIterator.from(source, 4);
        source.send(closed::incrementAndGet, closed::incrementAndGet, closed::incrementAndGet);
        assertTrue(elements.next().join().isPresent());
        elements.close();
        elements.close();
        assertEquals(2, closed.get());
        assertEquals(1, source.cancels.get());
        source.send(closed::incrementAndGet);
        assertEquals(3, closed.get());
        assertTrue(elements.next().join().isEmpty());
        source.complete();

        AsyncIterator<String> waiting = AsyncIterator.from(publisher);
        Task<Optional<String>> asked = waiting.next();
        waiting.close();
        assertTrue(asked.join().isEmpty());
        assertEquals(1, publisher.cancels.get());
    }

    @Test
    @DisplayName("C22 a failure comes after the elements before it, and to everyone who asks")
    void failure() {
        AsyncIterator<String> elements = AsyncIterator.from(publisher);
        publisher.send("a");
        IllegalStateException failure = new IllegalStateException("broken");
        publisher.fail(failure);
        assertEquals("a", taken(elements));
        assertSame(failure, failureOf(elements.next()));
        assertSame(failure, failureOf(elements.next()));
        elements.close();
        assertTrue(elements.next().join().isEmpty());
        assertEquals(0, publisher.cancels.get());
    }

    @Test
    @DisplayName(
            "C22 a failure that nobody has heard of goes to the uncaught handler, once; one that was heard does not")
    void unheardFailure() {
        Queue<String> reported = new ConcurrentLinkedQueue<>();
        Duotone.builder()
                .uncaught((task, failure) -> reported.add(failure.getMessage()))
                .run(async(scope -> {
                    AsyncIterator<String> unheard = AsyncIterator.from(publisher);
                    publisher.fail(new IllegalStateException("unheard"));
                    unheard.close();
                    unheard.close();

                    AsyncIterator<String> late = AsyncIterator.from(publisher);
                    late.close();
                    publisher.fail(new IllegalStateException("late"));

                    AsyncIterator<String> heard = AsyncIterator.from(publisher);
                    Task<Optional<String>> asked = heard.next();
                    CompletableFuture<Void> ended = asked.handle((element, failure) -> {
                        heard.close();
                        return null;
                    });
                    publisher.fail(new IllegalStateException("heard"));
                    await(ended);

                    AsyncIterator<String> cancelled = AsyncIterator.from(publisher);
                    assertTrue(cancelled.next().cancel("changed its mind"));
                    publisher.fail(new IllegalStateException("after a cancelled wait"));
                    cancelled.close();
                    return null;
                }));
        assertEquals(List.of("unheard", "late", "after a cancelled wait"), List.copyOf(reported));
    }

    @Test
    @DisplayName(
            "C22 the end comes after the elements before it, and nothing is asked of a publisher that has ended (2.3)")
    void end() {
        AsyncIterator<String> elements = AsyncIterator.from(publisher, 2);
        publisher.send("a", "b");
        publisher.complete();
        assertEquals(List.of("a", "b"), List.of(taken(elements), taken(elements)));
        assertTrue(elements.next().join().isEmpty());
        elements.close();
        assertEquals(List.of(2L), List.copyOf(publisher.requests));
        assertEquals(0, publisher.cancels.get());
    }

    @Test
    @DisplayName("C22 a publisher that sends more than was requested (1.1) is cancelled, and has failed")
    void tooMany() {
        AsyncIterator<String> elements = AsyncIterator.from(publisher, 2);
        publisher.send("a", "b", "c", "d");
        assertEquals(List.of("a", "b"), List.of(taken(elements), taken(elements)));
        Throwable failure = failureOf(elements.next());
        assertInstanceOf(IllegalStateException.class, failure);
        assertTrue(failure.getMessage().contains("more than was requested"), failure::getMessage);
        assertEquals(1, publisher.cancels.get());
    }

    @Test
    @DisplayName("C22 a second subscription is cancelled (2.5), the first goes on; nulls are refused (2.13)")
    void onlyOneSubscription() {
        AsyncIterator<String> elements = AsyncIterator.from(publisher);
        HandPublisher<String> other = new HandPublisher<>();
        publisher.subscriber().onSubscribe(other);
        assertEquals(1, other.cancels.get());
        assertTrue(other.requests.isEmpty());
        Flow.Subscriber<? super String> subscriber = publisher.subscriber();
        assertThrows(NullPointerException.class, () -> subscriber.onSubscribe(null));
        assertThrows(NullPointerException.class, () -> subscriber.onNext(null));
        assertThrows(NullPointerException.class, () -> subscriber.onError(null));
        publisher.send("a");
        assertEquals("a", taken(elements));
        assertEquals(0, publisher.cancels.get());
    }

    @Test
    @DisplayName("C22 a publisher or a subscription that throws, which must not, has failed")
    void throwing() {
        AsyncIterator<String> refused = AsyncIterator.from(subscriber -> {
            throw new UnsupportedOperationException("subscribe");
        });
        assertEquals("subscribe", failureOf(refused.next()).getMessage());
        AtomicInteger cancels = new AtomicInteger();
        AsyncIterator<String> broken = AsyncIterator.from(subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {
                throw new UnsupportedOperationException("request " + n);
            }

            @Override
            public void cancel() {
                cancels.incrementAndGet();
            }
        }));
        assertEquals("request 64", failureOf(broken.next()).getMessage());
        assertEquals(1, cancels.get());
    }

    @Test
    @DisplayName("C22 a subscription that comes when the iterator is closed is cancelled at once")
    void lateSubscription() {
        CompletableFuture<Flow.Subscriber<? super String>> subscriber = new CompletableFuture<>();
        Flow.Publisher<String> late = subscriber::complete;
        AsyncIterator<String> elements = AsyncIterator.from(late);
        elements.close();
        publisher.subscribe(subscriber.join());
        assertEquals(1, publisher.cancels.get());
        assertTrue(publisher.requests.isEmpty());
    }

    @Test
    @DisplayName("C22 those who wait go on on the runtime of the iterator, whatever thread the publisher sends from")
    void onRuntime() {
        Duotone.run(async(scope -> {
            Duotone runtime = scope.runtime();
            AsyncIterator<String> elements = AsyncIterator.from(publisher);
            Task<Boolean> element = elements.next().thenApply(sent -> Duotone.current() == runtime);
            Task<Boolean> end = elements.next().thenApply(none -> Duotone.current() == runtime);
            CompletableFuture.runAsync(() -> publisher.send("a"));
            assertTrue(await(element));
            CompletableFuture.runAsync(publisher::complete);
            assertTrue(await(end));
            return null;
        }));
    }

    @Test
    @DisplayName("C22 a cancelled next leaves its element for the next one that asks")
    void cancelledNext() {
        AsyncIterator<String> elements = AsyncIterator.from(publisher);
        Task<Optional<String>> first = elements.next();
        Task<Optional<String>> second = elements.next();
        assertTrue(first.cancel("changed its mind"));
        publisher.send("a", "b");
        assertEquals("a", second.join().orElseThrow());
        assertEquals("b", taken(elements));
    }

    @Test
    @DisplayName("C22 a forEach that is cancelled, or whose action fails, cancels the subscription")
    void forEach() {
        Task<Void> cancelled = AsyncIterator.from(publisher).forEach(element -> Task.completed(null));
        cancelled.cancel("enough");
        publisher.cancelled.join();
        assertEquals(1, publisher.cancels.get());
        HandPublisher<String> other = new HandPublisher<>();
        Task<Void> failed = AsyncIterator.from(other).forEach(element -> {
            throw new IllegalStateException("at " + element);
        });
        other.send("a", "b");
        assertEquals("at a", failureOf(failed).getMessage());
        assertEquals(1, other.cancels.get());
    }

    @Test
    @DisplayName("C22 a batch has at least one element, and a publisher is not null")
    void arguments() {
        assertThrows(NullPointerException.class, () -> AsyncIterator.from(null));
        for (int batch : new int[] {0, -1}) {
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> AsyncIterator.from(publisher, batch));
            assertTrue(refused.getMessage().startsWith("a batch of " + batch), refused::getMessage);
        }
        AsyncIterator<Number> numbers = AsyncIterator.from(new HandPublisher<Integer>());
        assertFalse(numbers.next().isDone());
        assertEquals("AsyncIterator(0 there)", numbers.toString());
    }

    private static <E> E taken(AsyncIterator<E> elements) {
        return elements.next().join().orElseThrow();
    }

    private static Throwable failureOf(Task<?> task) {
        return assertThrows(CompletionException.class, task::join).getCause();
    }
}
