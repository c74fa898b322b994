package io.duotone.examples.kv;

import io.duotone.Scope;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;

/**
 * All databases of a server, in memory. Keys expire on access, exactly, and by a timer, so that what nobody asks for
 * again gives its memory back.
 *
 * <p><b>Threads</b>: any. The timer runs in the scope given.
 */
public final class Store implements AutoCloseable {
    /** How many databases there are, numbered from 0. */
    public static final int DATABASES = 16;

    /** How many keys a sweep removes before it lets others have the shard's lock and the worker. */
    private static final int REMOVED_AT_A_TIME = 512;

    private final Scope scope;
    private final InstantSource clock;
    private final ExpiryTimer timer;
    private final List<Database> databases = new ArrayList<>(DATABASES);
    private final List<Shard> shards = new ArrayList<>();
    private final LongAdder expired = new LongAdder();

    /** An empty store whose timer runs in {@code scope}; close it before the scope is to end. */
    public Store(Scope scope, InstantSource clock) {
        this.scope = scope;
        this.clock = clock;
        this.timer = new ExpiryTimer(scope, clock, () -> sweepFrom(0, Entry.NEVER));
        for (int i = 0; i < DATABASES; i++) {
            Database database = new Database(clock, timer::atLatest);
            databases.add(database);
            shards.addAll(database.shards());
        }
    }

    Database database(int number) {
        return databases.get(number);
    }

    InstantSource clock() {
        return clock;
    }

    /** How many keys the timer has removed. */
    long expired() {
        return expired.sum();
    }

    /** Empties all databases, one after the other. */
    void clear() {
        databases.forEach(Database::clear);
    }

    /** Removes what has expired in the shards from {@code first} on; gives the earliest deadline that is left. */
    private CompletionStage<Long> sweepFrom(int first, long earliestBefore) {
        long now = clock.millis();
        long earliest = earliestBefore;
        for (int i = first; i < shards.size(); i++) {
            Shard shard = shards.get(i);
            if (shard.earliestDeadline() < now && removeExpired(shard) == REMOVED_AT_A_TIME) {
                int next = i;
                long earliestSoFar = earliest;
                return scope.yieldNow().thenCompose(yielded -> sweepFrom(next, earliestSoFar));
            }
            earliest = Math.min(earliest, shard.earliestDeadline());
        }
        return CompletableFuture.completedFuture(earliest);
    }

    private int removeExpired(Shard shard) {
        int removed;
        shard.lock();
        try {
            removed = shard.removeExpired(REMOVED_AT_A_TIME);
        } finally {
            shard.unlock();
        }
        expired.add(removed);
        return removed;
    }

    /** Stops the timer. The data stays readable. */
    @Override
    public void close() {
        timer.close();
    }
}
