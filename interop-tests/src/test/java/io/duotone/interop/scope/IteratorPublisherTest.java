package io.duotone.interop.scope;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static io.duotone.interop.scope.AsCompletedTest.awaitText;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.AsyncIterator;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.Outcome;
import io.duotone.Scope;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** An iterator as a publisher, against the rules of Reactive Streams (their numbers in brackets). */
final class IteratorPublisherTest {
    private static final int MANY = 20_000;

    /** What a subscriber is told, and what it does in {@code onSubscribe} and {@code onNext}. */
    private static class Recorder<E> implements Flow.Subscriber<E> {
        final Queue<E> elements = new ConcurrentLinkedQueue<>();
        final CompletableFuture<String> end = new CompletableFuture<>();
        final AtomicInteger inside = new AtomicInteger();
        final AtomicBoolean overlapped = new AtomicBoolean();
        final Consumer<Flow.Subscription> first;
        final Consumer<Flow.Subscription> each;
        volatile Flow.Subscription subscription;

        Recorder(Consumer<Flow.Subscription> first, Consumer<Flow.Subscription> each) {
            this.first = first;
            this.each = each;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            one(() -> {
                this.subscription = subscription;
                first.accept(subscription);
            });
        }

        @Override
        public void onNext(E element) {
            one(() -> {
                elements.add(element);
                each.accept(subscription);
            });
        }

        @Override
        public void onError(Throwable failure) {
            one(() -> endWith(failure.getClass().getSimpleName() + ": " + failure.getMessage()));
        }

        @Override
        public void onComplete() {
            one(() -> endWith("complete"));
        }

        private void endWith(String how) {
            if (!end.complete(how)) {
                overlapped.set(true);
            }
        }

        private void one(Runnable signal) {
            if (inside.getAndIncrement() != 0) {
                overlapped.set(true);
            }
            try {
                signal.run();
            } finally {
                inside.decrementAndGet();
            }
        }

        void assertSerial() {
            assertFalse(overlapped.get(), "signals overlapped, or more than one ended");
        }
    }

    private static <E> Recorder<E> asking(long first, long each) {
        return new Recorder<>(s -> s.request(first), each == 0 ? s -> {} : s -> s.request(each));
    }

    @Test
    @DisplayName("T21 a publisher with a demand of 1 gives one after the other, then the end")
    void demandOne() {
        Recorder<Outcome<Integer>> recorder = asking(1, 1);
        assertEquals("complete", publish(recorder, 200, true));
        assertEquals(200, recorder.elements.size());
        recorder.assertSerial();
    }

    @Test
    @DisplayName("T21 a publisher with unbounded demand gives all of it, from many threads, one at a time")
    void unbounded() {
        Recorder<Outcome<Integer>> recorder = asking(Long.MAX_VALUE, Long.MAX_VALUE);
        assertEquals("complete", publish(recorder, 2_000, true));
        assertEquals(2_000, recorder.elements.stream().distinct().count());
        recorder.assertSerial();
    }

    @Test
    @DisplayName("T21 a request in onNext does not recurse (3.3), however much is there already")
    void noRecursion() {
        for (long demand : new long[] {1, Long.MAX_VALUE}) {
            Recorder<Outcome<Integer>> recorder = asking(demand, demand);
            Duotone.run(async(scope -> {
                AsyncIterator<Outcome<Integer>> results = scope.asCompleted(coroutines(MANY, false));
                awaitText(results, "0 to come");
                results.asPublisher().subscribe(recorder);
                return await(recorder.end);
            }));
            assertEquals(MANY, recorder.elements.size());
            recorder.assertSerial();
        }
    }

    @Test
    @DisplayName("T21 no more is given than was requested (1.1), and what was not stays for others")
    void demandIsKept() {
        Recorder<Outcome<Integer>> recorder = asking(2, 0);
        Duotone.run(async(scope -> {
            AsyncIterator<Outcome<Integer>> results = scope.asCompleted(coroutines(5, false));
            awaitText(results, "0 to come");
            results.asPublisher().subscribe(recorder);
            assertEquals(2, recorder.elements.size());
            awaitText(results, "3 there");
            assertTrue(await(results.next()).isPresent());
            recorder.subscription.request(1);
            assertEquals(3, recorder.elements.size());
            recorder.subscription.request(2);
            assertEquals(4, recorder.elements.size());
            assertEquals("complete", await(recorder.end));
            return null;
        }));
    }

    @Test
    @DisplayName("T21 cancel in onNext ends the signals, closes the iterator and drops the rest")
    void cancelInOnNext() {
        AtomicInteger closed = new AtomicInteger();
        Recorder<Outcome<AutoCloseable>> recorder = new Recorder<>(s -> s.request(Long.MAX_VALUE), s -> {
            s.cancel();
            s.cancel();
            s.request(1);
        });
        Duotone.run(async(scope -> {
            Coroutine<AutoCloseable> one = inner -> Task.completed(closed::incrementAndGet);
            AsyncIterator<Outcome<AutoCloseable>> results = scope.asCompleted(List.of(one, one, one));
            awaitText(results, "0 to come");
            results.asPublisher().subscribe(recorder);
            assertTrue(await(results.next()).isEmpty());
            return null;
        }));
        assertEquals(1, recorder.elements.size());
        assertEquals(2, closed.get());
        assertFalse(recorder.end.isDone());
    }

