package io.duotone.benchmarks.sleeps;

import io.duotone.benchmarks.rounds.VirtualThreads;
import io.duotone.benchmarks.rounds.Workload;
import java.util.concurrent.CountDownLatch;

/** One virtual thread for each sleep. */
final class VirtualSleeps implements Workload {
    private static final int LONGEST = 1000;

    @Override
    public void round(int size) {
        CountDownLatch done = new CountDownLatch(size);
        VirtualThreads.start(() -> {
            for (int i = 0; i < size; i++) {
                int millis = i % LONGEST + 1;
                VirtualThreads.start(done, () -> Thread.sleep(millis));
            }
        });
        VirtualThreads.await(done);
    }
}
