package io.duotone.examples.kv;

import static io.duotone.examples.kv.Command.Flag.FAST;
import static io.duotone.examples.kv.Command.Flag.LOADING;
import static io.duotone.examples.kv.Command.Flag.NOSCRIPT;
import static io.duotone.examples.kv.Command.Flag.PUBSUB;
import static io.duotone.examples.kv.Command.Flag.STALE;
import static io.duotone.examples.kv.Command.Flag.WHILE_SUBSCRIBED;

import io.duotone.Duotone;
import io.duotone.Task;
import io.duotone.coroutines.facade.Suspending;
import io.duotone.examples.kv.Command.Keys;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Publish and subscribe. The registry and the queues of the subscribers are Kotlin; this is how clients reach them. */
final class PubSubCommands {
    private final PubSub pubSub;
    private final Duotone runtime;

    PubSubCommands(PubSub pubSub, Duotone runtime) {
        this.pubSub = pubSub;
        this.runtime = runtime;
    }

    List<Command> commands() {
        var subscribe = EnumSet.of(PUBSUB, NOSCRIPT, LOADING, STALE, WHILE_SUBSCRIBED);
        return List.of(
                Command.of(
                        "publish",
                        3,
                        Keys.NONE,
                        "Send a message to a channel",
                        EnumSet.of(PUBSUB, LOADING, STALE, FAST),
                        this::publish),
                Command.of("subscribe", -2, Keys.NONE, "Listen to channels", subscribe, (session, request) -> {
                    session.subscriptions().subscribe(request.keysFrom(1));
                    return Reply.NONE;
                }),
                Command.of(
                        "unsubscribe", -1, Keys.NONE, "Stop listening to channels", subscribe, (session, request) -> {
                            session.subscriptions().unsubscribe(namesOrAll(request));
                            return Reply.NONE;
                        }),
                Command.of(
                        "psubscribe",
                        -2,
                        Keys.NONE,
                        "Listen to channels that match patterns",
                        subscribe,
                        (session, request) -> {
                            session.subscriptions().subscribePatterns(request.keysFrom(1));
                            return Reply.NONE;
                        }),
                Command.of(
                        "punsubscribe", -1, Keys.NONE, "Stop listening to patterns", subscribe, (session, request) -> {
                            session.subscriptions().unsubscribePatterns(namesOrAll(request));
                            return Reply.NONE;
                        }));
    }

    /** A suspend function called from Java. It nearly always ends at once, and then so does the command. */
    private Reply publish(Session session, Request request) {
        Task<Integer> receivers =
                Suspending.task(runtime, continuation -> pubSub.publish(request.get(1), request.get(2), continuation));
        return receivers.isDone() && !receivers.isCompletedExceptionally()
                ? Reply.whole(receivers.join())
                : new Reply.Later(receivers.thenApply(Reply::whole));
    }

    private static ByteKey @Nullable [] namesOrAll(Request request) {
        return request.size() == 1 ? null : request.keysFrom(1);
    }
}
