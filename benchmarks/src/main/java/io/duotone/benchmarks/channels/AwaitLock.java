package io.duotone.benchmarks.channels;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;

import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.benchmarks.rounds.Workload;
import io.duotone.sync.Lock;
import java.util.Collections;

/** The await tone: bodies on threads of their own that hand a lock on. */
final class AwaitLock implements Workload {
    private final Duotone duotone = Duotone.start(DuotoneOptions.defaults());
    private final int holders;

    AwaitLock(int holders) {
        this.holders = holders;
    }

    @Override
    @SuppressWarnings({"try", "ThreadPriorityCheck"}) // held for the block alone, which the yield makes last
    public void round(int times) {
        Lock lock = Lock.create();
        Coroutine<Integer> holder = async(scope -> {
            for (int held = 0; held < times / holders; held++) {
                try (var permit = await(lock.acquire())) {
                    Thread.yield();
                }
            }
            return times / holders;
        });
        var unused = duotone.block(scope -> scope.spawn(Collections.nCopies(holders, holder)));
    }

    @Override
    public void close() {
        duotone.close();
    }
}
