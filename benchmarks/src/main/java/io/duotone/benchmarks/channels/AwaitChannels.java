package io.duotone.benchmarks.channels;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;

import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.benchmarks.rounds.Workload;
import io.duotone.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The await tone: bodies on threads of their own that send and receive. */
final class AwaitChannels implements Workload {
    private final Duotone duotone = Duotone.start(DuotoneOptions.defaults());
    private final int senders;
    private final int receivers;
    private final Supplier<Channel<Integer>> channels;

    AwaitChannels(int senders, int receivers, Supplier<Channel<Integer>> channels) {
        this.senders = senders;
        this.receivers = receivers;
        this.channels = channels;
    }

    @Override
    public void round(int messages) {
        Channel<Integer> channel = channels.get();
        List<Coroutine<Integer>> all = new ArrayList<>();
        for (int i = 0; i < senders; i++) {
            all.add(async(scope -> {
                for (int sent = 0; sent < messages / senders; sent++) {
                    await(channel.send(sent));
                }
                return messages / senders;
            }));
        }
        for (int i = 0; i < receivers; i++) {
            all.add(async(scope -> {
                for (int received = 0; received < messages / receivers; received++) {
                    await(channel.receive());
                }
                return messages / receivers;
            }));
        }
        var unused = duotone.block(scope -> scope.spawn(all));
    }

    @Override
    public void close() {
        duotone.close();
    }
}
