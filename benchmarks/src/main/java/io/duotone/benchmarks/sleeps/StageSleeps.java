package io.duotone.benchmarks.sleeps;

import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.benchmarks.rounds.Workload;
import java.time.Duration;
import java.util.AbstractList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The stage tone: a group of coroutines that each are one sleep. */
final class StageSleeps implements Workload {
    private static final int LONGEST = 1000;

    private final Duotone duotone = Duotone.start(DuotoneOptions.defaults());
    private final List<Coroutine<@Nullable Void>> sleepers =
            IntStream.rangeClosed(1, LONGEST).mapToObj(StageSleeps::sleeper).toList();

    private static Coroutine<@Nullable Void> sleeper(int millis) {
        Duration duration = Duration.ofMillis(millis);
        return scope -> scope.sleep(duration);
    }

    @Override
    public void round(int size) {
        List<Coroutine<@Nullable Void>> coroutines = new AbstractList<>() {
            @Override
            public Coroutine<@Nullable Void> get(int index) {
                return sleepers.get(index % LONGEST);
            }

            @Override
            public int size() {
                return size;
            }
        };
        List<@Nullable Void> results = duotone.block(scope -> scope.<@Nullable Void>spawn(coroutines));
        if (results.size() != size) {
            throw new IllegalStateException(results.size() + " results");
        }
    }

    @Override
    public void close() {
        duotone.close();
    }
}
