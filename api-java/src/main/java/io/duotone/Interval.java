package io.duotone;

import java.time.Duration;

/**
 * Ticks at a steady pace (rows T31, C24): made by {@link Duotone#interval(Duration)}, endless, and nothing to close. There
 * is a timer only while somebody waits for a tick.
 *
 * <pre>{@code
 * Interval everySecond = scope.interval(ofSeconds(1));
 * Coroutine<Void> watch = async(s -> {
 *     while (true) {
 *         await(everySecond.tick());
 *         measure();
 *     }
 * });
 * }</pre>
 *
 * <p><b>Threads</b>: all methods may be called from any thread, but only one tick can be waited for at a time.
 */
public interface Interval {
    /** The time between two ticks; more than zero. */
    Duration period();

    /**
     * Waits for the next tick. A tick that is late fires at once; {@link MissedTicks} says what comes after it.
     *
     * <p><b>Cancellation</b>: takes the timer out and loses no tick: the next call waits for the same one.
     *
     * <p><b>Errors</b>: fails with {@link ConcurrentOperationException} while another tick of this interval is waited for,
     * which goes on; cancelled with {@link CancelReason.Kind#SHUTDOWN} when the runtime is closed.
     *
     * @return how many further ticks were missed when this one fired: zero when it was late by less than a period. With
     *     {@link MissedTicks#BURST} they follow, else they are dropped
     */
    Task<Long> tick();

    /** As {@link #reset(Duration)}, with a first tick at once. */
    void reset();

    /**
     * Begins anew with a first tick at {@code at}, on the clock of {@link Duotone#time}. A tick that is waited for moves
     * there too. Nanosecond resolution.
     */
    void reset(Duration at);
}
