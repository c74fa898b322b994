package io.duotone;

import io.duotone.spi.DuotoneProvider;
import io.duotone.sync.RateLimiter;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A runtime: workers, timers, poller and blocking pool in one. Any number may live in a process (row C16); each is
 * closed by {@link #close}.
 *
 * <p><b>Threads</b>: all methods may be called from any thread, except that {@link #block}, {@link #run} and
 * {@link #close} are refused on a worker with {@link IllegalStateException}, because they would wait for the very thread
 * they stand on.
 */
public interface Duotone extends AutoCloseable {
    /**
     * Runs {@code main} on a new runtime, waits for it and all its tasks, and closes the runtime (rows T2, C1).
     *
     * <p><b>Cancellation</b>: interrupting the calling thread cancels {@code main} with the reason
     * {@link CancelReason.Kind#INTERRUPTED}; the interrupt flag stays set.
     *
     * <p><b>Errors</b>: the exception that {@code main} failed with, unwrapped: unchecked exceptions and errors as they
     * are, an {@code IOException} as {@code UncheckedIOException}, any other checked exception as
     * {@code CompletionException}.
     */
    static <T extends @Nullable Object> T run(Coroutine<T> main) {
        return run(DuotoneOptions.defaults(), main);
    }

    /** As {@link #run(Coroutine)}, with options. */
    static <T extends @Nullable Object> T run(DuotoneOptions options, Coroutine<T> main) {
        try (Duotone runtime = start(options)) {
            return runtime.block(main);
        }
    }

    /** Collects the options of a new runtime; ends in {@code start()} or {@code run(main)}. */
    static DuotoneOptions.Builder builder() {
        return new DuotoneOptions.Builder();
    }

    /** Starts a runtime, to be closed by the caller. */
    static Duotone start(DuotoneOptions options) {
        return DuotoneProvider.get().start(options);
    }

    /**
     * The shared default runtime, started at the first call. Closing it is refused with {@link IllegalStateException}:
     * its threads are daemons and end with the process.
     */
    static Duotone shared() {
        return DuotoneProvider.get().shared();
    }

    /**
     * The runtime that the calling code runs on.
     *
     * @throws IllegalStateException outside of any runtime, that is, on a thread that is neither a worker nor running
     *     blocking or {@code async} work of a runtime
     */
    static Duotone current() {
        Duotone current = DuotoneProvider.get().currentOrNull();
        if (current == null) {
            throw new IllegalStateException(
                    "no Duotone runtime on thread " + Thread.currentThread().getName()
                            + ": call this from a coroutine, or use Duotone.shared() or Duotone.builder().start()");
        }
        return current;
    }

    /** The options this runtime was started with. */
    DuotoneOptions options();

    /**
     * Starts a coroutine on the runtime itself, outside of any scope. It lives until it ends, is cancelled, or the
     * runtime closes (row C1). A failure that reaches no dependent stage is given to {@link DuotoneOptions#uncaught}
     * (row C18).
     *
     * @throws IllegalStateException when the runtime is closed
     */
    <T extends @Nullable Object> Task<T> spawn(Coroutine<T> coroutine);

    /** As {@link #open(ScopeOptions)} with the defaults. */
    default OpenScope open() {
        return open(ScopeOptions.defaults());
    }

    /**
     * Opens a scope outside of any other, which stays open until it is completed, closed or cancelled, or the runtime closes
     * (rows R3, R12). A runtime that joins what runs when it closes, see {@link DuotoneOptions#atExit}, completes it.
     *
     * @throws IllegalStateException when the runtime is closed
     */
    OpenScope open(ScopeOptions options);

    /**
     * Runs a coroutine in a scope of its own and blocks the calling thread until the scope has ended (row T15).
     * Cancellation and errors as in {@link #run(Coroutine)}.
     *
     * @throws IllegalStateException on a worker of any Duotone runtime: use {@link Scope#fork} there
     */
    <T extends @Nullable Object> T block(Coroutine<T> coroutine);

    /**
     * The time since this runtime was started (row T28). Monotonic, nanosecond resolution, and nothing to do with the time
     * of day: only values of the same runtime can be compared.
     */
    Duration time();

    /** As {@link #interval(Duration, Duration, MissedTicks)}, with a first tick at once, and {@link MissedTicks#DELAY}. */
    default Interval interval(Duration period) {
        return interval(period, time(), MissedTicks.DELAY);
    }

    /**
     * Ticks at a steady pace on the clock of {@link #time} (rows T31, C24).
     *
     * <p><b>Errors</b>: {@link IllegalArgumentException} when the period is not positive.
     *
     * @param period from one tick to the next; more than zero, nanosecond resolution
     * @param at when the first tick is due; that of a time already past is late
     * @param missed what happens to late ticks and those after them
     */
    Interval interval(Duration period, Duration at, MissedTicks missed);

    /** As {@link #rateLimiter(int, Duration, int)}, with a burst of {@code permits}. */
    default RateLimiter rateLimiter(int permits, Duration per) {
        return rateLimiter(permits, per, permits);
    }

    /**
     * Lets so many {@code permits} go in each {@code per}, on the clock of {@link #time} (row C20).
     *
     * <p><b>Errors</b>: {@link IllegalArgumentException} for less than one permit, a time that is not positive or is more
     * than 70 years, a burst of less than one, and one that would take that long to come.
     *
     * @param permits how many in that time; at least 1
     * @param per nanosecond resolution
     * @param burst how many can be saved up for later, and the most that can be taken at once; at least 1. They are there at
     *     first
     */
    RateLimiter rateLimiter(int permits, Duration per, int burst);

    /** Makes an empty group of tasks, whose own waits belong to this runtime (row S27). Its tasks may belong to any. */
    <T extends @Nullable Object> TaskGroup<T> taskGroup();

    /** Runs commands on the workers; what async stages of tasks without an executor of their own use. */
    Executor executor();

    /** Whether {@link #close} has begun. */
    boolean isClosed();

    /**
     * Stops accepting work, cancels what runs (or waits for it, see {@link DuotoneOptions#atExit}), waits for its cleanup
     * up to {@link DuotoneOptions#shutdownGrace}, then stops all threads. What would not stop is named in a warning. A
     * second close waits for the first and is otherwise harmless.
     */
    @Override
    void close();
}
