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
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** Reactor, in both directions. */
final class ReactorTest {
    @Test
    @DisplayName(
            "C22 a Flux is iterated, in batches: one without an end waits for its reader, and is cancelled with it")
    void fluxIterated() {
        Queue<Long> requests = new ConcurrentLinkedQueue<>();
        AtomicInteger produced = new AtomicInteger();
        CompletableFuture<Void> cancelled = new CompletableFuture<>();
        Flux<Integer> endless = Flux.range(0, Integer.MAX_VALUE)
                .doOnNext(produced::set)
                .doOnRequest(requests::add)
                .doOnCancel(() -> cancelled.complete(null));
        List<Integer> taken = Duotone.run(async(scope -> {
            List<Integer> first = new ArrayList<>();
            try (AsyncIterator<Integer> numbers =
                    AsyncIterator.from(JdkFlowAdapter.publisherToFlowPublisher(endless), 8)) {
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
    @DisplayName("C22 a Flux on threads of its own is taken whole, and its failure comes after its elements")
    void fluxOfOtherThreads() {
        Flux<Integer> numbers = Flux.range(0, 10_000)
                .publishOn(Schedulers.parallel())
                .concatWith(Flux.error(new IllegalStateException("after all")));
        List<Integer> taken = new ArrayList<>();
        String end = Duotone.run(scope -> AsyncIterator.from(JdkFlowAdapter.publisherToFlowPublisher(numbers))
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
            "C22 outcomes are a Flux, which asks as its subscriber does, and closes the iterator when that cancels")
    void fluxOfOutcomes() {
        Duotone.run(async(scope -> {
            List<Coroutine<Integer>> work = IntStream.range(0, 10)
                    .mapToObj(
                            i -> (Coroutine<Integer>) inner -> inner.yieldNow().thenApply(any -> i))
                    .toList();
            AsyncIterator<Outcome<Integer>> results = scope.asCompleted(work);
            Asking<Integer> asking = new Asking<>(3);
            JdkFlowAdapter.flowPublisherToFlux(results.asPublisher())
                    .map(Outcome::orElseThrow)
                    .subscribe(asking);
            await(asking.reached);
            assertTrue(await(results.next()).isPresent());
            asking.cancel();
            assertTrue(await(results.next()).isEmpty());
            assertEquals(3, asking.elements.size());
            return null;
        }));
    }

    @Test
    @DisplayName("C22 a Kotlin flow is a Flux, collected anew for each subscriber, through operators that prefetch")
    void fluxOfFlow() {
        Flux<Long> numbers = JdkFlowAdapter.flowPublisherToFlux(Tck.numbers(5_000));
        for (int round = 0; round < 2; round++) {
            List<Long> taken = numbers.publishOn(Schedulers.parallel(), 16)
                    .filter(n -> n % 2 == 0)
                    .collectList()
                    .block();
            assertEquals(LongStream.range(0, 2_500).map(n -> 2 * n).boxed().toList(), taken);
        }
        assertEquals(
                List.of(0L, 1L, 2L),
                JdkFlowAdapter.flowPublisherToFlux(Tck.numbers(Long.MAX_VALUE))
                        .take(3)
                        .collectList()
                        .block());
    }

    private static final class Asking<E> extends BaseSubscriber<E> {
        final Queue<E> elements = new ConcurrentLinkedQueue<>();
        final CompletableFuture<Void> reached = new CompletableFuture<>();
        private final int demand;

        Asking(int demand) {
            this.demand = demand;
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            request(demand);
        }

        @Override
        protected void hookOnNext(E element) {
            elements.add(element);
            if (elements.size() == demand) {
                reached.complete(null);
            }
        }
    }
}