    @Test
    @DisplayName("T21 cancel while an element is waited for closes the iterator")
    void cancelWhileWaiting() {
        CompletableFuture<String> gate = new CompletableFuture<>();
        Recorder<Outcome<String>> recorder = asking(1, 0);
        Duotone.run(async(scope -> {
            AsyncIterator<Outcome<String>> results = scope.asCompleted(List.<Coroutine<String>>of(inner -> gate));
            results.asPublisher().subscribe(recorder);
            recorder.subscription.cancel();
            assertTrue(await(results.next()).isEmpty());
            return null;
        }));
        gate.complete("late");
        assertTrue(recorder.elements.isEmpty());
        assertFalse(recorder.end.isDone());
    }

    @Test
    @DisplayName("T21 a request for nothing, or less, is an error (3.9) and closes the iterator")
    void badDemand() {
        for (long demand : new long[] {0, -1, Long.MIN_VALUE}) {
            Recorder<Outcome<Integer>> recorder = new Recorder<>(
                    s -> {
                        s.request(demand);
                        s.request(1);
                    },
                    s -> {});
            String end = publish(recorder, 3, false);
            assertTrue(end.startsWith("IllegalArgumentException: " + demand + " elements"), end);
            assertTrue(recorder.elements.isEmpty());
            recorder.subscription.request(-2);
            recorder.subscription.cancel();
            recorder.assertSerial();
        }
    }

    @Test
    @DisplayName(
            "T21 an empty iteration is completed (1.5), and there is one subscriber for a publisher, never null (1.9)")
    void oneSubscriber() {
        assertEquals("complete", publish(asking(1, 1), 0, false));
        Duotone.run(scope -> {
            Flow.Publisher<Outcome<Integer>> publisher =
                    scope.asCompleted(coroutines(1, false)).asPublisher();
            assertThrows(NullPointerException.class, () -> publisher.subscribe(null));
            publisher.subscribe(asking(1, 1));
            Recorder<Outcome<Integer>> second = asking(1, 1);
            publisher.subscribe(second);
            assertTrue(second.end.join().startsWith("IllegalStateException"), second.end::join);
            assertTrue(second.elements.isEmpty());
            second.assertSerial();
            return Task.completed(null);
        });
    }

    @Test
    @DisplayName("T21 a scope that is cancelled is an error of the stream, not its end")
    void scopeCancelled() {
        Recorder<Outcome<String>> recorder = asking(1, 1);
        assertThrows(
                TaskCancelledException.class,
                () -> Duotone.run(scope -> {
                    scope.asCompleted(List.<Coroutine<String>>of(inner -> new CompletableFuture<>()))
                            .asPublisher()
                            .subscribe(recorder);
                    scope.cancel("enough");
                    return new CompletableFuture<String>();
                }));
        assertEquals("TaskCancelledException: CANCELLED: enough", recorder.end.join());
        recorder.assertSerial();
    }

    @Test
    @DisplayName("T21 a subscriber that throws (2.13) is cancelled, and what it threw is reported")
    void throwingSubscriber() {
        for (boolean atOnce : new boolean[] {true, false}) {
            Queue<Throwable> reported = new ConcurrentLinkedQueue<>();
            Consumer<Flow.Subscription> fails = s -> {
                throw new UnsupportedOperationException("broken");
            };
            Recorder<Outcome<Integer>> recorder =
                    new Recorder<>(atOnce ? fails : s -> s.request(Long.MAX_VALUE), atOnce ? s -> {} : fails);
            Duotone.builder().uncaught((task, failure) -> reported.add(failure)).run(async(scope -> {
                AsyncIterator<Outcome<Integer>> results = scope.asCompleted(coroutines(3, false));
                awaitText(results, "0 to come");
                results.asPublisher().subscribe(recorder);
                assertTrue(await(results.next()).isEmpty());
                return null;
            }));
            assertEquals(atOnce ? 0 : 1, recorder.elements.size());
            assertEquals(1, reported.size());
            assertInstanceOf(UnsupportedOperationException.class, reported.remove());
            assertFalse(recorder.end.isDone());
        }
    }

    /** The processor that the documentation of {@link SubmissionPublisher} shows: a demand of 1, and a buffer of its own. */
    private static final class Doubling extends SubmissionPublisher<Integer>
            implements Flow.Processor<Outcome<Integer>, Integer> {
        private volatile Flow.Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
            subscription.request(1);
        }

        @Override
        public void onNext(Outcome<Integer> element) {
            submit(element.orElseThrow() * 2);
            subscription.request(1);
        }

        @Override
        public void onError(Throwable failure) {
            closeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            close();
        }
    }

    @Test
    @DisplayName("T21 the processors of the JDK can be fed by it")
    void processor() {
        AtomicInteger sum = new AtomicInteger();
        Duotone.run(async(scope -> {
            try (Doubling doubling = new Doubling()) {
                CompletableFuture<Void> consumed = doubling.consume(sum::addAndGet);
                scope.asCompleted(coroutines(100, true)).asPublisher().subscribe(doubling);
                return await(consumed);
            }
        }));
        assertEquals(IntStream.range(0, 100).map(i -> 2 * i).sum(), sum.get());
    }

    private static String publish(Recorder<Outcome<Integer>> recorder, int count, boolean isSlow) {
        return Duotone.run(async(scope -> {
            scope.asCompleted(coroutines(count, isSlow)).asPublisher().subscribe(recorder);
            return await(recorder.end);
        }));
    }

    private static List<Coroutine<Integer>> coroutines(int count, boolean isSlow) {
        return IntStream.range(0, count)
                .mapToObj(i -> (Coroutine<Integer>) scope -> isSlow ? later(scope, i) : Task.completed(i))
                .toList();
    }

    private static Task<Integer> later(Scope scope, int value) {
        return scope.yieldNow().thenApply(any -> value);
    }
}
