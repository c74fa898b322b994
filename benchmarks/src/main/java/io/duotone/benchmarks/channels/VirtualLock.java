package io.duotone.benchmarks.channels;

import io.duotone.benchmarks.rounds.VirtualThreads;
import io.duotone.benchmarks.rounds.Workload;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;

/** Virtual threads that hand a fair lock of the JDK on among them. */
final class VirtualLock implements Workload {
    private final int holders;

    VirtualLock(int holders) {
        this.holders = holders;
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // the yield is what keeps the lock held
    public void round(int times) {
        ReentrantLock lock = new ReentrantLock(true);
        CountDownLatch done = new CountDownLatch(holders);
        for (int i = 0; i < holders; i++) {
            VirtualThreads.start(done, () -> {
                for (int held = 0; held < times / holders; held++) {
                    lock.lock();
                    try {
                        Thread.yield();
                    } finally {
                        lock.unlock();
                    }
                }
            });
        }
        VirtualThreads.await(done);
    }
}
