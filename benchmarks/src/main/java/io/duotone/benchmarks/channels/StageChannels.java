package io.duotone.benchmarks.channels;

import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.benchmarks.rounds.Workload;
import io.duotone.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The stage tone: loops of stages that send and receive. */
final class StageChannels implements Workload {
    private final Duotone duotone = Duotone.start(DuotoneOptions.defaults());
    private final int senders;
    private final int receivers;
    private final Supplier<Channel<Integer>> channels;

    StageChannels(int senders, int receivers, Supplier<Channel<Integer>> channels) {
        this.senders = senders;
        this.receivers = receivers;
        this.channels = channels;
    }

    @Override
    public void round(int messages) {
        Channel<Integer> channel = channels.get();
        List<Coroutine<@Nullable Void>> all = new ArrayList<>();
        for (int i = 0; i < senders; i++) {
            all.add(scope -> StageLoop.repeat(messages / senders, channel::send));
        }
        for (int i = 0; i < receivers; i++) {
            all.add(scope -> StageLoop.repeat(messages / receivers, received -> channel.receive()));
        }
        var unused = duotone.block(scope -> scope.spawn(all));
    }

    @Override
    public void close() {
        duotone.close();
    }
}
