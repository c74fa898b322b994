// Over 600 lines: all methods of CompletionStage narrow their type here, about 250 lines of nothing else.
package io.duotone;

import io.duotone.spi.DuotoneProvider;
import io.duotone.spi.Failures;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Started work: a {@link CompletableFuture} that only its runtime completes (rows T11, C13, C17). Everything that a
 * {@link CompletionStage} can do, a task can; what is derived from it is a task again, whose async forms without an
 * executor run on the same runtime. The completing methods of {@code CompletableFuture} are refused.
 *
 * <p><b>Cancellation</b>: {@link #cancel(CancelReason)} completes the task at once and stops the work behind it. It
 * then goes upstream: a derived task cancels what it waits for (its source or both of its sources, and the stage that a
 * {@code thenCompose} or {@code exceptionallyCompose} function returned), each unless another still waits for it, it is
 * {@linkplain #shared() shared}, or it has ended. So cancelling the end of a chain stops the work at its beginning. A
 * dependent is a task derived from this one that is neither cancelled nor done, a thread blocked in {@link #join} or
 * {@link #get}, and an {@link Coroutines#await await}; stages of other libraries that wait for a task, and
 * {@link CompletableFuture#allOf}, are not seen. A {@code CompletableFuture} that is no task cannot tell who waits for
 * it and is cancelled at once; hand over a {@link CompletableFuture#copy() copy} to protect it.
 *
 * <p><b>Errors</b>: as {@code CompletableFuture} has them: {@link #join} throws {@link CompletionException},
 * {@link #get} throws {@link ExecutionException}, each around the failure; both throw {@link TaskCancelledException}
 * when the task was cancelled. A failing stage has no effect beyond its dependents.
 *
 * <p><b>Threads</b>: all methods may be called from any thread, but {@code join} and {@code get} are refused on a
 * worker unless the task is done (row C16). A function given to a form without {@code Async} runs on the thread that
 * completes the task, usually a worker, or on the calling thread when the task is done: it must not block.
 *
 * <p>Subclasses complete the task through {@link #succeed} and {@link #fail} and stop the work in {@link #onCancel}.
 */
/*
 * Who touches what:
 *
 *   field      written by                              read by            mode
 *   ---------  --------------------------------------  -----------------  --------------------------------------------
 *   executor   constructor                             any                final
 *   name       constructor                             any                final
 *   upstream   the deriving thread, before it hands    the canceller      set: release, before the task is handed out;
 *              the task out; the canceller takes it;                      take: getAndSet; forget: opaque, only when
 *              whoever finds the task done forgets it                     done, not cancelled, so never racing a take
 *   waiting    claim and release                       the releaser       getAndAdd
 *   shared     shared()                                the releaser       volatile
 *   heard      whoever looks at a task that has        whoever reports    volatile
 *              failed (true)                           what nobody hears
 *   blocked    a thread about to block for it (true)   the completer      plain: a hint
 *
 * Life of a task (result is CompletableFuture's own word, set once by a CAS; everything else follows from it):
 *
 *             succeed / fail / a step of CompletableFuture
 *   pending ------------------------------------------------> done        upstream: dropped by the step, the pair, or
 *      |                                                                  the next call that finds the task done
 *      |      cancel (own, or upstream from the last dependent)
 *      +---------------------------------------------------> cancelled    its winner alone calls onCancel, takes
 *                                                                         upstream and releases what it held there
 *
 * No-ops: cancel, succeed, fail on a done task; cancel when withdraw says no.
 */
public class Task<T extends @Nullable Object> extends CompletableFuture<T> {
    private static final String TIMEOUT_ADVICE =
            "cancel(reason) stops it when your time is up; minimalCompletionStage().toCompletableFuture() gives a"
                    + " future that may time out on its own";

    private static final VarHandle UPSTREAM;
    private static final VarHandle WAITING;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            UPSTREAM = lookup.findVarHandle(Task.class, "upstream", Upstream.class);
            WAITING = lookup.findVarHandle(Task.class, "waiting", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Executor executor;
    private final @Nullable String name;

    @SuppressWarnings("unused") // through UPSTREAM
    private @Nullable Upstream upstream;

    @SuppressWarnings("unused") // through WAITING
    private int waiting;

    private volatile boolean shared;

    private volatile boolean heard;

    private boolean blocked;

    /**
     * A pending task.
     *
     * @param executor runs the async stages of this task and of everything derived from it, unless they name their own
     * @param name for reasons, dumps and logs
     */
    protected Task(Executor executor, @Nullable String name) {
        this.executor = Objects.requireNonNull(executor, "executor");
        this.name = name;
    }

    /** A task that is done with this value. Its async stages run on the runtime that is current when they are made. */
    public static <T extends @Nullable Object> Task<T> completed(T value) {
        Task<T> task = new Task<>(CurrentRuntime.EXECUTOR, null);
        task.succeed(value);
        return task;
    }

    /**
     * A task that has failed with this exception, or that is cancelled when it is a {@link CancellationException}. Its
     * async stages run on the runtime that is current when they are made.
     */
    public static <T extends @Nullable Object> Task<T> failed(Throwable failure) {
        Task<T> task = new Task<>(CurrentRuntime.EXECUTOR, null);
        task.fail(failure);
        return task;
    }

    // For subclasses.

    /** Completes the task with a value; false when it was done already. */
    protected final boolean succeed(T value) {
        return super.complete(value);
    }

    /**
     * Completes the task with a failure, which cancels it when it is a {@link CancellationException}; false when it was
     * done already. {@link #onCancel} is not called.
     */
    protected final boolean fail(Throwable failure) {
        return super.completeExceptionally(failure);
    }

    /**
     * Stops the work behind the task. Called once, by the {@link #cancel(CancelReason)} that cancelled it, on the
     * thread of its caller and after the task is done. What it throws is thrown by that {@code cancel}, after all of
     * upstream has been reached. Does nothing here.
     */
    protected void onCancel(CancelReason reason) {}

    /**
     * Asked before the task is cancelled, for work that can be taken back up to a point and not beyond: whether it has been
     * taken back now. After a no the task is not cancelled, the {@code cancel} says false, and the work must complete the
     * task with what has come of it. Called on the thread of the canceller, by several at a time, and also when the task is
     * done meanwhile. What it throws counts as a no, and is thrown by that {@code cancel}. Says yes here.
     *
     * @param direct whether {@code cancel} was called on this task, so that its caller hears the answer; else the last of
     *     its dependents was cancelled, and nobody may look at what the task ends with
     */
    protected boolean withdraw(CancelReason reason, boolean direct) {
        return true;
    }

    /**
     * Looks after a value that nobody will take: it was there, but the only body that awaited it had been cancelled. A
     * {@link #shared} task is left alone. Does nothing here.
     */
    protected void untaken(T value) {}

    // What it is.

    /** The name given at its spawn, or null. Derived tasks have none. */
    public final @Nullable String name() {
        return name;
    }

    /**
     * Why the task was cancelled, or null when it was not. A task that merely depends on a cancelled one has failed, as
     * in {@code CompletableFuture}: it is not {@linkplain #isCancelled() cancelled}, yet it tells the reason here too.
     */
    public final @Nullable CancelReason cancelReason() {
        Throwable failure = failureOrNull();
        if (failure instanceof CompletionException && failure.getCause() != null) {
            failure = failure.getCause();
        }
        return failure instanceof CancellationException cancellation ? CancelReason.of(cancellation) : null;
    }

    /**
     * Opts this task out of being cancelled by its dependents, for good, and returns it: for a result that several
     * callers hold, now or later. A direct {@code cancel} still cancels it.
     */
    public final Task<T> shared() {
        shared = true;
        return this;
    }

    @Override
    public final Executor defaultExecutor() {
        return executor;
    }

    @Override
    public final <U extends @Nullable Object> Task<U> newIncompleteFuture() {
        return new Task<>(executor, null);
    }

    @Override
    public final Task<T> toCompletableFuture() {
        return this;
    }

    /** Same as {@code thenApply(value -> value)}: a task that may be cancelled without cancelling what others await. */
    @Override
    public final Task<T> copy() {
        return thenApply(value -> value);
    }

    /**
     * A stage that offers nothing but the methods of {@link CompletionStage}. It cannot be cancelled, so from then on
     * this task does not get cancelled by its dependents. {@code minimalCompletionStage().toCompletableFuture()} is a
     * plain future that its holder may complete.
     */
    @Override
    public final CompletionStage<T> minimalCompletionStage() {
        claim();
        return super.minimalCompletionStage();
    }

    // Cancelling.

    /**
     * Cancels the task, the work behind it, and upstream; see the class. Returns at once, the work may still be
     * cleaning up. The reason travels unchanged, to {@link #onCancel} and in the {@link TaskCancelledException}.
     *
     * @return whether the task is cancelled now, by this call or before; false when it ended otherwise, or its work can no
     *     more be taken back
     */
    public final boolean cancel(CancelReason reason) {
        Objects.requireNonNull(reason, "reason");
        if (isDone()) {
            return isCancelled();
        }
        if (!withdraw(reason, true)) {
            return isCancelled();
        }
        TaskCancelledException cancellation = new TaskCancelledException(reason);
        if (completeCancelled(cancellation)) {
            new Cancellation(cancellation).travelFrom(this);
        }
        return isCancelled();
    }

    /** Cancels with a reason of kind {@link CancelReason.Kind#CANCELLED} in these words, its origin the task's name. */
    public final boolean cancel(String message) {
        return cancel(CancelReason.cancelled(message).from(name));
    }

    /** Cancels as {@link #cancel(CancelReason)} does; the parameter has no effect. */
    @Override
    public final boolean cancel(boolean mayInterruptIfRunning) {
        return isDone() ? isCancelled() : cancel("cancelled by its holder");
    }

    /** Completes this task as cancelled; its winner must then go upstream. */
    final boolean completeCancelled(TaskCancelledException cancellation) {
        return super.completeExceptionally(cancellation);
    }

    /** Takes the link to what this task waits for; for the one call that cancelled it. */
    final @Nullable Upstream takeUpstream() {
        return (Upstream) UPSTREAM.getAndSet(this, null);
    }

    /** Counts somebody who waits for this task. */
    final void claim() {
        WAITING.getAndAdd(this, 1);
        noteHeard();
    }

    /** Takes back the claim of somebody who has got the outcome. */
    final void leave() {
        noteHeard();
        release();
    }

    /** Somebody looks at the task, which may have failed already. */
    private void noteHeard() {
        if (!heard && isCompletedExceptionally()) {
            heard = true;
        }
    }

    /**
     * Whether somebody waits for this task, or has looked at its failure: then the failure is in good hands, and need not
     * be reported.
     */
    protected final boolean isHeard() {
        // In this order, since leave notes it first and then goes.
        return (int) WAITING.getVolatile(this) > 0 || heard || getNumberOfDependents() > 0;
    }

    /**
     * Whether all that is known to wait for this task is one blocked thread: then completing it runs no function, and may be
     * done on any thread. A hint: what is derived from the task meanwhile is not seen.
     */
    protected final boolean isBlockedOnAlone() {
        return blocked && (int) WAITING.getVolatile(this) == 1;
    }

    /** Takes back a claim; true when it was the last one and the task may be cancelled for want of dependents. */
    final boolean release() {
        return (int) WAITING.getAndAdd(this, -1) == 1 && !shared;
    }

    /** The caller was cancelled before it took the outcome, and has given its claim back. */
    final void givenUp() {
        if (!shared && (int) WAITING.getVolatile(this) == 0 && isDone() && !isCompletedExceptionally()) {
            untaken(super.join());
        }
    }

    // Waiting.

    /**
     * Blocks until the task is done.
     *
     * @throws IllegalStateException on a worker, unless the task is done
     */
    @Override
    public final T join() {
        boolean claimed = claimToBlock("Task.join");
        try {
            return super.join();
        } catch (CancellationException e) {
            throw thrownHere(e);
        } finally {
            if (claimed) {
                leave();
            }
        }
    }

    /** As {@link #join}, with the exceptions of {@link java.util.concurrent.Future#get()}. */
    @Override
    public final T get() throws InterruptedException, ExecutionException {
        boolean claimed = claimToBlock("Task.get");
        try {
            return super.get();
        } catch (CancellationException e) {
            throw thrownHere(e);
        } finally {
            if (claimed) {
                leave();
            }
        }
    }

    /** As {@link #get()}, at most for the time given. A timeout leaves the task running. */
    @Override
    public final T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        boolean claimed = claimToBlock("Task.get");
        try {
            return super.get(timeout, unit);
        } catch (CancellationException e) {
            throw thrownHere(e);
        } finally {
            if (claimed) {
                leave();
            }
        }
    }

    @Override
    public final T getNow(T valueIfAbsent) {
        noteHeard();
        try {
            return super.getNow(valueIfAbsent);
        } catch (CancellationException e) {
            throw thrownHere(e);
        }
    }

    /** As {@link #get()} for {@link Coroutines#await}, which has checked the thread and claimed the task. */
    final T getClaimed() throws InterruptedException, ExecutionException {
        blocked = true;
        return super.get();
    }

    private boolean claimToBlock(String call) {
        if (settled()) {
            return false;
        }
        DuotoneProvider.get().await().checkMayBlock(call);
        claim();
        blocked = true;
        return true;
    }

    /** Tells the reason on every JDK: newer ones wrap the cancellation in a plain CancellationException. */
    private static CancellationException thrownHere(CancellationException thrown) {
        if (!(Failures.unwrap(thrown) instanceof TaskCancelledException original)) {
            return thrown;
        }
        TaskCancelledException here = new TaskCancelledException(original.reason());
        here.initCause(original);
        return here;
    }

    private @Nullable Throwable failureOrNull() {
        if (!isCompletedExceptionally()) {
            return null;
        }
        try {
            super.join();
            return null;
        } catch (CompletionException | CancellationException e) {
            return Failures.unwrap(e);
        }
    }

    /** One line: name, state, and what it waits for. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder("Task");
        if (name != null) {
            line.append(' ').append(name);
        }
        line.append('@').append(Integer.toHexString(System.identityHashCode(this)));
        Throwable failure = failureOrNull();
        if (failure instanceof CancellationException cancellation && isCancelled()) {
            return line.append("[cancelled, ")
                    .append(CancelReason.of(cancellation))
                    .append(']')
                    .toString();
        }
        if (failure != null) {
            return line.append("[failed, ").append(failure).append(']').toString();
        }
        if (isDone()) {
            return line.append("[done]").toString();
        }
        line.append("[pending, ").append((int) WAITING.getVolatile(this)).append(" waiting");
        Upstream waitedFor = (Upstream) UPSTREAM.getVolatile(this);
        if (waitedFor != null) {
            line.append(", derived");
        }
        return line.append(shared ? ", shared]" : "]").toString();
    }

    // What a task refuses.

    /** Refused: only the work behind a task completes it. */
    @Override
    public final boolean complete(T value) {
        throw refused("complete", "cancel(reason) stops it; to complete a future yourself, make a CompletableFuture");
    }

    /** Refused: only the work behind a task completes it. */
    @Override
    public final boolean completeExceptionally(Throwable ex) {
        throw refused("completeExceptionally", "cancel(reason) stops it");
    }

    /** Refused: only the work behind a task completes it. */
    @Override
    public final CompletableFuture<T> completeAsync(Supplier<? extends T> supplier) {
        throw refused("completeAsync", "spawn a coroutine in a Scope, or use CompletableFuture.supplyAsync");
    }

    /** Refused: only the work behind a task completes it. */
    @Override
    public final CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
        throw refused("completeAsync", "spawn a coroutine in a Scope, or use CompletableFuture.supplyAsync");
    }

    /** Refused: a result never changes. */
    @Override
    public final void obtrudeValue(T value) {
        throw refused("obtrudeValue", "derive a task with the other value: handle((value, failure) -> other)");
    }

    /** Refused: a result never changes. */
    @Override
    public final void obtrudeException(Throwable ex) {
        throw refused("obtrudeException", "derive a task that fails: thenCompose(value -> Task.failed(exception))");
    }

    /** Refused: the work would go on behind a failed task. */
    @Override
    public final CompletableFuture<T> orTimeout(long timeout, TimeUnit unit) {
        throw refused("orTimeout", TIMEOUT_ADVICE);
    }

    /** Refused: the work would go on behind a completed task. */
    @Override
    public final CompletableFuture<T> completeOnTimeout(T value, long timeout, TimeUnit unit) {
        throw refused("completeOnTimeout", TIMEOUT_ADVICE);
    }

    private static UnsupportedOperationException refused(String method, String instead) {
        return new UnsupportedOperationException(
                "Task." + method + ": only the work behind a task completes it; " + instead);
    }

    // Deriving: the link of the new task to this one.

    private <A extends @Nullable Object, B extends @Nullable Object> Function<A, B> functionStep(Function<A, B> fn) {
        return settled() ? fn : new Step.OfFunction<>(this, fn);
    }

    private <A extends @Nullable Object> Consumer<A> consumerStep(Consumer<A> action) {
        return settled() ? action : new Step.OfConsumer<>(this, action);
    }

    private Runnable runnableStep(Runnable action) {
        return settled() ? action : new Step.OfRunnable(this, action);
    }

    private <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>
            BiFunction<A, B, C> biFunctionStep(BiFunction<A, B, C> fn) {
        return settled() ? fn : new Step.OfBiFunction<>(this, fn);
    }

    private <A extends @Nullable Object, B extends @Nullable Object> BiConsumer<A, B> biConsumerStep(
            BiConsumer<A, B> action) {
        return settled() ? action : new Step.OfBiConsumer<>(this, action);
    }

    // What an executor runs, or what waits for two, always needs its step: it may run somewhere else, and there in the
    // context of the code here.

    private <A extends @Nullable Object, B extends @Nullable Object> Function<A, B> asyncFunctionStep(
            Function<A, B> fn) {
        return new Step.OfFunction<>(settled() ? null : this, fn);
    }

    private <A extends @Nullable Object> Consumer<A> asyncConsumerStep(Consumer<A> action) {
        return new Step.OfConsumer<>(settled() ? null : this, action);
    }

    private Runnable asyncRunnableStep(Runnable action) {
        return new Step.OfRunnable(settled() ? null : this, action);
    }

    private <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>
            BiFunction<A, B, C> asyncBiFunctionStep(BiFunction<A, B, C> fn) {
        return new Step.OfBiFunction<>(settled() ? null : this, fn);
    }

    private <A extends @Nullable Object, B extends @Nullable Object> BiConsumer<A, B> asyncBiConsumerStep(
            BiConsumer<A, B> action) {
        return new Step.OfBiConsumer<>(settled() ? null : this, action);
    }

    private <A extends @Nullable Object, S extends CompletionStage<?>> Function<A, S> composeStep(Function<A, S> fn) {
        return new Step.OfCompose<>(settled() ? null : this, fn);
    }

    /** The new task waits for this one, unless the function was not wrapped because there was nothing to wait for. */
    private <U extends @Nullable Object> Task<U> linked(CompletableFuture<U> made, Object step) {
        Task<U> derived = (Task<U>) made;
        if (step instanceof Step<?> wrapped && !derived.isDone()) {
            claim();
            UPSTREAM.setRelease(derived, wrapped.link);
        }
        return derived;
    }

    /** The new task waits for this one and another. */
    private <U extends @Nullable Object> Task<U> joined(CompletableFuture<U> made, CompletionStage<?> other) {
        Task<U> derived = (Task<U>) made;
        noteHeard();
        if (other instanceof Task<?> task) {
            task.noteHeard();
        }
        if (!derived.isDone()) {
            Upstream.OfTwo link = new Upstream.OfTwo(derived, this, other);
            UPSTREAM.setRelease(derived, link);
            derived.hook(link);
        }
        return derived;
    }

    /** CompletableFuture derives an either-stage from the source that is done: from a stranger comes no task. */
    private <U extends @Nullable Object> CompletableFuture<U> raced(CompletableFuture<U> made) {
        if (made instanceof Task<U> derived && derived.executor == executor) {
            return made;
        }
        Task<U> adopted = newIncompleteFuture();
        var unused = made.handle((value, failure) -> failure == null ? adopted.succeed(value) : adopted.fail(failure));
        return adopted;
    }

    private void hook(BiFunction<@Nullable Object, @Nullable Throwable, @Nullable Object> hook) {
        var unused = super.handle(hook);
    }

    /** Whether the task is done. One that is needs its link no more, unless it is for its canceller to take. */
    private boolean settled() {
        if (!isDone()) {
            return false;
        }
        if (UPSTREAM.getOpaque(this) != null && !isCancelled()) {
            UPSTREAM.setOpaque(this, null);
        }
        noteHeard();
        return true;
    }

    // CompletionStage: CompletableFuture does the work, the links are ours.

    @Override
    public <U extends @Nullable Object> Task<U> thenApply(Function<? super T, ? extends U> fn) {
        var step = functionStep(fn);
        return linked(super.thenApply(step), step);
    }

    @Override
    public <U extends @Nullable Object> Task<U> thenApplyAsync(Function<? super T, ? extends U> fn) {
        var step = asyncFunctionStep(fn);
        return linked(super.thenApplyAsync(step), step);
    }

    @Override
    public <U extends @Nullable Object> Task<U> thenApplyAsync(Function<? super T, ? extends U> fn, Executor executor) {
        var step = asyncFunctionStep(fn);
        return linked(super.thenApplyAsync(step, executor), step);
    }

    @Override
    public Task<@Nullable Void> thenAccept(Consumer<? super T> action) {
        var step = consumerStep(action);
        return linked(super.thenAccept(step), step);
    }

    @Override
    public Task<@Nullable Void> thenAcceptAsync(Consumer<? super T> action) {
        var step = asyncConsumerStep(action);
        return linked(super.thenAcceptAsync(step), step);
    }

    @Override
    public Task<@Nullable Void> thenAcceptAsync(Consumer<? super T> action, Executor executor) {
        var step = asyncConsumerStep(action);
        return linked(super.thenAcceptAsync(step, executor), step);
    }

    @Override
    public Task<@Nullable Void> thenRun(Runnable action) {
        var step = runnableStep(action);
        return linked(super.thenRun(step), step);
    }

    @Override
    public Task<@Nullable Void> thenRunAsync(Runnable action) {
        var step = asyncRunnableStep(action);
        return linked(super.thenRunAsync(step), step);
    }

    @Override
    public Task<@Nullable Void> thenRunAsync(Runnable action, Executor executor) {
        var step = asyncRunnableStep(action);
        return linked(super.thenRunAsync(step, executor), step);
    }

    @Override
    public <U extends @Nullable Object> Task<U> thenCompose(Function<? super T, ? extends CompletionStage<U>> fn) {
        var step = composeStep(fn);
        return linked(super.thenCompose(step), step);
    }

    @Override
    public <U extends @Nullable Object> Task<U> thenComposeAsync(Function<? super T, ? extends CompletionStage<U>> fn) {
        var step = composeStep(fn);
        return linked(super.thenComposeAsync(step), step);
    }

    @Override
    public <U extends @Nullable Object> Task<U> thenComposeAsync(
            Function<? super T, ? extends CompletionStage<U>> fn, Executor executor) {
        var step = composeStep(fn);
        return linked(super.thenComposeAsync(step, executor), step);
    }

    @Override
    public <U extends @Nullable Object> Task<U> handle(
            BiFunction<? super @Nullable T, @Nullable Throwable, ? extends U> fn) {
        var step = biFunctionStep(fn);
        return linked(super.handle(step), step);
    }

    @Override
    public <U extends @Nullable Object> Task<U> handleAsync(
            BiFunction<? super @Nullable T, @Nullable Throwable, ? extends U> fn) {
        var step = asyncBiFunctionStep(fn);
        return linked(super.handleAsync(step), step);
    }

    @Override
    public <U extends @Nullable Object> Task<U> handleAsync(
            BiFunction<? super @Nullable T, @Nullable Throwable, ? extends U> fn, Executor executor) {
        var step = asyncBiFunctionStep(fn);
        return linked(super.handleAsync(step, executor), step);
    }

    @Override
    public Task<T> whenComplete(BiConsumer<? super @Nullable T, ? super @Nullable Throwable> action) {
        var step = biConsumerStep(action);
        return linked(super.whenComplete(step), step);
    }

    @Override
    public Task<T> whenCompleteAsync(BiConsumer<? super @Nullable T, ? super @Nullable Throwable> action) {
        var step = asyncBiConsumerStep(action);
        return linked(super.whenCompleteAsync(step), step);
    }

    @Override
    public Task<T> whenCompleteAsync(
            BiConsumer<? super @Nullable T, ? super @Nullable Throwable> action, Executor executor) {
        var step = asyncBiConsumerStep(action);
        return linked(super.whenCompleteAsync(step, executor), step);
    }

    @Override
    public Task<T> exceptionally(Function<Throwable, ? extends T> fn) {
        var step = functionStep(fn);
        return linked(super.exceptionally(step), step);
    }

    @Override
    public Task<T> exceptionallyAsync(Function<Throwable, ? extends T> fn) {
        var step = asyncFunctionStep(fn);
        return linked(super.exceptionallyAsync(step), step);
    }

    @Override
    public Task<T> exceptionallyAsync(Function<Throwable, ? extends T> fn, Executor executor) {
        var step = asyncFunctionStep(fn);
        return linked(super.exceptionallyAsync(step, executor), step);
    }

    @Override
    public Task<T> exceptionallyCompose(Function<Throwable, ? extends CompletionStage<T>> fn) {
        var step = composeStep(fn);
        return linked(super.exceptionallyCompose(step), step);
    }

    @Override
    public Task<T> exceptionallyComposeAsync(Function<Throwable, ? extends CompletionStage<T>> fn) {
        var step = composeStep(fn);
        return linked(super.exceptionallyComposeAsync(step), step);
    }

    @Override
    public Task<T> exceptionallyComposeAsync(Function<Throwable, ? extends CompletionStage<T>> fn, Executor executor) {
        var step = composeStep(fn);
        return linked(super.exceptionallyComposeAsync(step, executor), step);
    }

    // Stages that wait for both of two.

    @Override
    public <U extends @Nullable Object, V extends @Nullable Object> Task<V> thenCombine(
            CompletionStage<? extends U> other, BiFunction<? super T, ? super U, ? extends V> fn) {
        return joined(super.thenCombine(other, new Step.OfBiFunction<>(null, fn)), other);
    }

    @Override
    public <U extends @Nullable Object, V extends @Nullable Object> Task<V> thenCombineAsync(
            CompletionStage<? extends U> other, BiFunction<? super T, ? super U, ? extends V> fn) {
        return joined(super.thenCombineAsync(other, new Step.OfBiFunction<>(null, fn)), other);
    }

    @Override
    public <U extends @Nullable Object, V extends @Nullable Object> Task<V> thenCombineAsync(
            CompletionStage<? extends U> other, BiFunction<? super T, ? super U, ? extends V> fn, Executor executor) {
        return joined(super.thenCombineAsync(other, new Step.OfBiFunction<>(null, fn), executor), other);
    }

    @Override
    public <U extends @Nullable Object> Task<@Nullable Void> thenAcceptBoth(
            CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> action) {
        return joined(super.thenAcceptBoth(other, new Step.OfBiConsumer<>(null, action)), other);
    }

    @Override
    public <U extends @Nullable Object> Task<@Nullable Void> thenAcceptBothAsync(
            CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> action) {
        return joined(super.thenAcceptBothAsync(other, new Step.OfBiConsumer<>(null, action)), other);
    }

    @Override
    public <U extends @Nullable Object> Task<@Nullable Void> thenAcceptBothAsync(
            CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> action, Executor executor) {
        return joined(super.thenAcceptBothAsync(other, new Step.OfBiConsumer<>(null, action), executor), other);
    }

    @Override
    public Task<@Nullable Void> runAfterBoth(CompletionStage<?> other, Runnable action) {
        return joined(super.runAfterBoth(other, new Step.OfRunnable(null, action)), other);
    }

    @Override
    public Task<@Nullable Void> runAfterBothAsync(CompletionStage<?> other, Runnable action) {
        return joined(super.runAfterBothAsync(other, new Step.OfRunnable(null, action)), other);
    }

    @Override
    public Task<@Nullable Void> runAfterBothAsync(CompletionStage<?> other, Runnable action, Executor executor) {
        return joined(super.runAfterBothAsync(other, new Step.OfRunnable(null, action), executor), other);
    }

    // Stages that wait for the first of two.

    @Override
    public <U extends @Nullable Object> Task<U> applyToEither(
            CompletionStage<? extends T> other, Function<? super T, U> fn) {
        return joined(raced(super.applyToEither(other, new Step.OfFunction<>(null, fn))), other);
    }

    @Override
    public <U extends @Nullable Object> Task<U> applyToEitherAsync(
            CompletionStage<? extends T> other, Function<? super T, U> fn) {
        return joined(raced(super.applyToEitherAsync(other, new Step.OfFunction<>(null, fn))), other);
    }

    @Override
    public <U extends @Nullable Object> Task<U> applyToEitherAsync(
            CompletionStage<? extends T> other, Function<? super T, U> fn, Executor executor) {
        return joined(raced(super.applyToEitherAsync(other, new Step.OfFunction<>(null, fn), executor)), other);
    }

    @Override
    public Task<@Nullable Void> acceptEither(CompletionStage<? extends T> other, Consumer<? super T> action) {
        return joined(raced(super.acceptEither(other, new Step.OfConsumer<>(null, action))), other);
    }

    @Override
    public Task<@Nullable Void> acceptEitherAsync(CompletionStage<? extends T> other, Consumer<? super T> action) {
        return joined(raced(super.acceptEitherAsync(other, new Step.OfConsumer<>(null, action))), other);
    }

    @Override
    public Task<@Nullable Void> acceptEitherAsync(
            CompletionStage<? extends T> other, Consumer<? super T> action, Executor executor) {
        return joined(raced(super.acceptEitherAsync(other, new Step.OfConsumer<>(null, action), executor)), other);
    }

    @Override
    public Task<@Nullable Void> runAfterEither(CompletionStage<?> other, Runnable action) {
        return joined(raced(super.runAfterEither(other, new Step.OfRunnable(null, action))), other);
    }

    @Override
    public Task<@Nullable Void> runAfterEitherAsync(CompletionStage<?> other, Runnable action) {
        return joined(raced(super.runAfterEitherAsync(other, new Step.OfRunnable(null, action))), other);
    }

    @Override
    public Task<@Nullable Void> runAfterEitherAsync(CompletionStage<?> other, Runnable action, Executor executor) {
        return joined(raced(super.runAfterEitherAsync(other, new Step.OfRunnable(null, action), executor)), other);
    }
}
