package io.duotone.benchmarks.channels;

import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.benchmarks.rounds.Workload;
import io.duotone.sync.Lock;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/** The stage tone: loops of stages that hand a lock on. */
final class StageLock implements Workload {
    private final Duotone duotone = Duotone.start(DuotoneOptions.defaults());
    private final int holders;

    StageLock(int holders) {
        this.holders = holders;
    }

    @Override
    public void round(int times) {
        Lock lock = Lock.create();
        Coroutine<@Nullable Void> holder = scope -> StageLoop.repeat(
                times / holders,
                held -> lock.acquire().thenCompose(permit -> scope.yieldNow().thenRun(permit::close)));
        var unused = duotone.block(scope -> scope.spawn(Collections.nCopies(holders, holder)));
    }

    @Override
    public void close() {
        duotone.close();
    }
}
