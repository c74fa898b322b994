package io.duotone.benchmarks.facade;

import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.coroutines.facade.Suspending;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.ExecutorsKt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Nanoseconds for one call from Java of a suspend function. The calls are made in batches on a worker of the runtime or
 * dispatcher that runs them, as a service does that is written on top of such a facade; one batch is one hand-over to the
 * worker, whose cost vanishes in its length. Then each result is taken.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FacadeBenchmark {
    private static final int BATCH = 10_000;

    /** Our runtime; in a process that measures a peer it is not started. */
    @State(Scope.Benchmark)
    public static class Ours {
        final Duotone duotone = Duotone.start(DuotoneOptions.defaults());
        final Executor workers = duotone.executor();

        /** Ends the runtime with the trial. */
        @TearDown
        public void close() {
            duotone.close();
        }
    }

    /** The builders of kotlinx on its default dispatcher. */
    @State(Scope.Benchmark)
    public static class Peers {
        final Executor workers = ExecutorsKt.asExecutor(Dispatchers.getDefault());
        final FutureFacade dispatched = new FutureFacade(Dispatchers.getDefault(), CoroutineStart.DEFAULT);
        final FutureFacade undispatched = new FutureFacade(Dispatchers.getDefault(), CoroutineStart.UNDISPATCHED);
    }

    /** Ours, a function that completes at once. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int atOnceDuotone(Ours ours) {
        return batch(
                ours.workers, value -> Suspending.<Integer>task(ours.duotone, k -> SuspendingService.atOnce(value, k)));
    }

    /** The default {@code future} builder, a function that completes at once. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int atOnceFuture(Peers peers) {
        return batch(peers.workers, peers.dispatched::atOnce);
    }

    /** {@code future} started undispatched, a function that completes at once. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int atOnceFutureUndispatched(Peers peers) {
        return batch(peers.workers, peers.undispatched::atOnce);
    }

    /** Ours, a function that yields once. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int suspendingDuotone(Ours ours) {
        return batch(
                ours.workers,
                value -> Suspending.<Integer>task(ours.duotone, k -> SuspendingService.afterYield(value, k)));
    }

    /** The default {@code future} builder, a function that yields once. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int suspendingFuture(Peers peers) {
        return batch(peers.workers, peers.dispatched::afterYield);
    }

    /** {@code future} started undispatched, a function that yields once. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int suspendingFutureUndispatched(Peers peers) {
        return batch(peers.workers, peers.undispatched::afterYield);
    }

    /** Ours, a function that awaits a task which fails. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int failingDuotone(Ours ours) {
        return batch(
                ours.workers,
                value -> Suspending.<Integer>task(ours.duotone, k -> SuspendingService.awaitingFailure(value, k)));
    }

    /** The default {@code future} builder, a function that awaits an {@code async} which fails. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int failingFuture(Peers peers) {
        return batch(peers.workers, peers.dispatched::awaitingFailure);
    }

    /** {@code future} started undispatched, a function that awaits an {@code async} which fails. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int failingFutureUndispatched(Peers peers) {
        return batch(peers.workers, peers.undispatched::awaitingFailure);
    }

    private static int batch(Executor workers, IntFunction<? extends CompletableFuture<Integer>> call) {
        CompletableFuture<?>[] calls =
                CompletableFuture.supplyAsync(() -> issue(call), workers).join();
        // The last call ends last, nearly: waiting for it first parks once, rather than once for each call.
        int sum = 0;
        for (int i = BATCH - 1; i >= 0; i--) {
            sum += (Integer) calls[i].join();
        }
        return sum;
    }

    private static CompletableFuture<?>[] issue(IntFunction<? extends CompletableFuture<Integer>> call) {
        CompletableFuture<?>[] calls = new CompletableFuture<?>[BATCH];
        for (int i = 0; i < BATCH; i++) {
            calls[i] = call.apply(i);
        }
        return calls;
    }
}
