package io.duotone.examples.kv;

import io.duotone.Scope;
import io.duotone.Task;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One timer for the earliest deadline of the whole store: when it fires, the store is swept, and the timer is set for
 * what is then the earliest. Expiry on access makes each single key exact; the sweep only gives the memory back, so that
 * it need not run more often than every {@link #SHORTEST_MILLIS}.
 *
 * <pre>
 * field     written by                 read by               guard
 * armedFor  arm, fire (with monitor)   any thread            volatile; a deadline is published in its shard before this is
 *                                                            read, and this is reset before the shards are swept: either
 *                                                            the sweep sees the deadline or its owner sees the reset
 * timer     arm, fire, close           the same              monitor
 * closed    close                      arm                   monitor
 * </pre>
 */
final class ExpiryTimer implements AutoCloseable {
    private static final long SHORTEST_MILLIS = 10;

    /** The clock may be set while a long sleep runs: look again at least this often. */
    private static final long LONGEST_MILLIS = 60_000;

    private final Scope scope;
    private final InstantSource clock;
    private final Supplier<CompletionStage<Long>> sweep;
    private volatile long armedFor = Entry.NEVER;
    private @Nullable Task<@Nullable Void> timer;
    private boolean closed;

    /**
     * A timer that is not running.
     *
     * @param sweep removes what has expired and gives the earliest deadline left, or {@link Entry#NEVER}
     */
    ExpiryTimer(Scope scope, InstantSource clock, Supplier<CompletionStage<Long>> sweep) {
        this.scope = scope;
        this.clock = clock;
        this.sweep = sweep;
    }

    /** Makes sure that the sweep runs soon after {@code deadline}. */
    void atLatest(long deadline) {
        if (deadline < armedFor) {
            arm(deadline);
        }
    }

    private synchronized void arm(long deadline) {
        if (closed || deadline >= armedFor) {
            return;
        }
        if (timer != null) {
            timer.cancel("an earlier deadline came");
        }
        armedFor = deadline;
        long wait = Math.max(SHORTEST_MILLIS, Math.min(LONGEST_MILLIS, deadline - clock.millis() + 1));
        timer = scope.sleep(Duration.ofMillis(wait))
                .thenCompose(slept -> fire())
                .thenAccept(this::atLatest);
    }

    private CompletionStage<Long> fire() {
        synchronized (this) {
            timer = null;
            armedFor = Entry.NEVER;
        }
        return sweep.get();
    }

    /** Stops the timer for good. */
    @Override
    public synchronized void close() {
        closed = true;
        if (timer != null) {
            timer.cancel("the store is closed");
        }
    }
}
