package io.duotone;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Work that is done again and again in a scope (rows S46, C24): made by {@link Scope#cycle(Duration, Coroutine)}. In each
 * run the functions are called one after the other, in the order in which they were added; the next run begins one period
 * after the last has ended, so runs never overlap. The first begins one period after the cycle was made.
 *
 * <pre>{@code
 * Cycle cycle = scope.cycle("heartbeat", ofSeconds(10), inner -> connection.ping(inner));
 * }</pre>
 *
 * <p>A cycle never ends by itself, so it is a {@linkplain TaskOptions#background() background} task: its scope does not
 * wait for it, but cancels it when all else has ended.
 *
 * <p><b>Cancellation</b>: of the scope, or by {@link #cancel}, ends the cycle and cancels the run under way; its cleanup is
 * waited for by the scope. A function that is cancelled by itself ends there, and the others go on.
 *
 * <p><b>Errors</b>: the failure of a function goes to {@link DuotoneOptions#uncaught} with the name of the cycle; the other
 * functions and the next runs go on.
 *
 * <p><b>Threads</b>: all methods may be called from any thread, from a function of the cycle too. Once the cycle has ended
 * they have no effect.
 */
public interface Cycle {
    /** Ends the cycle and cancels the run under way. Returns whether this call did it. */
    boolean cancel();

    /** Whether there will be further runs: false once the cycle was cancelled or its scope has ended. */
    boolean isActive();

    /** Begins a run at once. While one is under way, another follows right after it. */
    void callNow();

    /**
     * The next run begins {@code delay} from now instead, or after the run under way if that takes longer; those after it
     * follow with the period.
     *
     * @param delay zero or less: as {@link #callNow}; nanosecond resolution
     */
    void reschedule(Duration delay);

    /** The time from the end of a run to the beginning of the next; more than zero. */
    Duration period();

    /**
     * Changes the period, also that which has begun: when as much of it has passed, the next run begins at once. A run
     * that was {@linkplain #reschedule rescheduled} stays where it is.
     *
     * <p><b>Errors</b>: {@link IllegalArgumentException} unless it is more than zero.
     */
    void setPeriod(Duration period);

    /** Adds a function, called after the others; from the next run on. One that is added twice is called twice. */
    <T extends @Nullable Object> void append(Coroutine<T> function);

    /** Takes a function out, once; also of the run under way, unless that has come to it. Returns whether it was there. */
    boolean remove(Coroutine<?> function);

    /** The time until the next run begins: zero during a run, empty when the cycle has ended. */
    Optional<Duration> timeLeft();
}
