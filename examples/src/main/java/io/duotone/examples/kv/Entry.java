package io.duotone.examples.kv;

/**
 * A key with its value. Lives in one {@link Shard}; every field is guarded by that shard's lock. The value array itself
 * never changes: replies that are on their way out hold it without the lock.
 */
final class Entry {
    /** The deadline of an entry that does not expire. */
    static final long NEVER = Long.MAX_VALUE;

    /** The heap index of an entry that is in no heap. */
    static final int NOT_QUEUED = -1;

    final ByteKey key;
    byte[] value;

    /** The last millisecond since 1970 in which the entry is still there. */
    long deadline = NEVER;

    int heapIndex = NOT_QUEUED;

    Entry(ByteKey key, byte[] value) {
        this.key = key;
        this.value = value;
    }
}
