package io.duotone.interop.flow;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.AsyncIterator;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.Outcome;
import io.duotone.Task;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.reactivestreams.FlowAdapters;

/** RxJava, in both directions. */
final class RxJavaTest {
    @Test
    @DisplayName(
            "C22 a Flowable is iterated, in batches: one without an end waits for its reader, and is cancelled with it")
    void flowableIterated() {
        Queue<Long> requests = new ConcurrentLinkedQueue<>();
        AtomicInteger produced = new AtomicInteger();
        CompletableFuture<Void> cancelled = new CompletableFuture<>();
        Flowable<Integer> endless = Flowable.range(0, Integer.MAX_VALUE)
                .doOnNext(produced::set)
                .doOnRequest(requests::add)
                .doOnCancel(() -> cancelled.complete(null));
        List<Integer> taken = Duotone.run(async(scope -> {
            List<Integer> first = new ArrayList<>();
            try (AsyncIterator<Integer> numbers = AsyncIterator.from(FlowAdapters.toFlowPublisher(endless), 8)) {
                for (int number : numbers.awaiting()) {
                    first.add(number);
                    if (first.size() == 100) {
                        break;
                    }
                }
            }
            await(cancelled);
            return first;
        }));
        assertEquals(IntStream.range(0, 100).boxed().toList(), taken);
        assertTrue(produced.get() <= 108, () -> produced + " were produced for 100");
        assertEquals(8, requests.remove());
        assertTrue(requests.stream().allMatch(n -> n == 4), requests::toString);
    }

    @Test
    @DisplayName("C22 a Flowable on threads of its own is taken whole, and its failure comes after its elements")
    void flowableOfOtherThreads() {
        Flowable<Integer> numbers = Flowable.range(0, 10_000)
                .observeOn(Schedulers.computation())
                .concatWith(Flowable.error(new IllegalStateException("after all")));
        List<Integer> taken = new ArrayList<>();
        String end = Duotone.run(scope -> AsyncIterator.from(FlowAdapters.toFlowPublisher(numbers))
                .forEach(number -> {
                    taken.add(number);
                    return Task.completed(null);
                })
                .handle((none, failure) -> failure.getMessage()));
        assertEquals("after all", end);
        assertEquals(IntStream.range(0, 10_000).boxed().toList(), taken);
    }

    @Test
    @DisplayName(
            "C22 outcomes are a Flowable, which asks as its subscriber does, and closes the iterator when that cancels")
    void flowableOfOutcomes() {
        Duotone.run(async(scope -> {
            List<Coroutine<Integer>> work = IntStream.range(0, 10)
                    .mapToObj(
                            i -> (Coroutine<Integer>) inner -> inner.yieldNow().thenApply(any -> i))
                    .toList();
            AsyncIterator<Outcome<Integer>> results = scope.asCompleted(work);
            TestSubscriber<Integer> asking = new TestSubscriber<>(3);
            flowable(results.asPublisher()).map(Outcome::orElseThrow).subscribe(asking);
            asking.awaitCount(3);
            assertTrue(await(results.next()).isPresent());
            asking.assertValueCount(3);
            asking.cancel();
            assertTrue(await(results.next()).isEmpty());
            asking.assertValueCount(3).assertNotComplete().assertNoErrors();
            return null;
        }));
    }

    @Test
    @DisplayName("C22 a Kotlin flow is a Flowable, collected anew for each subscriber, through operators that prefetch")
    void flowableOfFlow() {
        Flowable<Long> numbers = flowable(Tck.numbers(5_000));
        for (int round = 0; round < 2; round++) {
            List<Long> taken = numbers.observeOn(Schedulers.computation(), false, 16)
                    .filter(n -> n % 2 == 0)
                    .toList()
                    .blockingGet();
            assertEquals(LongStream.range(0, 2_500).map(n -> 2 * n).boxed().toList(), taken);
        }
        assertEquals(
                List.of(0L, 1L, 2L),
                flowable(Tck.numbers(Long.MAX_VALUE)).take(3).toList().blockingGet());
    }

    private static <E> Flowable<E> flowable(Flow.Publisher<E> publisher) {
        return Flowable.fromPublisher(FlowAdapters.toPublisher(publisher));
    }
}
