package io.duotone.channel;

import io.duotone.AsyncIterator;
import io.duotone.Task;
import io.duotone.spi.ChannelOrder;
import io.duotone.spi.DuotoneProvider;
import org.jspecify.annotations.Nullable;

/**
 * Messages of which each goes to every subscriber (row C22). The Java face of a {@code MutableSharedFlow} of kotlinx. It has
 * no end: a subscription ends when it is closed, or with the runtime that it began on.
 *
 * <pre>{@code
 * Broadcast<Price> prices = Broadcast.create(16);
 * AsyncIterator<Price> mine = prices.subscribe();
 * scope.spawn(s -> mine.forEach(this::show));
 * return prices.send(price);
 * }</pre>
 *
 * <p><b>Cancellation</b>: a cancelled send has withdrawn its message, or it has been kept for the subscribers; its task does
 * not say which. A cancelled {@link AsyncIterator#next} leaves the message for the next one.
 *
 * <p><b>Fairness</b>: messages come in the order in which they were accepted, the same for all subscribers.
 *
 * <p><b>Threads</b>: all methods may be called from any thread. What was done before a send happens-before whoever
 * receives its message.
 *
 * @param <E> the messages; never null
 */
public interface Broadcast<E> {
    /** One that keeps nothing: a send waits until each subscriber has taken the message. */
    static <E> Broadcast<E> create() {
        return create(0);
    }

    /**
     * One where a subscriber may lag behind by so many messages before a send waits for it.
     *
     * @param buffer zero or more
     */
    static <E> Broadcast<E> create(int buffer) {
        return DuotoneProvider.get().channels().broadcast(0, buffer, ChannelOrder.FIFO);
    }

    /**
     * One that gives a new subscriber the last messages first. A subscriber may lag behind by as many before a send waits.
     *
     * @param replay at least 1
     */
    static <E> Broadcast<E> replaying(int replay) {
        return DuotoneProvider.get().channels().broadcast(replay, 0, ChannelOrder.FIFO);
    }

    /**
     * One where a send never waits: a subscriber that lags behind by so many messages misses the oldest of them.
     *
     * @param buffer at least 1
     */
    static <E> Broadcast<E> droppingOldest(int buffer) {
        return DuotoneProvider.get().channels().broadcast(0, buffer, ChannelOrder.DROP_OLDEST);
    }

    /** Sends a message to all who have subscribed; without subscribers it is kept for a replay, or dropped. */
    Task<@Nullable Void> send(E message);

    /** Sends a message if that needs no wait; else false. */
    boolean trySend(E message);

    /**
     * Subscribes: every message that is sent from now on comes here. One message more than the buffer holds is on its way
     * to a subscriber. Close the iterator to end it.
     */
    AsyncIterator<E> subscribe();

    /** How many subscribers there are. */
    int subscribers();
}
