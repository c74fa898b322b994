package io.duotone.benchmarks.tasks;

import io.duotone.benchmarks.rounds.VirtualThreads;
import io.duotone.benchmarks.rounds.Workload;
import java.util.concurrent.CountDownLatch;

/** One virtual thread for each task, joined by a latch; the spawner is a virtual thread as well. */
final class VirtualTasks implements Workload {
    @Override
    public void round(int size) {
        CountDownLatch done = new CountDownLatch(size);
        VirtualThreads.start(() -> {
            for (int i = 0; i < size; i++) {
                VirtualThreads.start(done, Thread::yield);
            }
        });
        VirtualThreads.await(done);
    }
}
