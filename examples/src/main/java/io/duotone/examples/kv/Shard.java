package io.duotone.examples.kv;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A part of a {@link Database}: entries, their deadlines, and the lock that makes a command on them one step. The lock is
 * held for a handful of map operations at a time, never over I/O or a stage.
 *
 * <pre>
 * field      written by                read by                       guard
 * entries    holder of the lock        holder of the lock            lock
 * deadlines  holder of the lock        holder of the lock            lock
 * earliest   holder of the lock        sweep of expired keys, to     volatile; written before the timer is told, which
 *                                      pass by shards without work   pairs with ExpiryTimer.armedFor
 * </pre>
 */
final class Shard {
    private final ReentrantLock lock = new ReentrantLock();
    private final InstantSource clock;
    private final LongConsumer onDeadline;
    private Map<ByteKey, Entry> entries = new HashMap<>();
    private DeadlineHeap deadlines = new DeadlineHeap();
    private volatile long earliest = Entry.NEVER;

    /** {@code onDeadline} is told each deadline that becomes the earliest of this shard, with the lock held. */
    Shard(InstantSource clock, LongConsumer onDeadline) {
        this.clock = clock;
        this.onDeadline = onDeadline;
    }

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    /** The earliest deadline, or {@link Entry#NEVER}. Needs no lock; may be out of date by the time it is used. */
    long earliestDeadline() {
        return earliest;
    }

    /** The entry of a key, unless it has expired; an expired one is removed. */
    @Nullable Entry find(ByteKey key) {
        assert lock.isHeldByCurrentThread();
        Entry entry = entries.get(key);
        if (entry == null || entry.deadline == Entry.NEVER || clock.millis() <= entry.deadline) {
            return entry;
        }
        remove(entry);
        return null;
    }

    byte @Nullable [] value(ByteKey key) {
        Entry entry = find(key);
        return entry == null ? null : entry.value;
    }

    /** Sets the value and takes away the deadline. */
    void put(ByteKey key, byte[] value) {
        schedule(store(key, value), Entry.NEVER);
    }

    /** Sets the value, and keeps the deadline. */
    Entry store(ByteKey key, byte[] value) {
        Entry entry = find(key);
        if (entry == null) {
            entry = new Entry(key, value);
            entries.put(key, entry);
        } else {
            entry.value = value;
        }
        return entry;
    }

    /** Changes the deadline; {@link Entry#NEVER} takes it away. */
    void schedule(Entry entry, long deadline) {
        assert lock.isHeldByCurrentThread();
        if (entry.deadline != deadline) {
            deadlines.schedule(entry, deadline);
            publishEarliest();
        }
    }

    void remove(Entry entry) {
        assert lock.isHeldByCurrentThread();
        entries.remove(entry.key);
        if (entry.deadline != Entry.NEVER) {
            deadlines.remove(entry);
            publishEarliest();
        }
    }

    /** Removes up to {@code limit} expired entries, and says how many. */
    int removeExpired(int limit) {
        assert lock.isHeldByCurrentThread();
        long now = clock.millis();
        int removed = 0;
        while (removed < limit && deadlines.earliest() < now) {
            Entry entry = deadlines.peek();
            if (entry == null) {
                break;
            }
            entries.remove(entry.key);
            deadlines.remove(entry);
            removed++;
        }
        if (removed > 0) {
            publishEarliest();
        }
        return removed;
    }

    /** Adds the keys that match and have not expired. */
    void collectKeys(Glob pattern, List<Reply> into) {
        assert lock.isHeldByCurrentThread();
        long now = clock.millis();
        for (Entry entry : entries.values()) {
            if (now <= entry.deadline && pattern.matches(entry.key.bytes())) {
                into.add(new Reply.Bulk(entry.key.bytes()));
            }
        }
    }

    int size() {
        assert lock.isHeldByCurrentThread();
        return entries.size();
    }

    int expiring() {
        assert lock.isHeldByCurrentThread();
        return deadlines.size();
    }

    /** Forgets everything. The old maps are dropped whole, so that the lock is not held for long. */
    void clear() {
        assert lock.isHeldByCurrentThread();
        entries = new HashMap<>();
        deadlines = new DeadlineHeap();
        earliest = Entry.NEVER;
    }

    private void publishEarliest() {
        long now = deadlines.earliest();
        long before = earliest;
        if (now != before) {
            earliest = now;
            if (now < before) {
                onDeadline.accept(now);
            }
        }
    }
}
