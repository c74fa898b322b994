package io.duotone.spi;

import io.duotone.channel.Broadcast;
import io.duotone.channel.Channel;
import io.duotone.channel.LatestValue;
import io.duotone.channel.OneShot;
import io.duotone.channel.Select;
import org.jspecify.annotations.Nullable;

/** Messages from coroutine to coroutine; see {@link io.duotone.channel}. */
public interface ChannelProvider {
    /** See the factories of {@link Channel}; a capacity of {@link Integer#MAX_VALUE} is without bounds. */
    <E> Channel<E> channel(int capacity, ChannelOrder order);

    /** See {@link OneShot#create}. */
    <T extends @Nullable Object> OneShot<T> oneShot();

    /** See the factories of {@link Broadcast}. */
    <E> Broadcast<E> broadcast(int replay, int buffer, ChannelOrder order);

    /** See {@link LatestValue#of}. */
    <V> LatestValue<V> latestValue(V value);

    /** See {@link Select#of}. */
    <R extends @Nullable Object> Select<R> select();
}
