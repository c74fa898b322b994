package io.duotone.benchmarks.switching;

import io.duotone.benchmarks.rounds.VirtualThreads;
import io.duotone.benchmarks.rounds.Workload;
import java.util.concurrent.CountDownLatch;

/** Virtual threads that yield to one another. */
final class VirtualYields implements Workload {
    private final int yieldsEach;

    VirtualYields(int yieldsEach) {
        this.yieldsEach = yieldsEach;
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // Yielding is what is measured.
    public void round(int total) {
        int threads = total / yieldsEach;
        CountDownLatch done = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            VirtualThreads.start(done, () -> {
                for (int yields = 0; yields < yieldsEach; yields++) {
                    Thread.yield();
                }
            });
        }
        VirtualThreads.await(done);
    }
}
