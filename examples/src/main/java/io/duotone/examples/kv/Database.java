package io.duotone.examples.kv;

import io.duotone.Scope;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One numbered key space, shared by all connections on all workers.
 *
 * <p><b>Atomicity</b>: a method on one key locks the one shard it lives in. A method on several keys locks their shards in
 * ascending order and is one step: an {@code MGET} sees all or nothing of an {@code MSET}. {@link #keys} alone goes
 * from shard to shard: it shows each shard at one moment, but not all of them at the same one.
 *
 * <p><b>Threads</b>: any. No method blocks longer than a few map operations take.
 */
final class Database {
    private static final int SHARD_BITS = 6;
    private static final int SHARDS = 1 << SHARD_BITS;
    private static final int GOLDEN_RATIO = 0x9E3779B9;

    /** How many keys {@link #keys} looks at before it lets others have the worker. */
    private static final int KEYS_AT_A_TIME = 8192;

    private final Shard[] shards = new Shard[SHARDS];

    Database(InstantSource clock, LongConsumer onDeadline) {
        for (int i = 0; i < SHARDS; i++) {
            shards[i] = new Shard(clock, onDeadline);
        }
    }

    List<Shard> shards() {
        return List.of(shards);
    }

    /** An action on the shard of a key, run with its lock held. */
    @FunctionalInterface
    interface Action<R extends @Nullable Object> {
        R on(Shard shard);
    }

    /** Runs {@code action} as one step. */
    <R extends @Nullable Object> R with(ByteKey key, Action<R> action) {
        Shard shard = shardOf(key);
        shard.lock();
        try {
            return action.on(shard);
        } finally {
            shard.unlock();
        }
    }

    byte @Nullable [] get(ByteKey key) {
        Shard shard = shardOf(key);
        shard.lock();
        try {
            return shard.value(key);
        } finally {
            shard.unlock();
        }
    }

    void set(ByteKey key, byte[] value) {
        Shard shard = shardOf(key);
        shard.lock();
        try {
            shard.put(key, value);
        } finally {
            shard.unlock();
        }
    }

    /** The values of the keys, all of the same moment; null for those that are not there. */
    List<byte @Nullable []> getAll(ByteKey[] keys) {
        List<byte @Nullable []> values = new ArrayList<>(keys.length);
        long locked = lockAll(keys);
        try {
            for (ByteKey key : keys) {
                values.add(shardOf(key).value(key));
            }
        } finally {
            unlock(locked);
        }
        return values;
    }

    /** Sets all keys in one step. */
    void setAll(ByteKey[] keys, byte[][] values) {
        long locked = lockAll(keys);
        try {
            for (int i = 0; i < keys.length; i++) {
                shardOf(keys[i]).put(keys[i], values[i]);
            }
        } finally {
            unlock(locked);
        }
    }

    /** Deletes all keys in one step, and says how many were there. */
    int delete(ByteKey[] keys) {
        int deleted = 0;
        long locked = lockAll(keys);
        try {
            for (ByteKey key : keys) {
                Shard shard = shardOf(key);
                Entry entry = shard.find(key);
                if (entry != null) {
                    shard.remove(entry);
                    deleted++;
                }
            }
        } finally {
            unlock(locked);
        }
        return deleted;
    }

    /** How many of the keys are there; one that is named twice counts twice. */
    int countExisting(ByteKey[] keys) {
        int found = 0;
        long locked = lockAll(keys);
        try {
            for (ByteKey key : keys) {
                if (shardOf(key).find(key) != null) {
                    found++;
                }
            }
        } finally {
            unlock(locked);
        }
        return found;
    }

    /** The number of keys; those that have expired but were not swept yet are among them. */
    int size() {
        int size = 0;
        lock(-1L);
        try {
            for (Shard shard : shards) {
                size += shard.size();
            }
        } finally {
            unlock(-1L);
        }
        return size;
    }

    /** The number of keys that have a deadline. */
    int expiring() {
        int expiring = 0;
        lock(-1L);
        try {
            for (Shard shard : shards) {
                expiring += shard.expiring();
            }
        } finally {
            unlock(-1L);
        }
        return expiring;
    }

    /** Deletes everything in one step. */
    void clear() {
        lock(-1L);
        try {
            for (Shard shard : shards) {
                shard.clear();
            }
        } finally {
            unlock(-1L);
        }
    }

    /**
     * The keys that match. With few keys the reply is there at once; with many, it comes later, and other work has its
     * turns in between.
     */
    Reply keys(Scope scope, Glob pattern) {
        return keysFrom(0, scope, pattern, new ArrayList<>());
    }

    private Reply keysFrom(int first, Scope scope, Glob pattern, List<Reply> found) {
        int seen = 0;
        for (int i = first; i < SHARDS; i++) {
            if (seen >= KEYS_AT_A_TIME) {
                int next = i;
                return new Reply.Later(scope.yieldNow().thenCompose(yielded -> {
                    Reply reply = keysFrom(next, scope, pattern, found);
                    return reply instanceof Reply.Later later ? later.stage() : completed(reply);
                }));
            }
            Shard shard = shards[i];
            shard.lock();
            try {
                shard.collectKeys(pattern, found);
                seen += shard.size();
            } finally {
                shard.unlock();
            }
        }
        return new Reply.Array(found);
    }

    private static CompletionStage<Reply> completed(Reply reply) {
        return CompletableFuture.completedFuture(reply);
    }

    private Shard shardOf(ByteKey key) {
        return shards[shardIndex(key)];
    }

    /** The high bits, since the map of the shard uses the low ones. */
    private static int shardIndex(ByteKey key) {
        return (key.hashCode() * GOLDEN_RATIO) >>> (Integer.SIZE - SHARD_BITS);
    }

    /** Locks the shards of the keys; gives them as a set of bits, to be handed to {@link #unlock}. */
    private long lockAll(ByteKey[] keys) {
        long wanted = 0;
        for (ByteKey key : keys) {
            wanted |= 1L << shardIndex(key);
        }
        lock(wanted);
        return wanted;
    }

    private void lock(long wanted) {
        for (long left = wanted; left != 0; left &= left - 1) {
            shards[Long.numberOfTrailingZeros(left)].lock();
        }
    }

    private void unlock(long locked) {
        for (long left = locked; left != 0; left &= left - 1) {
            shards[Long.numberOfTrailingZeros(left)].unlock();
        }
    }
}
