package io.duotone.benchmarks.channels;

import io.duotone.benchmarks.rounds.VirtualThreads;
import io.duotone.benchmarks.rounds.Workload;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;

/** Virtual threads that send and receive over a blocking queue of the JDK. */
public final class VirtualChannels implements Workload {
    private final int senders;
    private final int receivers;
    private final int buffer;

    /**
     * The work for so many threads on each side.
     *
     * @param buffer how many messages the queue keeps; with 0 each is handed over
     */
    public VirtualChannels(int senders, int receivers, int buffer) {
        this.senders = senders;
        this.receivers = receivers;
        this.buffer = buffer;
    }

    @Override
    public void round(int messages) {
        BlockingQueue<Integer> queue = buffer == 0 ? new SynchronousQueue<>() : new ArrayBlockingQueue<>(buffer);
        CountDownLatch done = new CountDownLatch(senders + receivers);
        for (int i = 0; i < senders; i++) {
            VirtualThreads.start(done, () -> {
                for (int sent = 0; sent < messages / senders; sent++) {
                    queue.put(sent);
                }
            });
        }
        for (int i = 0; i < receivers; i++) {
            VirtualThreads.start(done, () -> {
                for (int received = 0; received < messages / receivers; received++) {
                    queue.take();
                }
            });
        }
        VirtualThreads.await(done);
    }
}
