package io.duotone.interop.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.CancelReason;
import io.duotone.Duotone;
import io.duotone.Scope;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scopes with very many children, in the stage tone. */
final class ManyChildrenStressTest {
    private static final int MANY = 100_000;
    private static final int VERY_MANY = 1_000_000;
    private static final long NO_GROWTH = 4_000_000;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    @DisplayName("C5 100,000 children are cancelled, all clean up, and nothing stays behind")
    void cancelMany(int threads) {
        try (Duotone duotone = Duotone.builder().threads(threads).start()) {
            cancelMany(duotone); // classes, pools and queues have their size from then on
            long before = usedHeap();
            cancelMany(duotone);
            long growth = usedHeap() - before;
            assertTrue(growth < NO_GROWTH, () -> "grew by " + growth + " bytes");
        }
    }

    private static void cancelMany(Duotone duotone) {
        AtomicInteger started = new AtomicInteger();
        AtomicInteger cleanedUp = new AtomicInteger();
        TaskCancelledException cancelled = assertThrows(
                TaskCancelledException.class,
                () -> duotone.block(scope -> {
                    for (int child = 0; child < MANY; child++) {
                        scope.spawn(inner -> {
                                    started.incrementAndGet();
                                    return inner.sleep(Duration.ofHours(1));
                                })
                                .whenComplete((value, failure) -> cleanedUp.incrementAndGet());
                    }
                    return cancelWhenAllWait(scope, started);
                }));
        assertEquals(CancelReason.cancelled("enough"), cancelled.reason());
        assertEquals(MANY, cleanedUp.get());
    }

    private static CompletionStage<Boolean> cancelWhenAllWait(Scope scope, AtomicInteger started) {
        return started.get() == MANY
                ? Task.completed(scope.cancel("enough"))
                : scope.yieldNow().thenCompose(any -> cancelWhenAllWait(scope, started));
    }

    private static long usedHeap() {
        Runtime memory = Runtime.getRuntime();
        return LongStream.generate(() -> {
                    System.gc();
                    return memory.totalMemory() - memory.freeMemory();
                })
                .limit(5)
                .min()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    @DisplayName("T22 a scope of 1,000,000 children joins")
    void joinMany(int threads) {
        AtomicInteger ended = new AtomicInteger();
        try (Duotone duotone = Duotone.builder().threads(threads).start()) {
            duotone.block(scope -> spawnInParts(scope, ended, 0));
        }
        assertEquals(VERY_MANY, ended.get());
    }

    private static CompletionStage<Void> spawnInParts(Scope scope, AtomicInteger ended, int spawned) {
        for (int child = 0; child < 1000; child++) {
            scope.spawn(inner -> Task.completed(ended.incrementAndGet()));
        }
        return spawned + 1000 == VERY_MANY
                ? Task.completed(null)
                : scope.yieldNow().thenCompose(any -> spawnInParts(scope, ended, spawned + 1000));
    }
}
