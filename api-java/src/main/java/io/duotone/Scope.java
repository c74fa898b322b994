package io.duotone;

import io.duotone.spi.Context;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A lifetime of tasks: what is spawned here is joined, failed and cancelled together (rows T22-T25, R1-R24 as decided by
 * C1-C9). A scope ends when its body and all its tasks have ended, cleanup included. Unless its {@link ScopeOptions} say
 * otherwise, the first failure cancels the siblings, is what the scope fails with, and carries the other failures as
 * suppressed.
 *
 * <p><b>Cancellation</b>: {@link #cancel} reaches every task of the scope and every scope nested in it, at once; each of
 * them ends when its cleanup has ended. A task spawned into a cancelled scope does not start: it is a cancelled task from
 * the beginning.
 *
 * <p><b>Errors</b>: any method that starts work in a scope that has ended throws {@link IllegalStateException}.
 *
 * <p><b>Threads</b>: all methods may be called from any thread. Everything done before a call happens-before the work
 * it starts, and the work's end happens-before the scope's.
 */
public interface Scope {
    /**
     * The scope that the calling code runs in: of the coroutine whose {@code start}, stage function, {@code async} body or
     * blocking call this is (row R22). What is spawned in it is waited for by that coroutine. In Kotlin code it is
     * {@code currentScope()}.
     *
     * @throws IllegalStateException when the calling code runs in no scope
     */
    static Scope current() {
        Context context = Context.current();
        Scope scope = context == null ? null : context.scopeOrNull();
        if (scope == null) {
            throw new IllegalStateException(
                    "no scope on thread " + Thread.currentThread().getName()
                            + ": call this from a coroutine, or from a function of a stage that it derived");
        }
        return scope;
    }

    /** The runtime this scope's work runs on. */
    Duotone runtime();

    /** For reasons, dumps and logs; null when it was given none. */
    @Nullable String name();

    /**
     * Starts a coroutine as a task of this scope and returns at once (row T11). A failure of the task fails the scope,
     * also when the task is awaited.
     */
    <T extends @Nullable Object> Task<T> spawn(Coroutine<T> coroutine);

    /** As {@link #spawn(Coroutine)}, with a name for reasons, dumps and logs. */
    default <T extends @Nullable Object> Task<T> spawn(String name, Coroutine<T> coroutine) {
        return spawn(TaskOptions.defaults().named(name), coroutine);
    }

    /**
     * As {@link #spawn(Coroutine)}, with a name and a role in the scope (row R4).
     *
     * <p><b>Errors</b>: {@link IllegalStateException} for a master or background task in a scope of kotlinx, which knows
     * no such roles.
     */
    <T extends @Nullable Object> Task<T> spawn(TaskOptions options, Coroutine<T> coroutine);

    /** As {@link #spawn(Coroutine)}, but empty when the scope has ended (row C9). */
    default <T extends @Nullable Object> Optional<Task<T>> trySpawn(Coroutine<T> coroutine) {
        return trySpawn(TaskOptions.defaults(), coroutine);
    }

    /** As {@link #spawn(TaskOptions, Coroutine)}, but empty when the scope has ended (row C9). */
    <T extends @Nullable Object> Optional<Task<T>> trySpawn(TaskOptions options, Coroutine<T> coroutine);

    /**
     * Starts two coroutines and gives both results. Both run to their end even when one fails; the task then fails with
     * the first failure, the other is suppressed in it (row C3).
     */
    <A extends @Nullable Object, B extends @Nullable Object> Task<Both<A, B>> spawn(
            Coroutine<A> first, Coroutine<B> second);

    /** Starts three coroutines and gives the three results; failures as in {@link #spawn(Coroutine, Coroutine)}. */
    <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object> Task<Three<A, B, C>> spawn(
            Coroutine<A> first, Coroutine<B> second, Coroutine<C> third);

    /**
     * Starts all coroutines as one group and gives the results in the order of the collection; an empty collection gives
     * an empty list. All run to their end even when some fail; the task then fails with the first failure, the others
     * are suppressed in it (rows T11, C3). The light way to start very many: members share one job, so that only the
     * whole group can be cancelled.
     */
    <T extends @Nullable Object> Task<List<T>> spawn(Collection<? extends Coroutine<? extends T>> coroutines);

    /**
     * Runs a blocking call on the blocking pool (rows T16-T18, C11, C12).
     *
     * <p><b>Cancellation</b>: still queued, the call is dropped; running, its thread is interrupted, and the scope waits
     * for the thread to end.
     */
    <T extends @Nullable Object> Task<T> spawnBlocking(Callable<? extends T> call);

    /**
     * Completes after at least {@code duration}; zero or less completes at once (row T29). Nanosecond resolution.
     *
     * <p><b>Cancellation</b>: cancelling the task takes the timer out.
     */
    Task<@Nullable Void> sleep(Duration duration);

    /** Completes after the work that is ready now has had its turn (rows T14, S24). */
    Task<@Nullable Void> yieldNow();

    /** Completes after the next look of the worker at timers and I/O, behind what this look made ready (row S25). */
    Task<@Nullable Void> skipPollCycle();

    /**
     * A view of this scope for code that shares state without locks: what is started in it, and what is derived from the
     * tasks that it returns, takes turns, one at a time and in the order in which it became ready, on whichever worker is
     * free (row C15). Scopes inside are confined with it. Each call gives a view of its own; two views do not exclude
     * each other.
     *
     * <p>The functions of other objects' tasks, a socket's for one, take no turns by themselves: start such work as a
     * coroutine, {@code confined.spawn(s -> stream.receiveSome())}. Calls on the blocking pool run outside of the turns
     * and their results come back into one.
     *
     * <p><b>Errors</b>: an {@link Coroutines#async} body, which has a thread of its own, fails in it with
     * {@link IllegalStateException}.
     *
     * <p><b>Threads</b>: what was done in one turn happens-before the next.
     */
    Scope confined();

    /**
     * A view of this scope in which at most {@code limit} tasks run at a time (rows S45, Y24); see {@link LimitedScope}.
     *
     * <p><b>Errors</b>: {@link IllegalArgumentException} for a limit of less than 1.
     */
    LimitedScope limited(int limit);

    /** As {@link Duotone#interval(Duration)}, on the runtime of this scope. */
    default Interval interval(Duration period) {
        return runtime().interval(period);
    }

    /** As {@link #cycle(String, Duration, Coroutine)}, without a name. */
    default <T extends @Nullable Object> Cycle cycle(Duration period, Coroutine<T> function) {
        Objects.requireNonNull(function, "function");
        Cycle cycle = cycle(period);
        cycle.append(function);
        return cycle;
    }

    /**
     * Calls {@code function} again and again, {@code period} after the last time (rows S46, C24), until this scope has
     * nothing else to wait for or {@link Cycle#cancel} is called; see {@link Cycle}.
     *
     * <p><b>Errors</b>: {@link IllegalArgumentException} when the period is not positive; {@link IllegalStateException} when
     * the scope has ended, or is one of kotlinx.
     *
     * @param name for reports of failures, reasons, dumps and logs
     * @param period from the end of a run to the beginning of the next; more than zero, nanosecond resolution
     */
    default <T extends @Nullable Object> Cycle cycle(String name, Duration period, Coroutine<T> function) {
        Objects.requireNonNull(function, "function");
        Cycle cycle = cycle(name, period);
        cycle.append(function);
        return cycle;
    }

    /** As {@link #cycle(Duration, Coroutine)}, with no function yet: see {@link Cycle#append}. */
    Cycle cycle(Duration period);

    /** As {@link #cycle(String, Duration, Coroutine)}, with no function yet: see {@link Cycle#append}. */
    Cycle cycle(String name, Duration period);

    /** As {@link #fork(ScopeOptions, Coroutine)} with the defaults. */
    default <T extends @Nullable Object> Task<T> fork(Coroutine<T> body) {
        return fork(ScopeOptions.defaults(), body);
    }

    /**
     * Runs {@code body} in a scope of its own inside this one (rows R20, C4); the task ends when that scope has ended,
     * all its tasks included. Cancelling this scope cancels the forked one, and its timeout reaches it. A failure of the
     * forked scope does not hurt this one: the returned task fails with it, in the shape that the options say, and the
     * uncaught handler gets it when nothing depends on the task.
     */
    <T extends @Nullable Object> Task<T> fork(ScopeOptions options, Coroutine<T> body);

    /** As {@link #isolate(ScopeOptions, Coroutine)} with the defaults. */
    default <T extends @Nullable Object> Task<Outcome<T>> isolate(Coroutine<T> body) {
        return isolate(ScopeOptions.defaults(), body);
    }

    /** As {@link #open(ScopeOptions)} with the defaults. */
    default OpenScope open() {
        return open(ScopeOptions.defaults());
    }

    /**
     * Opens a scope inside this one that stays open until it is completed, closed or cancelled, also when it has nothing to do
     * (rows R3, R12). Cancelling this scope cancels it, and this scope waits for its end.
     */
    OpenScope open(ScopeOptions options);

    /**
     * Runs {@code body} in a scope of its own inside this one and gives its outcome as a value: a failure cancels the
     * tasks of that scope alone, and nothing else (rows Y28, C4).
     *
     * <p><b>Cancellation</b>: of the task, or of this scope, is no outcome: the task is cancelled. <b>Errors</b>: what is
     * no {@link Exception}, an {@link AssertionError} for one, is the failure of the task.
     */
    <T extends @Nullable Object> Task<Outcome<T>> isolate(ScopeOptions options, Coroutine<T> body);

    /**
     * Runs {@code body} in a scope of its own inside this one, and fails with a
     * {@link java.util.concurrent.TimeoutException} when it takes longer than {@code timeout} (rows S21, R17, C10).
     * Body and tasks are then cancelled with a reason of kind {@link CancelReason.Kind#TIMEOUT}, and the task ends after
     * their cleanup. A failure goes to whoever depends on the task, as for {@link #fork}.
     *
     * @param timeout zero or less: fails at once, and the body does not start
     */
    default <T extends @Nullable Object> Task<T> failAfter(Duration timeout, Coroutine<T> body) {
        if (timeout.isNegative() || timeout.isZero()) {
            return fork(inner -> {
                throw new TimeoutException("timed out at once: the time given was " + timeout);
            });
        }
        return fork(ScopeOptions.defaults().timeout(timeout), body);
    }

    /**
     * Runs {@code body} in a scope of its own inside this one, and gives it up without a failure when it takes longer
     * than {@code timeout} (rows T30, Y20, C10); otherwise as {@link #failAfter}.
     *
     * @param timeout zero or less: times out at once, and the body does not start
     */
    <T extends @Nullable Object> Task<Timed<T>> moveOnAfter(Duration timeout, Coroutine<T> body);

    /**
     * As {@link #failAfter}, at an absolute time of the {@linkplain Duotone#time clock of the runtime} (rows S21, C10). So
     * several calls can share one deadline; that of a scope around this one, if earlier, comes first.
     *
     * @param deadline already past: fails at once, and the body does not start
     */
    <T extends @Nullable Object> Task<T> failAt(Duration deadline, Coroutine<T> body);

    /**
     * Runs {@code iteration} again and again, each time when the stage of the last run is done, until it gives false: the
     * loop of the stage tone. All runs share one scope inside this one, in which {@code iteration} is started; the task
     * ends when that has ended.
     *
     * <pre>{@code
     * return scope.repeat(s -> stream.receiveSome(4096).thenCompose(this::handle));
     * }</pre>
     *
     * <p><b>Cancellation</b>: between two runs, and of the stage that is waited for. <b>Errors</b>: what a run fails with ends
     * the loop, and is the failure of the task. <b>Threads</b>: runs are on workers, and let others have their turn however
     * short they are.
     */
    Task<@Nullable Void> repeat(Coroutine<Boolean> iteration);

    /**
     * Runs {@code iteration} again and again, until it gives false, and fails with a
     * {@link java.util.concurrent.TimeoutException} when one run takes longer than {@code timeout} (row S22).
     */
    Task<@Nullable Void> repeatTimeout(Duration timeout, Coroutine<Boolean> iteration);

    /**
     * Runs all coroutines and gives the outcome of the first to end, a value or a failure; the others are cancelled, and
     * the task ends after their cleanup (row T27). They start one after the other in the order given, so of those whose
     * stage is done at once the first wins, and what comes after it does not start. One that is cancelled by itself is
     * out of the race; when all are, the task is cancelled with the first of these cancellations.
     *
     * <p><b>Cancellation</b>: cancels all. A value that comes too late is closed when it is {@link AutoCloseable}. The
     * losers see a reason of kind {@link CancelReason.Kind#SCOPE_CLOSED}.
     *
     * <p><b>Errors</b>: {@link IllegalArgumentException} when there are no coroutines. What fails in the cleanup of a
     * loser goes to the uncaught handler.
     */
    <T extends @Nullable Object> Task<T> race(Collection<? extends Coroutine<? extends T>> coroutines);

    /** As {@link #race(Collection)}, for two. */
    default <T extends @Nullable Object> Task<T> race(Coroutine<? extends T> first, Coroutine<? extends T> second) {
        return race(List.of(first, second));
    }

    /**
     * Starts all coroutines at once, in a scope of their own inside this one, and gives their outcomes in the order in which
     * they end (rows T21, Y25). A coroutine that fails, or is cancelled by itself, gives a failed outcome, and the iteration
     * goes on (row C23). This scope waits for all of them.
     *
     * <p>Outcomes wait for whoever takes them, also when this scope has ended. {@linkplain AsyncIterator#close Close} the
     * iterator unless you take all.
     *
     * <p><b>Cancellation</b>: of this scope, cancels them all. {@link AsyncIterator#close} does too, with a reason of kind
     * {@link CancelReason.Kind#SCOPE_CLOSED}.
     */
    <T extends @Nullable Object> AsyncIterator<Outcome<T>> asCompleted(
            Collection<? extends Coroutine<? extends T>> coroutines);

    /** As {@link #map(Collection, int, Function)}, without a limit. */
    default <A extends @Nullable Object, B extends @Nullable Object> Task<List<B>> map(
            Collection<A> elements, Function<? super A, ? extends Coroutine<? extends B>> transform) {
        return map(elements, Integer.MAX_VALUE, transform);
    }

    /**
     * Runs the coroutine that {@code transform} makes of each element, and gives the results in the order of the elements
     * (row T19). All run to their end even when some fail; then the task fails with the first failure, the others are
     * suppressed in it (rows T11, C3).
     *
     * @param limit the most that run at a time; at least 1
     */
    <A extends @Nullable Object, B extends @Nullable Object> Task<List<B>> map(
            Collection<A> elements, int limit, Function<? super A, ? extends Coroutine<? extends B>> transform);

    /** As {@link #mapBlocking(Collection, int, BlockingFunction)}, with no limit but the size of the pool. */
    default <A extends @Nullable Object, B extends @Nullable Object> Task<List<B>> mapBlocking(
            Collection<A> elements, BlockingFunction<? super A, ? extends B> transform) {
        return mapBlocking(elements, Integer.MAX_VALUE, transform);
    }

    /** As {@link #map(Collection, int, Function)}, for calls that block, on the blocking pool (row T20). */
    <A extends @Nullable Object, B extends @Nullable Object> Task<List<B>> mapBlocking(
            Collection<A> elements, int limit, BlockingFunction<? super A, ? extends B> transform);

    /**
     * Moves the timeout of this scope: it now fails with a {@link java.util.concurrent.TimeoutException} when
     * {@code timeout} from now has passed (rows R17, R18). Zero or less: at once. Moving it to a later time again and
     * again is cheap. Nanosecond resolution.
     *
     * <p><b>Errors</b>: {@link IllegalStateException} when the scope has ended, and in a scope of kotlinx, which has no
     * timeout.
     */
    void timeoutAfter(Duration timeout);

    /** Takes back the timeout of this scope (row R18). <b>Errors</b>: as for {@link #timeoutAfter}. */
    void clearTimeout();

    /**
     * As {@link #timeoutAfter}, at an absolute time of the {@linkplain Duotone#time clock of the runtime} (rows R18, C10).
     *
     * @param deadline already past: at once
     */
    void timeoutAt(Duration deadline);

    /**
     * When this scope will have timed out, on the {@linkplain Duotone#time clock of the runtime}: the earliest deadline of
     * its own and of the scopes around it (rows R18, R21, C10); empty when there is none. The timeouts of kotlinx around
     * or in between, {@code withTimeout} for one, are not seen.
     */
    Optional<Duration> deadline();

    /** How long until {@link #deadline}; not negative, and empty when there is none. */
    Optional<Duration> timeLeft();

    /**
     * Cancels all tasks of this scope with a reason of kind {@link CancelReason.Kind#CANCELLED}. Returns at once: the
     * scope ends after their cleanup.
     *
     * @return whether this call was the one that cancelled it
     */
    default boolean cancel(String message) {
        return cancel(CancelReason.cancelled(message));
    }

    /** Cancels all tasks of this scope; see {@link #cancel(String)}. */
    boolean cancel(CancelReason reason);

    /**
     * The tasks of this scope that have not ended, those of kotlinx among them, with what runs in each (row R24). A part
     * of a body without a name of its own, an {@link Coroutines#async} body or a {@code coroutineScope} of kotlinx, is no task: what runs
     * in it is listed in its place. The members of a group are none either. A look in passing: each task is looked at for itself, while the others go on.
     */
    List<TaskInfo> tasks();

    /** Whether the scope has been neither cancelled nor ended. */
    boolean isActive();

    /**
     * This scope, as seen by code that gives what it starts here a value for {@code key} (rows T63, C28). It is the same
     * scope otherwise: same lifetime, same tasks.
     *
     * @param value null for none: hides one that the scope or the spawning code has
     */
    <V> Scope with(ContextKey<V> key, @Nullable V value);

    /** The value that a task spawned here, by code that has none of its own, begins with; null for none (row C28). */
    <V> @Nullable V get(ContextKey<V> key);
}
