package io.duotone.channel;

import io.duotone.AsyncIterator;
import io.duotone.spi.DuotoneProvider;
import java.util.function.UnaryOperator;

/**
 * A value that changes, and that others follow (row C22). The Java face of a {@code MutableStateFlow} of kotlinx. Whoever is
 * slow misses values, and never the last. It has no end: a subscription ends when it is closed, or with the runtime that it
 * began on.
 *
 * <p><b>Threads</b>: all methods may be called from any thread. What was done before a value was set happens-before whoever
 * sees it.
 *
 * @param <V> the value; never null
 */
public interface LatestValue<V> {
    /** One with this value. */
    static <V> LatestValue<V> of(V value) {
        return DuotoneProvider.get().channels().latestValue(value);
    }

    /** The value now. */
    V get();

    /** Sets the value. One that is equal to the old one is no news. */
    void set(V value);

    /**
     * Sets the value to what {@code change} makes of it.
     *
     * @param change called again when another was faster, so it should do nothing else
     * @return the new value
     */
    V update(UnaryOperator<V> change);

    /** Sets the value when it is equal to {@code expected}; else false. */
    boolean compareAndSet(V expected, V value);

    /** The value now, and then the newest whenever it is asked for and has changed. Close the iterator to end it. */
    AsyncIterator<V> subscribe();

    /** How many subscribers there are. */
    int subscribers();
}
