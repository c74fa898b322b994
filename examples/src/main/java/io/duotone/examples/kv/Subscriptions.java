package io.duotone.examples.kv;

import org.jspecify.annotations.Nullable;

/**
 * The channels and patterns one connection listens to. The confirmations go out on their own, one for each name, in order
 * with the messages: no message of a channel comes before its subscription is confirmed or after its end is.
 *
 * <p><b>Threads</b>: confined to the coroutine of the connection.
 */
public interface Subscriptions {
    /** How many channels and patterns are subscribed. */
    int count();

    /** Subscribes to channels. */
    void subscribe(ByteKey[] channels);

    /** Ends subscriptions; null ends those of all channels. */
    void unsubscribe(ByteKey @Nullable [] channels);

    /** Subscribes to all channels whose names match the patterns. */
    void subscribePatterns(ByteKey[] patterns);

    /** Ends subscriptions of patterns; null ends all of them. */
    void unsubscribePatterns(ByteKey @Nullable [] patterns);

    /** Ends all subscriptions without a confirmation. */
    void clear();
}
