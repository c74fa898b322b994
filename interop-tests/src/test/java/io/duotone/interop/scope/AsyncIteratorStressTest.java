package io.duotone.interop.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.AsyncIterator;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.Outcome;
import io.duotone.Task;
import io.duotone.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Several threads take from one iterator and change their minds at every moment: each element is taken once. */
final class AsyncIteratorStressTest {
    private static final int ROUNDS = 60 * Integer.getInteger("duotone.stress", 1);
    private static final int ELEMENTS = 200;
    private static final int TAKERS = 3;

    @Test
    @DisplayName("T21 each outcome is taken once, and all are, however many takers are cancelled")
    void asCompleted() throws Exception {
        rounds(runtime -> {
            CompletableFuture<AsyncIterator<Outcome<Integer>>> iterator = new CompletableFuture<>();
            runtime.spawn(scope -> {
                iterator.complete(scope.asCompleted(numbers()));
                return Task.completed(null);
            });
            AsyncIterator<Outcome<Integer>> outcomes = iterator.join();
            return new Source<>(outcomes::next, Outcome::orElseThrow);
        });
    }

    @Test
    @DisplayName("S36 each task is popped once, and all are, however many takers are cancelled")
    void exhaust() throws Exception {
        rounds(runtime -> {
            TaskGroup<Integer> group = runtime.taskGroup();
            // Holds the end back until all have been added.
            CompletableFuture<Integer> last = new CompletableFuture<>();
            group.add(last);
            for (Coroutine<Integer> number : numbers().subList(1, ELEMENTS)) {
                group.add(runtime.spawn(number));
            }
            last.complete(0);
            return new Source<>(group::waitFirstAndPop, Task::join);
        });
    }

    @Test
    @DisplayName("C22 each element of a publisher is taken once, and all are, however many takers are cancelled")
    void publisher() throws Exception {
        rounds(runtime -> {
            CompletableFuture<AsyncIterator<Integer>> iterator = new CompletableFuture<>();
            SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>(ForkJoinPool.commonPool(), 16);
            runtime.spawn(scope -> {
                iterator.complete(AsyncIterator.from(publisher, 8));
                return Task.completed(null);
            });
            AsyncIterator<Integer> elements = iterator.join();
            Thread sender = new Thread(() -> {
                IntStream.range(0, ELEMENTS).forEach(publisher::submit);
                publisher.close();
            });
            sender.start();
            return new Source<>(elements::next, Function.identity());
        });
    }

    private static List<Coroutine<Integer>> numbers() {
        return IntStream.range(0, ELEMENTS)
                .mapToObj(i -> (Coroutine<Integer>) scope ->
                        i % 4 == 0 ? Task.completed(i) : scope.yieldNow().thenApply(any -> i))
                .toList();
    }

    /** Where elements come from. What is cancelled is the wait itself: a task derived from it may be too late. */
    private record Source<E>(Supplier<Task<Optional<E>>> next, Function<E, Integer> number) {
        void takeAll(Queue<Integer> taken, SplittableRandom random) {
            while (true) {
                Task<Optional<E>> asked = next.get();
                int spins = random.nextInt(400);
                for (int i = 0; i < spins; i++) {
                    Thread.onSpinWait();
                }
                if (random.nextBoolean() && asked.cancel("changed its mind")) {
                    continue;
                }
                Optional<E> element = asked.join();
                if (element.isEmpty()) {
                    return;
                }
                taken.add(number.apply(element.get()));
            }
        }
    }

    private static void rounds(Function<Duotone, Source<?>> sources) throws Exception {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        ExecutorService threads = Executors.newFixedThreadPool(TAKERS);
        try (Duotone runtime = Duotone.builder().name("takers").threads(2).start()) {
            for (int round = 0; round < ROUNDS; round++) {
                Source<?> source = sources.apply(runtime);
                Queue<Integer> taken = new ConcurrentLinkedQueue<>();
                List<Future<?>> takers = new ArrayList<>();
                for (int taker = 0; taker < TAKERS; taker++) {
                    SplittableRandom own = random.split();
                    takers.add(threads.submit(() -> source.takeAll(taken, own)));
                }
                for (Future<?> taker : takers) {
                    taker.get(60, TimeUnit.SECONDS);
                }
                String context = "seed " + seed + ", round " + round;
                assertEquals(ELEMENTS, taken.size(), context);
                assertEquals(ELEMENTS, taken.stream().distinct().count(), context);
            }
        } finally {
            threads.shutdownNow();
            assertTrue(threads.awaitTermination(60, TimeUnit.SECONDS));
        }
    }
}
