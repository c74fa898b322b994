package io.duotone.interop.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.duotone.AsyncIterator;
import io.duotone.Duotone;
import io.duotone.Task;
import io.duotone.coroutines.facade.Publishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.flow.FlowKt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A flow becomes a publisher, which becomes an iterator, which is closed while several take from it: nothing is lost. */
final class PublisherStressTest {
    private static final int ROUNDS = 60 * Integer.getInteger("duotone.stress", 1);
    private static final int TAKERS = 2;

    /** What there is, what was taken of it, and what was closed. */
    private static final class Round {
        final AtomicInteger made = new AtomicInteger();
        final AtomicInteger taken = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();

        AsyncIterator<AutoCloseable> elements(int batch) {
            Iterable<AutoCloseable> endless = () -> Stream.generate(this::make).iterator();
            return AsyncIterator.from(
                    Publishers.asPublisher(FlowKt.asFlow(endless), EmptyCoroutineContext.INSTANCE), batch);
        }

        private AutoCloseable make() {
            made.incrementAndGet();
            return closed::incrementAndGet;
        }

        void takeAll(AsyncIterator<AutoCloseable> elements, SplittableRandom random) {
            while (true) {
                Task<Optional<AutoCloseable>> asked = elements.next();
                if (random.nextInt(3) == 0 && asked.cancel("changed its mind")) {
                    continue;
                }
                if (asked.join().isEmpty()) {
                    return;
                }
                taken.incrementAndGet();
            }
        }
    }

    @Test
    @DisplayName("C22 when it is closed meanwhile, each element has been taken or is closed, and none both")
    void closedMeanwhile() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int number = 0; number < ROUNDS; number++) {
            Round round = new Round();
            int batch = random.nextInt(1, 9);
            int enough = random.nextInt(200);
            try (Duotone runtime = Duotone.builder().name("takers").threads(2).start()) {
                CompletableFuture<AsyncIterator<AutoCloseable>> iterator = new CompletableFuture<>();
                runtime.spawn(scope -> {
                    iterator.complete(round.elements(batch));
                    return Task.completed(null);
                });
                AsyncIterator<AutoCloseable> elements = iterator.join();
                List<CompletableFuture<Void>> takers = new ArrayList<>();
                for (int taker = 0; taker < TAKERS; taker++) {
                    SplittableRandom own = random.split();
                    takers.add(thread(() -> round.takeAll(elements, own)));
                }
                while (round.taken.get() < enough) {
                    Thread.onSpinWait();
                }
                elements.close();
                takers.forEach(CompletableFuture::join);
            }
            String context = "seed " + seed + ", round " + number;
            assertEquals(round.made.get(), round.taken.get() + round.closed.get(), context);
        }
    }

    private static CompletableFuture<Void> thread(Runnable work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                work.run();
                done.complete(null);
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return done;
    }
}
