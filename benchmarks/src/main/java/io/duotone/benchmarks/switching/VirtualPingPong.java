package io.duotone.benchmarks.switching;

import io.duotone.benchmarks.rounds.VirtualThreads;
import io.duotone.benchmarks.rounds.Workload;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;

/** Two virtual threads and two synchronous queues. */
final class VirtualPingPong implements Workload {
    @Override
    public void round(int messages) {
        SynchronousQueue<Integer> pings = new SynchronousQueue<>();
        SynchronousQueue<Integer> pongs = new SynchronousQueue<>();
        int rounds = messages / 2;
        CountDownLatch done = new CountDownLatch(2);
        VirtualThreads.start(done, () -> {
            for (int i = 0; i < rounds; i++) {
                pongs.put(pings.take());
            }
        });
        VirtualThreads.start(done, () -> {
            for (int i = 0; i < rounds; i++) {
                pings.put(i);
                if (pongs.take() != i) {
                    throw new IllegalStateException("a message was lost");
                }
            }
        });
        VirtualThreads.await(done);
    }
}
