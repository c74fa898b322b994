package io.duotone.benchmarks.tasks;

import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.benchmarks.rounds.Workload;
import java.util.Collections;
import java.util.List;

/** The stage tone: a group of coroutines that each chain on a yield. */
final class StageTasks implements Workload {
    private final Duotone duotone = Duotone.start(DuotoneOptions.defaults());
    private final Coroutine<Integer> yieldOnce = scope -> scope.yieldNow().thenApply(yielded -> 1);

    @Override
    public void round(int size) {
        List<Integer> results = duotone.block(scope -> scope.spawn(Collections.nCopies(size, yieldOnce)));
        if (results.size() != size) {
            throw new IllegalStateException(results.size() + " results");
        }
    }

    @Override
    public void close() {
        duotone.close();
    }
}
