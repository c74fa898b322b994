package io.duotone.channel;

import io.duotone.spi.ChannelOrder;
import io.duotone.spi.DuotoneProvider;

/**
 * A queue of messages between coroutines, for any number of senders and receivers (rows T37-T39, S41, S42, C22). The Java
 * face of a {@code Channel} of kotlinx; {@code asKotlin} and {@code asJava} lead from one to the other without copying.
 *
 * <pre>{@code
 * Channel<Order> orders = Channel.bounded(16);
 * scope.spawn(s -> orders.forEach(this::handle));          // up to the end of the channel
 * return orders.send(order).thenRun(orders::close);
 * }</pre>
 *
 * <p>What can be said of each end is said at {@link Sender} and {@link Receiver}. A message that a channel made here drops,
 * because it is cancelled or because it keeps only some, is closed when it is {@link AutoCloseable}.
 *
 * @param <E> the messages; never null
 */
public interface Channel<E> extends Sender<E>, Receiver<E> {
    /** A channel that keeps nothing: a send waits for a receive, and the other way round. */
    static <E> Channel<E> rendezvous() {
        return DuotoneProvider.get().channels().channel(0, ChannelOrder.FIFO);
    }

    /**
     * A channel that keeps so many messages; when they are there, a send waits.
     *
     * @param capacity at least 1
     */
    static <E> Channel<E> bounded(int capacity) {
        return DuotoneProvider.get().channels().channel(atLeastOne(capacity), ChannelOrder.FIFO);
    }

    /** A channel that keeps all messages (row T39): a send never waits. */
    static <E> Channel<E> unbounded() {
        return DuotoneProvider.get().channels().channel(Integer.MAX_VALUE, ChannelOrder.FIFO);
    }

    /**
     * A channel that keeps so many messages and gives the newest of them first (row S42); when they are there, a send waits.
     * Sends that wait get their places in the order in which they came.
     *
     * @param capacity at least 1
     */
    static <E> Channel<E> lifo(int capacity) {
        return DuotoneProvider.get().channels().channel(atLeastOne(capacity), ChannelOrder.LIFO);
    }

    /** A channel that keeps all messages and gives the newest of them first (row S42): a send never waits. */
    static <E> Channel<E> lifo() {
        return lifo(Integer.MAX_VALUE);
    }

    /**
     * A channel that keeps the newest messages, so many of them, and drops the oldest for a new one: a send never waits.
     *
     * @param capacity at least 1
     */
    static <E> Channel<E> droppingOldest(int capacity) {
        return DuotoneProvider.get().channels().channel(atLeastOne(capacity), ChannelOrder.DROP_OLDEST);
    }

    /**
     * A channel that keeps so many messages; when they are there, a new one is dropped: a send never waits, and a
     * {@link #trySend} says true even so.
     *
     * @param capacity at least 1
     */
    static <E> Channel<E> droppingLatest(int capacity) {
        return DuotoneProvider.get().channels().channel(atLeastOne(capacity), ChannelOrder.DROP_LATEST);
    }

    /** A channel that keeps the newest message alone: a send never waits. */
    static <E> Channel<E> latest() {
        return droppingOldest(1);
    }

    /** What is kept, and who waits. */
    ChannelStatistics statistics();

    private static int atLeastOne(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a channel that keeps " + capacity
                    + " messages: it must keep at least 1; one that keeps none is Channel.rendezvous()");
        }
        return capacity;
    }
}
