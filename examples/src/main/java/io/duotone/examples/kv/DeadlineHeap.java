package io.duotone.examples.kv;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a shard that expire, the earliest first: a binary heap whose entries know their place, so that a key
 * that is overwritten, persisted or deleted leaves at once and the heap never holds more than what is really there.
 *
 * <p>Guarded by the shard's lock.
 */
final class DeadlineHeap {
    private static final int FIRST_CAPACITY = 16;

    private @Nullable Entry[] entries = new Entry[FIRST_CAPACITY];
    private int size;

    int size() {
        return size;
    }

    /** The earliest deadline, or {@link Entry#NEVER}. */
    long earliest() {
        Entry first = entries[0];
        return first == null ? Entry.NEVER : first.deadline;
    }

    /** The entry with the earliest deadline. */
    @Nullable Entry peek() {
        return entries[0];
    }

    /** Gives the entry a deadline, or takes it away with {@link Entry#NEVER}. */
    void schedule(Entry entry, long deadline) {
        if (deadline == Entry.NEVER) {
            remove(entry);
            return;
        }
        long before = entry.deadline;
        entry.deadline = deadline;
        if (entry.heapIndex == Entry.NOT_QUEUED) {
            if (size == entries.length) {
                entries = Arrays.copyOf(entries, size * 2);
            }
            siftUp(entry, size++);
        } else if (deadline < before) {
            siftUp(entry, entry.heapIndex);
        } else {
            siftDown(entry, entry.heapIndex);
        }
    }

    /** Takes the entry out, if it is in, and its deadline away. */
    void remove(Entry entry) {
        int index = entry.heapIndex;
        entry.deadline = Entry.NEVER;
        entry.heapIndex = Entry.NOT_QUEUED;
        if (index == Entry.NOT_QUEUED) {
            return;
        }
        Entry last = at(--size);
        entries[size] = null;
        if (last == entry) {
            return;
        }
        siftDown(last, index);
        siftUp(last, last.heapIndex);
    }

    private void siftUp(Entry entry, int start) {
        int index = start;
        while (index > 0) {
            int parentIndex = (index - 1) >>> 1;
            Entry parent = at(parentIndex);
            if (parent.deadline <= entry.deadline) {
                break;
            }
            place(parent, index);
            index = parentIndex;
        }
        place(entry, index);
    }

    private void siftDown(Entry entry, int start) {
        int index = start;
        while (true) {
            int childIndex = 2 * index + 1;
            if (childIndex >= size) {
                break;
            }
            if (childIndex + 1 < size && at(childIndex + 1).deadline < at(childIndex).deadline) {
                childIndex++;
            }
            Entry child = at(childIndex);
            if (entry.deadline <= child.deadline) {
                break;
            }
            place(child, index);
            index = childIndex;
        }
        place(entry, index);
    }

    private void place(Entry entry, int index) {
        entries[index] = entry;
        entry.heapIndex = index;
    }

    private Entry at(int index) {
        Entry entry = entries[index];
        if (entry == null) {
            throw new IllegalStateException("no entry at " + index + " of " + size);
        }
        return entry;
    }
}
