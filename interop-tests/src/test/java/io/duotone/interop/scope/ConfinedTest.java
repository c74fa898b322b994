package io.duotone.interop.scope;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.Scope;
import io.duotone.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class ConfinedTest {
    private final AtomicInteger inside = new AtomicInteger();
    private int most;
    private int counter;

    /** Only right when nobody else is in here. */
    private void step() {
        most = Math.max(most, inside.incrementAndGet());
        counter++;
        inside.decrementAndGet();
    }

    @Test
    @DisplayName("R26 C15 what a confined scope starts shares plain state, in the functions of its stages too")
    void sharesState() {
        try (Duotone duotone = Duotone.builder().threads(4).start()) {
            duotone.block(scope -> {
                Scope confined = scope.confined();
                List<Coroutine<Integer>> members = IntStream.range(0, 200)
                        .<Coroutine<Integer>>mapToObj(index -> inner -> steps(inner, index, 50))
                        .toList();
                for (Coroutine<Integer> member : members.subList(0, 100)) {
                    confined.spawn(member);
                }
                return confined.spawn(members.subList(100, 200));
            });
        }
        assertEquals(1, most);
        assertEquals(200 * 50, counter);
    }

    private CompletionStage<Integer> steps(Scope scope, int index, int left) {
        step();
        if (left == 1) {
            return Task.completed(index);
        }
        Task<?> pause = switch (index % 4) {
            case 0 -> scope.yieldNow();
            case 1 -> scope.sleep(Duration.ofNanos(1000L * left));
            case 2 -> scope.spawnBlocking(() -> "from the pool");
            default -> scope.spawn(inner -> inner.skipPollCycle());
        };
        return pause.thenCompose(any -> steps(scope, index, left - 1));
    }

    @Test
    @DisplayName("C15 S24 Y33 turns are taken in order: what yields goes on after all that was ready")
    void inOrder() {
        List<String> order = new ArrayList<>();
        Duotone.run(scope -> {
            Scope confined = scope.confined();
            return confined.fork(inner -> {
                for (String name : List.of("a", "b", "c")) {
                    var unused = inner.spawn(s -> rounds(s, order, name, 0));
                }
                return Task.completed(null);
            });
        });
        assertEquals(List.of("a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2"), order);
    }

    private static CompletionStage<Object> rounds(Scope scope, List<String> order, String name, int round) {
        order.add(name + round);
        return round == 2
                ? Task.completed(name)
                : scope.yieldNow().thenCompose(any -> rounds(scope, order, name, round + 1));
    }

    @Test
    @DisplayName("C15 failures and cancellations of a confined scope arrive as in any other")
    void failures() {
        UncheckedIOException thrown = assertThrows(
                UncheckedIOException.class,
                () -> Duotone.run(scope -> scope.confined().spawn(inner -> {
                    throw new IOException("broken");
                })));
        assertEquals("broken", thrown.getCause().getMessage());

        Duotone.run(scope -> {
            Task<Void> sleeping = scope.confined().sleep(Duration.ofHours(1));
            assertTrue(sleeping.cancel("enough"));
            Task<Void> spawned = scope.confined().spawn(inner -> inner.sleep(Duration.ofHours(1)));
            assertTrue(spawned.cancel("enough"));
            return spawned.handle((value, failure) -> failure);
        });
    }

    @Test
    @DisplayName("C15 an async body, which has a thread of its own, is refused with a word on what to do")
    void bodies() {
        IllegalStateException refused = assertThrows(
                IllegalStateException.class,
                () -> Duotone.run(scope -> scope.confined().spawn(async(inner -> "never"))));
        assertTrue(refused.getMessage().contains("stage tone"), refused::getMessage);
    }

    @Test
    @DisplayName("S25 skipPollCycle completes after a look at timers and I/O, and is cancelled with its scope")
    void skipPollCycle() {
        try (Duotone duotone = Duotone.builder().threads(2).start()) {
            List<Integer> all = duotone.block(scope -> scope.map(
                    IntStream.range(0, 500).boxed().toList(),
                    index -> inner -> inner.skipPollCycle().thenApply(any -> index)));
            assertEquals(IntStream.range(0, 500).boxed().toList(), all);
        }
    }

    @Test
    @DisplayName("S43 a call on the blocking pool may block and await, and its result comes back to a worker")
    void blockingPool() {
        CountDownLatch answer = new CountDownLatch(1);
        String threads = Duotone.run(scope -> {
            var unused = scope.spawn(inner -> {
                answer.countDown();
                return Task.completed(null);
            });
            return scope.spawnBlocking(() -> {
                        answer.await();
                        await(scope.sleep(Duration.ofNanos(1)));
                        return Thread.currentThread().getName();
                    })
                    .thenApply(name -> name);
        });
        assertTrue(threads.contains("blocking"), threads);
    }
}
