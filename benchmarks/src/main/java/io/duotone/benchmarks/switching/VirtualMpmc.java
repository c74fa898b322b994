package io.duotone.benchmarks.switching;

import io.duotone.benchmarks.rounds.VirtualThreads;
import io.duotone.benchmarks.rounds.Workload;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;

/** Virtual threads over one bounded queue. */
final class VirtualMpmc implements Workload {
    private final int producers;
    private final int consumers;
    private final int buffer;

    VirtualMpmc(int producers, int consumers, int buffer) {
        this.producers = producers;
        this.consumers = consumers;
        this.buffer = buffer;
    }

    @Override
    public void round(int messages) {
        ArrayBlockingQueue<Integer> queue = new ArrayBlockingQueue<>(buffer);
        CountDownLatch done = new CountDownLatch(producers + consumers);
        for (int i = 0; i < producers; i++) {
            VirtualThreads.start(done, () -> {
                for (int sent = 0; sent < messages / producers; sent++) {
                    queue.put(sent);
                }
            });
        }
        for (int i = 0; i < consumers; i++) {
            VirtualThreads.start(done, () -> {
                for (int received = 0; received < messages / consumers; received++) {
                    queue.take();
                }
            });
        }
        VirtualThreads.await(done);
    }
}
